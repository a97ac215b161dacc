package httpapi_test

import (
	"bufio"
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

// TestSessionsAtOnce locks the invites, so that requests for them keep running.
func TestSessionsAtOnce(t *testing.T) {
	h := newAPITest(t, func(c *httpapi.Config) { c.SessionAtOnce = 2 })
	token, other := h.as(portal.MSSPAdmin), h.as(portal.MSPUser)
	locked, err := h.Owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = locked.Rollback(context.Background()) }() // so that a failure leaves no request running
	if _, err := locked.Exec(t.Context(), "lock table pre_assigned_role"); err != nil {
		t.Fatal(err)
	}
	observer, err := pgx.Connect(t.Context(), h.URLs.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer observer.Close(context.Background())
	var working sync.WaitGroup
	for range 2 {
		working.Go(func() {
			if r := h.get("/v1/invites", token); r.StatusCode != ok {
				t.Errorf("got %d, want 200: %s", r.StatusCode, r.body)
			}
		})
	}
	wait.Until(t, 30*time.Second, "two blocked requests", func() (blocked bool) {
		err := observer.QueryRow(t.Context(),
			"select count(distinct pid) = 2 from pg_locks where relation = 'pre_assigned_role'::regclass and not granted").Scan(&blocked)
		if err != nil {
			t.Fatal(err)
		}
		return blocked
	})
	h.wantRetryAfter(h.get("/v1/clients", token))
	h.wants(h.get("/v1/clients", other), ok)
	if err := locked.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	wait.Group(t, time.Minute, "the blocked requests", &working)
	h.wants(h.get("/v1/clients", token), ok)
}

// TestBodyTimeout waits for the body timeout of five seconds.
func TestBodyTimeout(t *testing.T) {
	h := newAPITest(t)
	conn := h.startSlowRequest("203.0.113.9")
	if err := conn.SetReadDeadline(time.Now().Add(wait.Timeout(time.Minute))); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("no response to the slow request: %v", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestTimeout || !response.Close {
		t.Errorf("got %d, connection closed: %t, want 408 and closed", response.StatusCode, response.Close)
	}
}
