package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// tenant is an MSSP with a connection whose runs a test plays by hand: staging, merging, reviewing.
type tenant struct {
	t          testing.TB
	db         *postgres.DB
	owner      *pgxpool.Pool
	mssp       string
	connection string
	admin      portal.Viewer
	rules      postgres.MergeRules
}

func newTenant(t testing.TB) *tenant {
	t.Helper()
	urls := testkit.Database(t)
	db, err := postgres.Open(context.Background(), urls.Server)
	if err != nil {
		t.Fatal(err)
	}
	owner, err := pgxpool.New(context.Background(), urls.Owner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { owner.Close(); db.Close() })
	return (&tenant{t: t, db: db, owner: owner}).sibling()
}

// sibling makes another MSSP in the same database.
func (w *tenant) sibling() *tenant {
	w.t.Helper()
	s := &tenant{t: w.t, db: w.db, owner: w.owner, mssp: postgres.NewID()}
	s.exec("insert into mssp (id, name) values ($1, 'Fjord Security')", s.mssp)
	s.admin = portal.Viewer{
		UserID: postgres.NewID(), SessionID: postgres.NewID(), GrantID: postgres.NewID(), Role: portal.MSSPAdmin,
		Scope: portal.Scope{Level: portal.LevelMSSP, MSSPID: s.mssp},
	}
	s.exec("insert into app_user (id, email) values ($1, 'somebody@example.com')", s.admin.UserID)
	s.exec("insert into user_role (mssp_id, id, user_id, role) values ($1, $2, $3, 'mssp_admin')", s.mssp, s.admin.GrantID, s.admin.UserID)
	s.exec(`
		insert into session (id, user_id, idle_expires_at, expires_at)
		values ($1, $2, now() + interval '1 day', now() + interval '30 days')`, s.admin.SessionID, s.admin.UserID)
	return s.second()
}

