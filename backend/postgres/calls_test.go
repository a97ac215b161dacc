package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/postgres"
)

func TestOfManyWhoWouldCallAtOnceOneMay(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	lease := w.lease()
	may := make(chan bool, 20)
	var all sync.WaitGroup
	for i := range cap(may) {
		call := postgres.Call{MSSPID: w.mssp, ConnectionID: w.connection, At: time.Now(), Every: time.Minute}
		if i%2 == 0 {
			call.RunID = lease.Run.ID
		}
		all.Go(func() {
			tooClose, err := w.db.ClaimCall(context.Background(), call)
			if err != nil {
				t.Error(err)
			}
			may <- tooClose.IsZero()
		})
	}
	all.Wait()
	close(may)
	n := 0
	for yes := range may {
		if yes {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d of them may call within a minute", n)
	}
}
