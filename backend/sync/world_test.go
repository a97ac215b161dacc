package sync_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	stdsync "sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"fs-client-portal/backend/heimdal"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/sync"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/heimdalstand"
)

const (
	apiKey     = "SECRETKEY0123456789"
	customerID = "17"
)

type customer = heimdalstand.Customer

// sealer keeps the associated data in front of the secret; that is all a test needs of a seal.
type sealer struct{}

func (sealer) Seal(plain, aad []byte) []byte { return append(bytes.Clone(aad), plain...) }

func (sealer) Open(sealed, aad []byte) ([]byte, error) {
	plain, ok := bytes.CutPrefix(sealed, aad)
	if !ok {
		return nil, errors.New("sealed for something else")
	}
	return plain, nil
}

// tenant is an MSSP connected to a Heimdal stand-in of its own, and its admin.
type tenant struct {
	t          testing.TB
	db         *postgres.DB
	owner      *pgxpool.Pool
	stand      *heimdalstand.Server
	service    *sync.Service
	connection portal.Connection
	admin      portal.Viewer
	log        *syncBuffer
}

// syncBuffer is a log many goroutines may write.
type syncBuffer struct {
	mu stdsync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
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
	return addTenant(t, db, owner)
}

// addTenant makes another MSSP in the same database.
func addTenant(t testing.TB, db *postgres.DB, owner *pgxpool.Pool) *tenant {
	t.Helper()
	stand, err := heimdalstand.Start(context.Background(), heimdalstand.Config{APIKey: apiKey, CustomerID: customerID})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stand.Close() })
	w := &tenant{t: t, db: db, owner: owner, stand: stand, log: &syncBuffer{}}
	w.service = w.newService(func(*sync.Config) {})
	msspID := postgres.NewID()
	w.exec("insert into mssp (id, name) values ($1, 'Fjord Security')", msspID)
	w.connection = portal.Connection{ID: postgres.NewID(), MSSPID: msspID, ProductID: "heimdal", CustomerID: customerID, BaseURL: stand.URL()}
	w.connection.APIKeySealed = append(sync.APIKeyContext(w.connection), apiKey...)
	if err := db.AddConnection(context.Background(), w.connection); err != nil {
		t.Fatal(err)
	}
	w.admin = w.signIn(portal.MSSPAdmin)
	return w
}

func (w *tenant) newService(change func(*sync.Config)) *sync.Service {
	w.t.Helper()
	c := sync.Config{Connectors: []sync.Connector{heimdal.NewConnector()}, Log: slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	change(&c)
	service, err := sync.New(w.db, sealer{}, c)
	if err != nil {
		w.t.Fatal(err)
	}
	return service
}

func (w *tenant) signIn(role portal.Role) portal.Viewer {
	w.t.Helper()
	v := portal.Viewer{
		UserID: postgres.NewID(), SessionID: postgres.NewID(), GrantID: postgres.NewID(), Role: role,
		Scope: portal.Scope{Level: role.Level(), MSSPID: w.connection.MSSPID},
	}
	w.exec("insert into app_user (id, email) values ($1, 'somebody@example.com')", v.UserID)
	w.exec("insert into user_role (mssp_id, id, user_id, role) values ($1, $2, $3, $4)", v.Scope.MSSPID, v.GrantID, v.UserID, role)
	w.exec(`
		insert into session (id, user_id, idle_expires_at, expires_at)
		values ($1, $2, now() + interval '1 day', now() + interval '30 days')`, v.SessionID, v.UserID)
	return v
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

// sync runs one sync in the foreground.
func (w *tenant) sync(customers ...customer) portal.SyncRun {
	w.t.Helper()
	w.stand.SetCustomers(customers)
	return w.again()
}

// again syncs whatever the stand-in answers now.
func (w *tenant) again() portal.SyncRun {
	w.t.Helper()
	run, err := w.service.RunNow(context.Background(), w.connection.MSSPID, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return run
}

// complete is sync, and must be complete.
func (w *tenant) complete(customers ...customer) portal.SyncRun {
	w.t.Helper()
	run := w.sync(customers...)
	if run.Status != portal.RunComplete {
		w.t.Fatalf("the run is %s: %s", run.Status, said(run))
	}
	return run
}

func said(run portal.SyncRun) string {
	if run.ErrorCode == nil {
		return ""
	}
	return *run.ErrorCode + ": " + *run.Error
}

// everything is every row of the MSSP's tables but its runs, with the mark of the transaction that wrote it.
func (w *tenant) everything() string {
	w.t.Helper()
	return value[string](w, `
		select json_build_array(
			(select json_agg(array[t::text, xmin::text] order by t::text) from mssp t where id = $1),
			(select json_agg(array[t::text, xmin::text] order by t::text) from msp t where mssp_id = $1),
			(select json_agg(array[t::text, xmin::text] order by t::text) from client t where mssp_id = $1),
			(select json_agg(array[t::text, xmin::text] order by t::text) from client_count t where mssp_id = $1),
			(select json_agg(array[t::text, xmin::text] order by t::text) from msp_count t where mssp_id = $1),
			(select json_agg(array[t::text, xmin::text] order by t::text) from client_day t where mssp_id = $1),
			(select json_agg(array[t::text, xmin::text] order by t::text) from change t where mssp_id = $1))::text`,
		w.connection.MSSPID)
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

func reseller(id int, name string) customer {
	return customer{"id": id, "name": name, "type": "RESELLER", "resellerId": nil}
}

func corp(id int, name string, parent any) customer {
	return customer{
		"id": id, "name": name, "type": "CORP", "resellerId": parent, "products": []string{"Patch"},
		"seatsUsed": 3, "seatsTotal": 5, "expirationDate": "2031-01-31",
	}
}

// with is a copy of a customer with some fields changed.
func with(c customer, fields customer) customer {
	changed := customer{}
	for _, source := range []customer{c, fields} {
		for name, value := range source {
			changed[name] = value
		}
	}
	return changed
}

// many is a world of n clients under one MSP.
func many(n int) []customer {
	world := []customer{reseller(1, "Partner")}
	for i := range n {
		world = append(world, corp(100+i, "Client", 1))
	}
	return world
}
