package postgres_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fs-client-portal/backend/postgres"
)

func TestOfManyWhoWouldCallAtOnceOneMay(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	begin := time.Now()
	for round := range 50 {
		var may atomic.Int64
		var all sync.WaitGroup
		for i := range 4 {
			call := postgres.Call{MSSPID: w.ID, ConnectionID: w.connection, At: begin.Add(time.Duration(round) * time.Hour), Every: time.Minute}
			if i%2 == 0 {
				call.RunID = lease.Run.ID
			}
			all.Go(func() {
				tooClose, err := w.DB.ClaimCall(context.Background(), call)
				if err != nil {
					t.Error(err)
				}
				if tooClose.IsZero() {
					may.Add(1)
				}
			})
		}
		all.Wait()
		if n := may.Load(); n != 1 {
			t.Fatalf("%d of them may call within a minute", n)
		}
	}
}
