package httpapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/embedded"
	"fs-client-portal/backend/testkit/wait"
)

// ownServer is a PostgreSQL server of one test, which the test may stop and start.
type ownServer struct {
	*testing.T
	config embedded.Config
	server *embedded.Server
}

func newOwnServer(t *testing.T) *ownServer {
	t.Helper()
	// Where root runs the test, another user runs the server and must reach the folder.
	dir, err := os.MkdirTemp("", "fs-client-portal-outage-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := &ownServer{T: t, config: embedded.Config{Dir: dir, Volatile: true}}
	t.Cleanup(func() {
		s.stop()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	s.start()
	s.config.Port = s.server.Port()
	s.exec("postgres", "create database portal")
	if _, err := postgres.Migrate(t.Context(), s.server.URL(embedded.Superuser, "portal")); err != nil {
		t.Fatal(err)
	}
	s.exec("portal", "create role api login password 'api' in role portal_server")
	return s
}

func (s *ownServer) start() {
	s.Helper()
	var err error
	if s.server, err = embedded.Start(context.Background(), s.config); err != nil {
		s.Fatal(err)
	}
}

func (s *ownServer) stop() {
	s.Helper()
	if err := s.server.Close(); err != nil {
		s.Error(err)
	}
}

func (s *ownServer) exec(database string, statements ...string) {
	s.Helper()
	conn, err := pgx.Connect(context.Background(), s.server.URL(embedded.Superuser, database))
	if err != nil {
		s.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, statement := range statements {
		if _, err := conn.Exec(context.Background(), statement); err != nil {
			s.Fatalf("%v\n%s", err, statement)
		}
	}
}

// serve returns a test of an API over this server.
func (s *ownServer) serve() *apiTest {
	s.Helper()
	w := testkit.WorldTestIn(s.T, testkit.URLs{
		Owner:  s.server.URL(embedded.Superuser, "portal"),
		Server: s.server.URLWithPassword("api", "api", "portal"),
	})
	config := newConfig(s.T, w.DB)
	server := httptest.NewServer(httpapi.New(config))
	s.Cleanup(server.Close)
	return &apiTest{WorldTest: w, sessions: config.Sessions, url: server.URL, client: server.Client()}
}

// unavailable fails unless the response is 503 with a Retry-After of 5 seconds.
func (h *apiTest) unavailable(c call) {
	h.Helper()
	r := h.send(c)
	p := h.wantsProblem(r, http.StatusServiceUnavailable, portal.Unavailable)
	if p.RetryAfter != 5 || r.Header.Get("Retry-After") != "5" {
		h.Errorf("%s: got Retry-After %q and retry_after %d, want 5", c.route, r.Header.Get("Retry-After"), p.RetryAfter)
	}
}

// recovers waits until the API accepts a request again: it has to discard its broken connections first.
func (h *apiTest) recovers(c call) {
	h.Helper()
	wait.Until(h, 20*time.Second, "the API to recover at "+c.route, func() bool {
		r := h.send(c)
		if r.StatusCode >= 300 && r.StatusCode != http.StatusServiceUnavailable {
			h.Fatalf("%s: got %d while the database comes back, want 503: %s", c.route, r.StatusCode, r.body)
		}
		return r.StatusCode < 300
	})
}

func TestOutage(t *testing.T) {
	s := newOwnServer(t)
	h := s.serve()
	token := h.as(portal.MSSPAdmin)
	ready := call{route: "GET /readyz"}
	read := call{route: "GET /v1/clients", token: token}
	write := call{route: "PATCH /v1/organisation", token: token, body: `{"time_zone":"Europe/Berlin"}`}
	all := []call{ready, read, write}
	h.recovers(ready)
	h.recovers(read)
	t.Run("stopped", func(t *testing.T) {
		h.T = t
		s.stop()
		for _, c := range all {
			h.unavailable(c)
		}
		h.wants(h.get("/healthz", ""), http.StatusOK)
		s.start()
		h.recovers(ready)
		h.recovers(read)
	})
	t.Run("without_a_free_connection", func(t *testing.T) {
		h.T = t
		s.stop()
		s.config.MaxConnections = 8
		s.start()
		defer s.holdConnections(5)()
		for _, c := range all {
			h.unavailable(c)
		}
	})
	t.Run("refusing_the_login", func(t *testing.T) {
		h.T = t
		s.exec("postgres", "alter role api password 'another'",
			"select pg_terminate_backend(pid) from pg_stat_activity where usename = 'api'")
		for _, c := range all {
			h.unavailable(c)
		}
		s.exec("postgres", "alter role api password 'api'")
		h.recovers(read)
	})
	t.Run("a_standby_serves_reads", func(t *testing.T) {
		h.T = t
		s.stop()
		if err := os.WriteFile(filepath.Join(s.config.Dir, "data", "standby.signal"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		s.start()
		h.recovers(read)
		h.unavailable(ready)
		h.unavailable(write)
		s.exec("postgres", "select pg_promote()")
		h.recovers(ready)
		h.recovers(write)
	})
}

// holdConnections opens connections to the server and returns a function that closes them.
func (s *ownServer) holdConnections(n int) (release func()) {
	s.Helper()
	var held []*pgx.Conn
	for range n {
		conn, err := pgx.Connect(context.Background(), s.server.URLWithPassword("api", "api", "portal"))
		if err != nil {
			s.Fatal(err)
		}
		held = append(held, conn)
	}
	return func() {
		for _, conn := range held {
			_ = conn.Close(context.Background())
		}
	}
}
