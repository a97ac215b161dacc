package postgres_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/wait"
)

func TestClaimCall(t *testing.T) {
	t.Parallel()
	t.Run("succeeds_for_one_of_concurrent_claims", testClaimCallSucceedsForOneOfConcurrentClaims)
}

func testClaimCallSucceedsForOneOfConcurrentClaims(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	begin := time.Now()
	for round := range 50 {
		var claimed atomic.Int64
		var group sync.WaitGroup
		for i := range 4 {
			call := postgres.Call{
				MSSPID: w.ID, ConnectionID: w.connection, At: begin.Add(time.Duration(round) * time.Hour), Every: time.Minute,
			}
			if i%2 == 0 {
				call.RunID = lease.Run.ID
			}
			group.Go(func() {
				tooClose, err := w.DB.ClaimCall(context.Background(), call)
				if err != nil {
					t.Error(err)
				}
				if tooClose.IsZero() {
					claimed.Add(1)
				}
			})
		}
		wait.Group(t, time.Minute, "the concurrent claims", &group)
		if got := claimed.Load(); got != 1 {
			t.Fatalf("calls claimed within a minute in round %d: got %d, want 1", round, got)
		}
	}
}
