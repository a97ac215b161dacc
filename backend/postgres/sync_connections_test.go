package postgres_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/wait"
)

// connectionOf returns a new connection of an MSSP, with a customer id of its own.
func connectionOf(msspID string) portal.Connection {
	id := postgres.NewID()
	return portal.Connection{
		ID: id, MSSPID: msspID, ProductID: "heimdal", CustomerID: id, BaseURL: "https://product.example",
		APIKeySealed: []byte("sealed"), APIKeyLast4: "last",
	}
}

// addConnections adds connections to the own MSSP of w until it has n.
func addConnections(t *testing.T, w *testkit.World, n int) {
	t.Helper()
	all, err := w.DB.Connections(t.Context(), w.Own.Viewers[portal.MSSPAdmin], 0)
	if err != nil {
		t.Fatal(err)
	}
	for range n - len(all.Items) {
		if err := w.DB.AddConnection(t.Context(), connectionOf(w.Own.MSSPID)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestConnectionLimit(t *testing.T) {
	t.Parallel()
	t.Run("applies_to_admins_of_each_mssp", testConnectionLimitAppliesToAdminsOfEachMSSP)
	t.Run("holds_for_concurrent_creations", testConnectionLimitHoldsForConcurrentCreations)
}

func testConnectionLimitAppliesToAdminsOfEachMSSP(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	create := func(tenant testkit.Tenant) error {
		return w.DB.CreateConnection(t.Context(), tenant.Viewers[portal.MSSPAdmin], connectionOf(tenant.MSSPID), noJob)
	}
	refused := func(when string) {
		t.Helper()
		if err := create(w.Own); portal.ErrorCode(err) != portal.Conflict || !strings.Contains(err.Error(), "50 connections") {
			t.Errorf("%s: got %v, want a conflict that names 50 connections", when, err)
		}
	}
	addConnections(t, w, 49)
	if err := create(w.Own); err != nil {
		t.Fatalf("50th connection: got %v, want no error", err)
	}
	refused("51st connection")
	w.Exec(t, "update mssp_product set paused = true where mssp_id = $1", w.Own.MSSPID)
	refused("51st connection while all others are paused")
	if err := create(w.Other); err != nil {
		t.Errorf("another MSSP's connection: got %v, want no error", err)
	}
	if err := w.DB.AddConnection(t.Context(), connectionOf(w.Own.MSSPID)); err != nil {
		t.Errorf("51st connection added by the operator: got %v, want no error", err)
	}
	refused("52nd connection")
}

func testConnectionLimitHoldsForConcurrentCreations(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	addConnections(t, w, 48)
	var created atomic.Int64
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			err := w.DB.CreateConnection(t.Context(), w.Own.Viewers[portal.MSSPAdmin], connectionOf(w.Own.MSSPID), noJob)
			if err == nil {
				created.Add(1)
			} else if portal.ErrorCode(err) != portal.Conflict {
				t.Errorf("got %v, want a conflict", err)
			}
		})
	}
	wait.Group(t, time.Minute, "the concurrent creations", &group)
	if got := created.Load(); got != 2 {
		t.Errorf("connections created beside 48: got %d, want 2", got)
	}
}
