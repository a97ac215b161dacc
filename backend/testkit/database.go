// Package testkit provides tests with a migrated database and a small world of tenants.
package testkit

import (
	"context"
	"crypto/md5"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // pgtestdb opens its databases with it
	"github.com/peterldowns/pgtestdb"

	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/embedded"
)

// The server's login in tests owns nothing and bypasses no policy, as in production.
const (
	serverLogin    = "portal_test_server"
	serverPassword = "server"
)

// URLs of one test's own database.
type URLs struct {
	Owner  string
	Server string
}

// Database returns the URLs of a fresh, migrated database, dropped when a passing test ends; a failed test logs its
// URL.
func Database(t testing.TB) URLs {
	t.Helper()
	admin := AdminURL(t)
	makeServerLogin(t, admin)
	password, _ := admin.User.Password()
	config := pgtestdb.Custom(t, pgtestdb.Config{
		DriverName: "pgx",
		Host:       admin.Hostname(), Port: admin.Port(), User: admin.User.Username(), Password: password,
		Database: "postgres", Options: "sslmode=disable",
		TestRole: &pgtestdb.Role{Username: "portal_test_owner", Password: "owner", Capabilities: "NOSUPERUSER CREATEROLE"},
	}, migrator{})
	owner := config.URL()
	server, err := url.Parse(owner)
	if err != nil {
		t.Fatal(err)
	}
	server.User = url.UserPassword(serverLogin, serverPassword)
	return URLs{Owner: owner, Server: server.String()}
}

// Open returns a fresh database, opened as the server opens it.
func Open(t testing.TB) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(context.Background(), Database(t).Server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// EmptyDatabase makes a database without a schema, dropped when the test ends, and returns its URL as the superuser.
// Options are those of create database.
func EmptyDatabase(t testing.TB, options string) string {
	t.Helper()
	admin := AdminURL(t)
	name := "empty_" + strings.ReplaceAll(postgres.NewID(), "-", "")
	run := func(sql string) error {
		conn, err := pgx.Connect(context.Background(), admin.String())
		if err != nil {
			return err
		}
		defer conn.Close(context.Background())
		_, err = conn.Exec(context.Background(), sql)
		return err
	}
	if err := run("create database " + name + " " + options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := run("drop database " + name + " with (force)"); err != nil {
			t.Error(err)
		}
	})
	database := *admin
	database.Path = name
	return database.String()
}

// shared is this process's use of the checkout's PostgreSQL; it ends with the process.
var shared = sync.OnceValues(func() (*embedded.Share, error) { return embedded.Shared(context.Background()) })

// AdminURL returns the superuser's URL of the PostgreSQL to test in: the one that PORTAL_TEST_DATABASE_URL names, or
// the one that all test processes of this checkout share.
func AdminURL(t testing.TB) *url.URL {
	t.Helper()
	value := os.Getenv("PORTAL_TEST_DATABASE_URL")
	if value == "" {
		server, err := shared()
		if err != nil {
			t.Fatal(err)
		}
		value = server.URL
	}
	admin, err := url.Parse(value)
	if err != nil {
		t.Fatal("PORTAL_TEST_DATABASE_URL is not a URL")
	}
	return admin
}

var loginOnce sync.Once

// makeServerLogin creates the roles that the migrations would create, so that the login can be a member of them from
// the start. Other test processes do the same at the same time.
func makeServerLogin(t testing.TB, admin *url.URL) {
	t.Helper()
	loginOnce.Do(func() {
		conn, err := pgx.Connect(context.Background(), admin.String())
		if err != nil {
			t.Fatalf("reach the test database: %v", err)
		}
		defer conn.Close(context.Background())
		_, err = conn.Exec(context.Background(), fmt.Sprintf(`
			select pg_advisory_lock(5432);
			do $$ begin
				if not exists (select from pg_roles where rolname = 'portal_server') then
					create role portal_server nologin noinherit;
				end if;
				if not exists (select from pg_roles where rolname = '%[1]s') then
					create role %[1]s login password '%[2]s' in role portal_server;
				end if;
			end $$;`, serverLogin, serverPassword))
		if err != nil {
			t.Fatalf("create the server's login: %v", err)
		}
	})
}

// migrator runs the real migrations once for each state of the migration files.
type migrator struct{}

func (migrator) Hash() (string, error) {
	_, here, _, _ := runtime.Caller(0)
	sum := md5.New()
	root := os.DirFS(filepath.Join(filepath.Dir(here), "..", "postgres"))
	names, err := fs.Glob(root, "migrations/*.sql")
	if err != nil {
		return "", err
	}
	for _, name := range append(names, "migrate.go") {
		content, err := fs.ReadFile(root, name)
		if err != nil {
			return "", err
		}
		sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func (migrator) Migrate(ctx context.Context, _ *sql.DB, config pgtestdb.Config) error {
	_, err := postgres.Migrate(ctx, config.URL())
	return err
}
