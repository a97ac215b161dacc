package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/wait"
)

func TestAcquireWait(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), testkit.Database(t).Server+"&pool_max_conns=1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	held, err := db.Pool().Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(held.Release) // closing the pool waits for it
	t.Run("refuses_request", func(t *testing.T) {
		var down *postgres.Outage
		request := postgres.WithRequestID(t.Context(), "r")
		if err := db.WithAcquireWait(10 * time.Millisecond).Ready(request); !errors.As(err, &down) {
			t.Errorf("got %v, want an outage", err)
		}
	})
	t.Run("cancelled_request_is_no_outage", func(t *testing.T) {
		request, cancel := context.WithCancel(postgres.WithRequestID(t.Context(), "r"))
		cancel()
		var down *postgres.Outage
		if err := db.Ready(request); !errors.Is(err, context.Canceled) || errors.As(err, &down) {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
	})
	t.Run("job_waits", func(t *testing.T) {
		ended := make(chan error, 1)
		go func() { ended <- db.WithAcquireWait(0).Ready(t.Context()) }()
		held.Release()
		if err := wait.For(t, time.Minute, "the job to get its connection", ended); err != nil {
			t.Error(err)
		}
	})
}
