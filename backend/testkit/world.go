package testkit

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// World is a database with two unrelated MSSPs.
type World struct {
	DB   *postgres.DB
	URLs URLs
	// Own and Other have the same structure; every name in Other starts with "Other", and no name in Own does.
	Own, Other Tenant
}

// Tenant is an MSSP with two MSPs of three clients each, one direct client, and a user in every role.
type Tenant struct {
	MSSPID       string
	Name         string
	ConnectionID string
	MSPs         [2]Node
	// Direct is a client of the MSSP itself.
	Direct Node
	// Viewers are signed in: the MSP roles at MSPs[0], the client user at its first client.
	Viewers map[portal.Role]portal.Viewer
}

// Node is a client, or an MSP with its clients.
type Node struct {
	ID      string
	Name    string
	Clients []Node
}

// NewWorld returns a world in a fresh database.
func NewWorld(t testing.TB) *World {
	t.Helper()
	return WorldIn(t, Database(t))
}

// WorldIn creates a world in a migrated database.
func WorldIn(t testing.TB, urls URLs) *World {
	t.Helper()
	db := asServer(t, urls)
	owner, err := pgx.Connect(context.Background(), urls.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(context.Background())
	w := worldMaker{t, owner}
	return &World{DB: db, URLs: urls, Own: w.tenant("Fjord"), Other: w.tenant("Other")}
}

// asServer opens a database with the server's login.
func asServer(t testing.TB, urls URLs) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(context.Background(), urls.Server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// worldMaker writes as the owner, to whom no row-level policy applies.
type worldMaker struct {
	testing.TB
	owner interface { // a connection or a pool
		Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
		QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	}
}

func (w worldMaker) exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.owner.Exec(context.Background(), sql, args...); err != nil {
		w.Fatalf("create the world: %v\n%s", err, sql)
	}
}

func (w worldMaker) tenant(prefix string) Tenant {
	t := Tenant{MSSPID: postgres.NewID(), Name: prefix + " Security", ConnectionID: postgres.NewID()}
	w.exec("insert into mssp (id, name) values ($1, $2)", t.MSSPID, t.Name)
	w.exec(`
		insert into mssp_product (mssp_id, id, product_id, customer_id, base_url, api_key_sealed, api_key_last4)
		values ($1, $2, 'heimdal', '1', 'http://127.0.0.1:1', '', '')`, t.MSSPID, t.ConnectionID)
	w.exec(`
		insert into sync_run (mssp_id, id, mssp_product_id, status, trigger, started_at, finished_at, seen, msps, clients)
		values ($1, $2, $3, 'complete', 'schedule', now(), now(), 9, 2, 7)`, t.MSSPID, postgres.NewID(), t.ConnectionID)
	for i := range t.MSPs {
		t.MSPs[i] = w.msp(t, fmt.Sprintf("%s Partner %d", prefix, i+1), prefix)
	}
	t.Direct = w.client(t, nil, prefix+" Direct Ltd")
	w.counts(t)
	t.Viewers = w.viewers(t)
	return t
}

func (w worldMaker) msp(t Tenant, name, prefix string) Node {
	node := Node{ID: postgres.NewID(), Name: name}
	key, rest := postgres.NameKey(name)
	w.exec(`
		insert into msp (mssp_id, id, mssp_product_id, external_id, name, type, raw, first_seen_at, last_seen_at, changed_in,
		                 client_count, name_key, name_rest, keyed_name)
		values ($1, $2, $3, $4, $5, 'RESELLER', '{"id":1,"name":"x","type":"RESELLER"}', now(), now(), 1, 3, $6, $7, $5)`,
		t.MSSPID, node.ID, t.ConnectionID, node.ID, name, key, rest)
	for i := range 3 {
		node.Clients = append(node.Clients, w.client(t, &node.ID, fmt.Sprintf("%s Works %d of %s", prefix, i+1, name)))
	}
	return node
}

func (w worldMaker) client(t Tenant, mspID *string, name string) Node {
	node := Node{ID: postgres.NewID(), Name: name}
	key, rest := postgres.NameKey(name)
	w.exec(`
		insert into client (mssp_id, id, msp_id, mssp_product_id, external_id, name, type, seats_used, seats_total, expires_on,
		                    raw, first_seen_at, last_seen_at, changed_in, name_key, name_rest, keyed_name)
		values ($1, $2, $3, $4, $5, $6, 'CORP', 8, 10, current_date + 200, '{"id":2,"type":"CORP"}', now(), now(), 1, $7, $8, $6)`,
		t.MSSPID, node.ID, mspID, t.ConnectionID, node.ID, name, key, rest)
	w.exec(`
		insert into client_span (mssp_id, client_id, from_at, to_at, msp_id, status, seats_used, seats_total)
		values ($1, $2, now(), 'infinity', $3, 'active', 8, 10)`, t.MSSPID, node.ID, mspID)
	w.exec(`
		insert into change (mssp_id, id, at, entity, entity_id, msp_id, client_id, kind, after, version)
		values ($1, $2, now(), 'client', $3, $4, $3, 'added', $5, 1)`, t.MSSPID, postgres.NewID(), node.ID, mspID, name)
	return node
}

// counts writes the counts that a sync would have stored.
func (w worldMaker) counts(t Tenant) {
	w.exec(`
		insert into client_count (mssp_id, msp_id, status, type, n, seats_used, seats_total, seats_used_unknown,
		                          seats_total_unknown, with_expiry, seats_exceeded)
		select mssp_id, coalesce(msp_id, '00000000-0000-0000-0000-000000000000'), status, type, count(*),
		       coalesce(sum(seats_used), 0), coalesce(sum(seats_total), 0), count(*) - count(seats_used),
		       count(*) - count(seats_total), count(expires_on), count(*) filter (where seats_used > seats_total)
		from client
		where mssp_id = $1
		group by 1, 2, 3, 4`, t.MSSPID)
	w.exec("insert into msp_count (mssp_id, status, n) select mssp_id, status, count(*) from msp where mssp_id = $1 group by 1, 2",
		t.MSSPID)
	w.exec(`
		insert into client_day (mssp_id, msp_id, day, clients, seats_used, seats_total)
		select mssp_id, coalesce(msp_id, '00000000-0000-0000-0000-000000000000'), current_date, count(*), sum(seats_used), sum(seats_total)
		from client
		where mssp_id = $1
		group by mssp_id, grouping sets ((), (msp_id))
		on conflict do nothing`, t.MSSPID)
	w.exec("select count_client_ends($1)", t.MSSPID)
}

func (w worldMaker) viewers(t Tenant) map[portal.Role]portal.Viewer {
	viewers := map[portal.Role]portal.Viewer{}
	for _, rule := range portal.Roles {
		viewers[rule.Role] = w.viewer(rule.Role, t.At(rule.Role, 0))
	}
	return viewers
}

// viewer creates a user with one grant and a session.
func (w worldMaker) viewer(role portal.Role, scope portal.Scope) portal.Viewer {
	v := portal.Viewer{UserID: postgres.NewID(), SessionID: postgres.NewID(), Role: role, Scope: scope}
	name := "A " + string(role)
	key, rest := postgres.NameKey(name)
	w.exec("insert into app_user (id, name, email, name_key, name_rest, keyed_name) values ($1, $2, $3, $4, $5, $2)",
		v.UserID, name, v.UserID+"@example.com", key, rest)
	v.GrantID = w.grant(v.UserID, role, scope)
	w.exec(`
		insert into session (id, user_id, idle_expires_at, expires_at)
		values ($1, $2, now() + interval '1 day', now() + interval '30 days')`, v.SessionID, v.UserID)
	w.exec("insert into session_grant (session_id, grant_id) values ($1, $2)", v.SessionID, v.GrantID)
	return v
}

func (w worldMaker) grant(userID string, role portal.Role, scope portal.Scope) (id string) {
	id = postgres.NewID()
	w.exec(`
		insert into user_role (mssp_id, id, user_id, role, msp_id, client_id)
		values ($1, $2, $3, $4, nullif($5, '')::uuid, nullif($6, '')::uuid)`,
		scope.MSSPID, id, userID, role, scope.MSPID, scope.ClientID)
	return id
}

// Person creates a user who is signed in with one grant in a tenant of the world.
func (w *World) Person(t testing.TB, role portal.Role, scope portal.Scope) portal.Viewer {
	t.Helper()
	var person portal.Viewer
	w.asOwner(t, func(maker worldMaker) { person = maker.viewer(role, scope) })
	return person
}

// Grant adds a grant to a user.
func (w *World) Grant(t testing.TB, userID string, role portal.Role, scope portal.Scope) (id string) {
	t.Helper()
	w.asOwner(t, func(maker worldMaker) { id = maker.grant(userID, role, scope) })
	return id
}

// Exec runs a statement as the database's owner.
func (w *World) Exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	w.asOwner(t, func(maker worldMaker) { maker.exec(sql, args...) })
}

// Text returns the single text that a query of the owner selects.
func (w *World) Text(t testing.TB, sql string, args ...any) (text string) {
	t.Helper()
	w.asOwner(t, func(maker worldMaker) {
		if err := maker.owner.QueryRow(context.Background(), sql, args...).Scan(&text); err != nil {
			t.Fatalf("%v\n%s", err, sql)
		}
	})
	return text
}

func (w *World) asOwner(t testing.TB, work func(worldMaker)) {
	t.Helper()
	owner, err := pgx.Connect(context.Background(), w.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(context.Background())
	work(worldMaker{t, owner})
}

// At returns the scope of a role in the tenant: the i-th MSP, or for a client's role its first client.
func (t Tenant) At(role portal.Role, msp int) portal.Scope {
	scope := portal.Scope{Level: role.Level(), MSSPID: t.MSSPID}
	if scope.Level != portal.LevelMSSP {
		scope.MSPID = t.MSPs[msp].ID
	}
	if scope.Level == portal.LevelClient {
		scope.ClientID = t.MSPs[msp].Clients[0].ID
	}
	return scope
}
