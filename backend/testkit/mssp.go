package testkit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// MSSP is an MSSP without customers. The test reads and changes its tables as the database's owner, to whom no
// row-level policy applies.
type MSSP struct {
	testing.TB
	DB    *postgres.DB
	URLs  URLs
	Owner *pgxpool.Pool
	ID    string
}

// NewMSSP creates an MSSP in a fresh database.
func NewMSSP(t testing.TB) *MSSP {
	t.Helper()
	urls := Database(t)
	db := asServer(t, urls)
	owner, err := pgxpool.New(context.Background(), urls.Owner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(owner.Close)
	return (&MSSP{DB: db, URLs: urls, Owner: owner}).Another(t)
}

// Another creates another MSSP in the same database.
func (m *MSSP) Another(t testing.TB) *MSSP {
	t.Helper()
	other := &MSSP{TB: t, DB: m.DB, URLs: m.URLs, Owner: m.Owner, ID: postgres.NewID()}
	other.Exec("insert into mssp (id, name) values ($1, 'Fjord Security')", other.ID)
	return other
}

// SignIn creates a user who is signed in with a role at the MSSP itself.
func (m *MSSP) SignIn(role portal.Role) portal.Viewer {
	m.Helper()
	return m.SignInAt(role, portal.Scope{Level: role.Level(), MSSPID: m.ID})
}

// SignInAt creates a user who is signed in with a role at a node of the MSSP.
func (m *MSSP) SignInAt(role portal.Role, at portal.Scope) portal.Viewer {
	m.Helper()
	return worldMaker{m, m.Owner}.viewer(role, at)
}

// Person adds a user who is signed in with a role somewhere in the MSSP.
func (m *MSSP) Person(role portal.Role, scope portal.Scope) portal.Viewer {
	m.Helper()
	return worldMaker{m, m.Owner}.viewer(role, scope)
}

// Exec runs a statement.
func (m *MSSP) Exec(sql string, args ...any) {
	m.Helper()
	worldMaker{m, m.Owner}.exec(sql, args...)
}

// Value returns the single value that a query selects.
func Value[T any](m *MSSP, sql string, args ...any) T {
	m.Helper()
	rows, err := m.Owner.Query(context.Background(), sql, args...)
	if err != nil {
		m.Fatalf("%v\n%s", err, sql)
	}
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	if err != nil {
		m.Fatalf("%v\n%s", err, sql)
	}
	return v
}

// Everything returns every row of the MSSP's tables, except its runs and the named tables, each with the id of the
// transaction that wrote it.
func (m *MSSP) Everything(but ...string) string {
	m.Helper()
	rows := []string{"(select array[t::text, xmin::text] from mssp t where id = $1)"}
	for _, table := range []string{"mssp_product", "msp", "client", "client_count", "msp_count", "client_day",
		"client_span", "client_end", "client_end_sum", "user_role", "change", "change_group", "client_move",
		"client_move_group"} {
		if !slices.Contains(but, table) {
			rows = append(rows, fmt.Sprintf("(select json_agg(array[t::text, xmin::text] order by t::text) from %s t where mssp_id = "+
				"$1)", table))
		}
	}
	return Value[string](m, "select json_build_array("+strings.Join(rows, ", ")+")::text", m.ID)
}

// Changes returns the history that a run wrote, as "entity external id kind field before→after", in order.
func (m *MSSP) Changes(run portal.SyncRun) []string {
	m.Helper()
	return Value[[]string](m, `
		select array(
			select concat_ws(' ', h.entity, coalesce(c.external_id, m.external_id), h.kind, h.field,
			                 case when h.before is not null or h.after is not null
			                      then coalesce(h.before, '∅') || '→' || coalesce(h.after, '∅') end)
			from change h
			left join client c on h.entity = 'client' and c.mssp_id = h.mssp_id and c.id = h.entity_id
			left join msp m on h.entity = 'msp' and m.mssp_id = h.mssp_id and m.id = h.entity_id
			where h.run_id = $1
			order by 1)`, run.ID)
}

// CheckCounts compares the stored counts with a new count.
func (m *MSSP) CheckCounts(wrong func(string, ...any)) {
	m.Helper()
	for name, sql := range miscounted {
		if n := Value[int64](m, "select count(*) from ("+sql+") as wrong", m.ID); n != 0 {
			wrong("%s is wrong in %d rows", name, n)
		}
	}
}

// CheckSpans compares the stored spans with the clients and with each other.
func (m *MSSP) CheckSpans(wrong func(string, ...any)) {
	m.Helper()
	for name, sql := range misspanned {
		if n := Value[int64](m, "select count(*) from ("+sql+") as wrong", m.ID); n != 0 {
			wrong("spans: %s in %d rows", name, n)
		}
	}
}

// misspanned are queries that select the wrong spans of an MSSP, by the kind of fault.
var misspanned = map[string]string{
	"a client is not as its open span says": `
		select id, msp_id, status, seats_used, seats_total from client where mssp_id = $1
		except
		select client_id, msp_id, status, seats_used, seats_total from client_span where mssp_id = $1 and to_at = 'infinity'`,
	"an open span is of no client, or of another past": `
		select client_id, msp_id, status, seats_used, seats_total from client_span where mssp_id = $1 and to_at = 'infinity'
		except
		select id, msp_id, status, seats_used, seats_total from client where mssp_id = $1`,
	"a span does not begin where the one before it ends": `
		select from (
			select from_at, lag(to_at) over (partition by client_id order by to_at) as before
			from client_span
			where mssp_id = $1) s
		where from_at <> before`,
	"a span is as the one before it": `
		select from (
			select (msp_id, status, seats_used, seats_total) is not distinct from lag((msp_id, status, seats_used, seats_total))
			       over (partition by client_id order by to_at) as same, lag(to_at) over (partition by client_id order by to_at) as before
			from client_span
			where mssp_id = $1) s
		where same and before is not null`,
}

// miscounted are queries that select the rows of an MSSP that differ from a new count, by the kind of count.
var miscounted = map[string]string{
	"change_group": `
		with counted as (
			select at, kind, coalesce(field, '') as field, entity, coalesce(msp_id, '00000000-0000-0000-0000-000000000000') as msp_id,
			       coalesce(before_msp_id, '00000000-0000-0000-0000-000000000000') as before_msp_id,
			       coalesce(after_msp_id, '00000000-0000-0000-0000-000000000000') as after_msp_id, run_id::text, count(*) as n
			from change where mssp_id = $1 group by 1, 2, 3, 4, 5, 6, 7, 8),
		kept as (
			select at, kind, field, entity, msp_id, before_msp_id, after_msp_id, run_id::text, n from change_group where mssp_id = $1)
		(select * from counted except select * from kept) union all (select * from kept except select * from counted)`,
	"client_move": `
		with counted as (
			select h.id, m.msp_id, h.at, h.run_id, h.entity_id, m.kind, m.msp_name
			from change h
			cross join lateral (values ('left', h.before_msp_id, h.before), ('came', h.after_msp_id, h.after)) m (kind, msp_id, msp_name)
			where h.mssp_id = $1 and h.kind = 'moved' and m.msp_id is not null),
		kept as (
			select v.id, v.msp_id, v.at, v.run_id, v.client_id, v.kind, v.msp_name
			from client_move v
			where v.mssp_id = $1
			and exists (select from change h where h.mssp_id = v.mssp_id and h.id = v.id))
		(select * from counted except select * from kept) union all (select * from kept except select * from counted)`,
	"client_move_group": `
		with counted as (
			select msp_id, at, run_id::text, kind, count(*) as n from client_move where mssp_id = $1 group by 1, 2, 3, 4),
		kept as (select msp_id, at, run_id::text, kind, n from client_move_group where mssp_id = $1)
		(select * from counted except select * from kept) union all (select * from kept except select * from counted)`,
	"client_count": `
		(select msp_id, status, type, n, seats_used, seats_total, seats_used_unknown, seats_total_unknown, with_expiry,
		        seats_exceeded
		 from client_count where mssp_id = $1)
		except
		(select coalesce(msp_id, '00000000-0000-0000-0000-000000000000'), status, type, count(*),
			coalesce(sum(seats_used), 0), coalesce(sum(seats_total), 0),
		        count(*) - count(seats_used), count(*) - count(seats_total), count(expires_on),
		        count(*) filter (where seats_used > seats_total)
		 from client where mssp_id = $1 group by 1, 2, 3)`,
	"clients": `
		(select coalesce(msp_id, '00000000-0000-0000-0000-000000000000'), status, type, count(*)
		 from client where mssp_id = $1 group by 1, 2, 3)
		except
		(select msp_id, status, type, n from client_count where mssp_id = $1)`,
	"client_end": `
		with counted as (
			select coalesce(msp_id, '00000000-0000-0000-0000-000000000000') as msp_id, expires_on as day, count(*) as n
			from client where mssp_id = $1 and status = 'active' and expires_on is not null group by 1, 2),
		kept as (select msp_id, day, n from client_end where mssp_id = $1)
		(select * from counted except select * from kept) union all (select * from kept except select * from counted)`,
	"client_end_sum": `
		with kept as (
			select s.msp_id, s.day, s.before_0, s.before_31, s.before_91
			from client_end_sum s
			where s.mssp_id = $1),
		counted as (
			select coalesce(c.msp_id, '00000000-0000-0000-0000-000000000000') as msp_id, s.day,
			       count(*) filter (where c.expires_on < s.day), count(*) filter (where c.expires_on < s.day + 31),
			       count(*) filter (where c.expires_on < s.day + 91)
			from client c
			left join client_end_sum s on s.mssp_id = $1 and s.msp_id = coalesce(c.msp_id, '00000000-0000-0000-0000-000000000000')
			where c.mssp_id = $1 and c.status = 'active' and c.expires_on is not null
			group by 1, 2)
		(select * from counted except select * from kept) union all (select * from kept except select * from counted)`,
	"msp_count": `
		((select status, n from msp_count where mssp_id = $1) except (select status, count(*) from msp where mssp_id = $1 group by 1))
		union all
		((select status, count(*) from msp where mssp_id = $1 group by 1) except (select status, n from msp_count where mssp_id = $1))`,
	"msp.client_count": `
		select m.id from msp m
		where m.mssp_id = $1
		and m.client_count <> (select count(*) from client c where c.msp_id = m.id and c.status = 'active')`,
	"client_day": `
		(select distinct on (msp_id) msp_id, clients, case when seats_used_known then seats_used end,
		        case when seats_total_known then seats_total end
		 from client_day where mssp_id = $1 order by msp_id, day desc)
		except
		((select m.id, count(c.id), sum(c.seats_used), sum(c.seats_total)
		  from msp m left join client c on c.msp_id = m.id and c.status = 'active' where m.mssp_id = $1 group by m.id)
		 union all
		 (select '00000000-0000-0000-0000-000000000000', count(*), sum(c.seats_used), sum(c.seats_total)
		  from client c where c.mssp_id = $1 and c.status = 'active'))`,
}