// second is the same MSSP by another connection.
func (w *tenant) second() *tenant {
	w.t.Helper()
	s := *w
	s.connection = postgres.NewID()
	err := w.db.AddConnection(context.Background(), portal.Connection{
		ID: s.connection, MSSPID: s.mssp, ProductID: "heimdal", CustomerID: s.connection, BaseURL: "https://example.com",
		APIKeySealed: []byte("sealed"),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return &s
}

func (w *tenant) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.owner.Exec(context.Background(), sql, args...); err != nil {
		w.t.Fatalf("%v\n%s", err, sql)
	}
}

// value answers the one value sql selects.
func value[T any](w *tenant, sql string, args ...any) T {
	w.t.Helper()
	rows, err := w.owner.Query(context.Background(), sql, args...)
	if err != nil {
		w.t.Fatalf("%v\n%s", err, sql)
	}
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	if err != nil {
		w.t.Fatalf("%v\n%s", err, sql)
	}
	return v
}

// lease begins a run.
func (w *tenant) lease() postgres.Lease {
	w.t.Helper()
	run, err := w.db.CreateRun(context.Background(), w.mssp, w.connection, "schedule", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.take(run.ID)
}

func (w *tenant) take(runID string) postgres.Lease {
	w.t.Helper()
	lease, taken, err := w.db.TakeRun(context.Background(), w.mssp, runID)
	if err != nil || !taken {
		w.t.Fatalf("the run is not taken up: %v", err)
	}
	return lease
}

// die lets the worker of a run fall silent for longer than it may.
func (w *tenant) die(lease postgres.Lease) {
	w.exec("update sync_run set heartbeat_at = now() - interval '1 hour' where id = $1 and status = 'running'", lease.Run.ID)
}

// read plays the calls that are left of a reading of these.
func (w *tenant) read(lease postgres.Lease, calls ...[]portal.Customer) {
	w.t.Helper()
	state, err := w.db.ResumeReading(context.Background(), lease)
	if err != nil {
		w.t.Fatal(err)
	}
	for !state.Done {
		number := state.Progress.Calls + 1
		var call []portal.Customer
		if len(calls) > 0 {
			call = calls[number-1]
		}
		w.stage(lease, number, call)
		state = portal.ReadState{
			Done:     int(number) >= len(calls),
			Progress: portal.ReadProgress{Calls: number, Seen: state.Progress.Seen + int64(len(call))},
		}
		if _, err := w.db.FinishCall(context.Background(), lease, state); err != nil {
			w.t.Fatal(err)
		}
	}
}

// stage brings a call's customers in chunks.
func (w *tenant) stage(lease postgres.Lease, number int64, call []portal.Customer) {
	w.t.Helper()
	for chunk := range slices.Chunk(call, 7) {
		if err := w.db.Stage(context.Background(), lease, number, chunk); err != nil {
			w.t.Fatal(err)
		}
	}
}

// sync plays a whole run.
func (w *tenant) sync(calls ...[]portal.Customer) (portal.SyncRun, error) {
	w.t.Helper()
	lease := w.lease()
	w.read(lease, calls...)
	return w.merge(lease)
}

func (w *tenant) merge(lease postgres.Lease) (portal.SyncRun, error) {
	w.t.Helper()
	run, err := w.db.Merge(context.Background(), lease, w.rules)
	var refused *portal.CallError
	if !errors.As(err, &refused) {
		return run, err
	}
	run, failErr := w.db.FailRun(context.Background(), lease, string(refused.Code), refused.Detail)
	if failErr != nil {
		w.t.Fatal(failErr)
	}
	return run, err
}

// complete is sync, and must be complete.
func (w *tenant) complete(calls ...[]portal.Customer) portal.SyncRun {
	w.t.Helper()
	run, err := w.sync(calls...)
	if err != nil || run.Status != portal.RunComplete {
		w.t.Fatalf("the run is %s: %v", run.Status, err)
	}
	return run
}

// accepted gives the admin's word for a run and merges it.
func (w *tenant) accepted(run portal.SyncRun) portal.SyncRun {
	w.t.Helper()
	if _, err := w.db.AcceptRun(context.Background(), w.admin, run.ID, noJob); err != nil {
		w.t.Fatal(err)
	}
	lease := w.take(run.ID)
	w.read(lease)
	run, err := w.merge(lease)
	if err != nil {
		w.t.Fatal(err)
	}
	return run
}

func noJob(context.Context, pgx.Tx, portal.SyncRun) error { return nil }

// everything is every row of the MSSP's tables but its runs, with the mark of the transaction that wrote it.
func (w *tenant) everything() string {
	w.t.Helper()
	return value[string](w, `
		select json_build_array(
			(select json_agg(array[t::text, xmin::text] order by t::text) from mssp t where id = $1),
			(select json_agg(array[t::text, xmin::text] order by t::text) from mssp_product t where mssp_id = $1),
			(select json_agg(array[t::text, xmin::text] order by t::text) from msp t where mssp_id = $1),
			(select json_agg(array[t::text, xmin::text] order by t::text) from client t where mssp_id = $1),
			(select json_agg(array[t::text, xmin::text] order by t::text) from client_count t where mssp_id = $1),
			(select json_agg(array[t::text, xmin::text] order by t::text) from msp_count t where mssp_id = $1),
			(select json_agg(array[t::text, xmin::text] order by t::text) from client_day t where mssp_id = $1),
			(select json_agg(array[t::text, xmin::text] order by t::text) from user_role t where mssp_id = $1),
			(select json_agg(array[t::text, xmin::text] order by t::text) from change t where mssp_id = $1))::text`, w.mssp)
}

// changes lists the history a run wrote, as "entity external id kind field before→after", in order.
func (w *tenant) changes(run portal.SyncRun) []string {
	w.t.Helper()
	rows, err := w.owner.Query(context.Background(), `
		select concat_ws(' ', h.entity, coalesce(c.external_id, m.external_id), h.kind, h.field,
		                 case when h.before is not null or h.after is not null
		                      then coalesce(h.before, '∅') || '→' || coalesce(h.after, '∅') end)
		from change h
		left join client c on h.entity = 'client' and c.mssp_id = h.mssp_id and c.id = h.entity_id
		left join msp m on h.entity = 'msp' and m.mssp_id = h.mssp_id and m.id = h.entity_id
		where h.run_id = $1
		order by 1`, run.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		w.t.Fatal(err)
	}
	return lines
}

func msp(id, name string) portal.Customer {
	return portal.Customer{Kind: portal.KindMSP, ExternalID: id, Name: name, Type: "RESELLER", Raw: rawOf(id, name)}
}

func client(id, name, parent string) portal.Customer {
	used := int64(3)
	return portal.Customer{
		Kind: portal.KindClient, ExternalID: id, ParentID: parent, Name: name, Type: "CORP", Products: []string{"Patch"},
		SeatsUsed: &used, Raw: rawOf(id, name),
	}
}

func rawOf(parts ...string) json.RawMessage {
	raw, err := json.Marshal(parts)
	if err != nil {
		panic(err)
	}
	return raw
}

// crowd is an MSP with n clients.
func crowd(n int) []portal.Customer {
	all := []portal.Customer{msp("1", "Partner")}
	for i := range n {
		all = append(all, client(fmt.Sprint(100+i), "Client", "1"))
	}
	return all
}

// checkCounts compares the kept counts with what counting says.
func (w *tenant) checkCounts(fatal func(string, ...any)) {
	w.t.Helper()
	for name, sql := range map[string]string{
		"client_count": `
			(select msp_id, status, type, n, seats_used, seats_total from client_count where mssp_id = $1)
			except
			(select coalesce(msp_id, '00000000-0000-0000-0000-000000000000'), status, type, count(*), coalesce(sum(seats_used), 0), coalesce(sum(seats_total), 0)
			 from client where mssp_id = $1 group by 1, 2, 3)`,
		"clients": `
			(select coalesce(msp_id, '00000000-0000-0000-0000-000000000000'), status, type, count(*)
			 from client where mssp_id = $1 group by 1, 2, 3)
			except
			(select msp_id, status, type, n from client_count where mssp_id = $1)`,
		"msp_count": `
			((select status, n from msp_count where mssp_id = $1) except (select status, count(*) from msp where mssp_id = $1 group by 1))
			union all
			((select status, count(*) from msp where mssp_id = $1 group by 1) except (select status, n from msp_count where mssp_id = $1))`,
		"msp.client_count": `
			select m.id from msp m
			where m.mssp_id = $1
			and m.client_count <> (select count(*) from client c where c.msp_id = m.id and c.status = 'active')`,
		"client_day": `
			(select distinct on (msp_id) msp_id, clients, seats_used, seats_total from client_day where mssp_id = $1 order by msp_id, day desc)
			except
			((select m.id, count(c.id), coalesce(sum(c.seats_used), 0), coalesce(sum(c.seats_total), 0)
			  from msp m left join client c on c.msp_id = m.id and c.status = 'active' where m.mssp_id = $1 group by m.id)
			 union all
			 (select '00000000-0000-0000-0000-000000000000', count(*), coalesce(sum(c.seats_used), 0), coalesce(sum(c.seats_total), 0)
			  from client c where c.mssp_id = $1 and c.status = 'active'))`,
	} {
		if n := value[int64](w, "select count(*) from ("+sql+") as wrong", w.mssp); n != 0 {
			fatal("%s is wrong in %d rows", name, n)
		}
	}
}
