package postgres_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/wait"
)

func TestAwait(t *testing.T) {
	t.Parallel()
	t.Run("returns_once_database_responds", testAwaitReturnsOnceDatabaseResponds)
	t.Run("returns_at_refused_login", testAwaitReturnsAtRefusedLogin)
	t.Run("ends_with_context", testAwaitEndsWithContext)
}

// testAwaitReturnsOnceDatabaseResponds puts a port before the database that closes every connection until the first
// failure has been reported.
func testAwaitReturnsOnceDatabaseResponds(t *testing.T) {
	t.Parallel()
	database, err := url.Parse(testkit.Database(t).Server)
	if err != nil {
		t.Fatal(err)
	}
	var up atomic.Bool
	port := forward(t, database.Host, &up)
	database.Host = port
	var reports atomic.Int64
	wait.Do(t, time.Minute, "the database to respond", func() bool {
		postgres.Await(t.Context(), database.String(), func(error) {
			reports.Add(1)
			up.Store(true)
		})
		return true
	})
	if got := reports.Load(); got != 1 {
		t.Errorf("got %d reports, want 1", got)
	}
}

// forward listens at a free port and passes connections on to address while up is set.
func forward(t *testing.T, address string, up *atomic.Bool) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer near.Close()
				if !up.Load() {
					return
				}
				far, err := net.Dial("tcp", address)
				if err != nil {
					return
				}
				defer far.Close()
				go func() { _, _ = io.Copy(far, near) }()
				_, _ = io.Copy(near, far)
			}()
		}
	}()
	return listener.Addr().String()
}

func testAwaitReturnsAtRefusedLogin(t *testing.T) {
	t.Parallel()
	database, err := url.Parse(testkit.Database(t).Server)
	if err != nil {
		t.Fatal(err)
	}
	database.Path = "/no_such_database"
	wait.Do(t, time.Minute, "Await to return", func() bool {
		postgres.Await(t.Context(), database.String(), func(err error) { t.Errorf("got the report %v, want none", err) })
		return true
	})
}

func testAwaitEndsWithContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	wait.Do(t, time.Minute, "Await to return", func() bool {
		postgres.Await(ctx, "postgres://portal@127.0.0.1:1/portal", func(error) { cancel() })
		return true
	})
}
