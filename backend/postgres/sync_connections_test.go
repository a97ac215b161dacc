package postgres_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// connectionOf is a connection of an MSSP to a customer of its own.
func connectionOf(msspID string) portal.Connection {
	id := postgres.NewID()
	return portal.Connection{
		ID: id, MSSPID: msspID, ProductID: "heimdal", CustomerID: id, BaseURL: "https://product.example",
		APIKeySealed: []byte("sealed"), APIKeyLast4: "last",
	}
}

func TestConnectionLimit(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	create := func(tenant testkit.Tenant) error {
		c := connectionOf(tenant.MSSPID)
		return w.DB.CreateConnection(t.Context(), tenant.Viewers[portal.MSSPAdmin], c,
			func(context.Context, pgx.Tx, portal.SyncRun) error { return nil })
	}
	refused := func(when string) {
		t.Helper()
		if err := create(w.Own); portal.ErrorCode(err) != portal.Conflict || !strings.Contains(err.Error(), "50 connections") {
			t.Errorf("%s: got %v, want a conflict that names 50 connections", when, err)
		}
	}
	all, err := w.DB.Connections(t.Context(), w.Own.Viewers[portal.MSSPAdmin], 0)
	if err != nil {
		t.Fatal(err)
	}
	for range 49 - len(all.Items) {
		if err := w.DB.AddConnection(t.Context(), connectionOf(w.Own.MSSPID)); err != nil {
			t.Fatal(err)
		}
	}
	if err := create(w.Own); err != nil {
		t.Fatalf("the 50th connection is refused: %v", err)
	}
	refused("the 51st connection")
	w.Exec(t, "update mssp_product set paused = true where mssp_id = $1", w.Own.MSSPID)
	refused("the 51st while all others are paused")
	if err := create(w.Other); err != nil {
		t.Errorf("another MSSP's connection is refused: %v", err)
	}
	if err := w.DB.AddConnection(t.Context(), connectionOf(w.Own.MSSPID)); err != nil {
		t.Errorf("the operator's 51st connection is refused: %v", err)
	}
	refused("the 52nd connection")
}

func TestConcurrentConnections(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	admin := w.Own.Viewers[portal.MSSPAdmin]
	all, err := w.DB.Connections(t.Context(), admin, 0)
	if err != nil {
		t.Fatal(err)
	}
	for range 48 - len(all.Items) {
		if err := w.DB.AddConnection(t.Context(), connectionOf(w.Own.MSSPID)); err != nil {
			t.Fatal(err)
		}
	}
	var created atomic.Int64
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			err := w.DB.CreateConnection(t.Context(), admin, connectionOf(w.Own.MSSPID),
				func(context.Context, pgx.Tx, portal.SyncRun) error { return nil })
			if err == nil {
				created.Add(1)
			} else if portal.ErrorCode(err) != portal.Conflict {
				t.Errorf("got %v, want a conflict", err)
			}
		})
	}
	group.Wait()
	if created.Load() != 2 {
		t.Errorf("got %d connections beside 48, want 2", created.Load())
	}
}
