package customersync_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/wait"
)

func TestInviteMail(t *testing.T) {
	t.Parallel()
	t.Run("is_queued_with_invite_and_retried", testInviteMailIsQueuedWithInviteAndRetried)
}

func testInviteMailIsQueuedWithInviteAndRetried(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	tried := make(chan string, 10)
	var failures atomic.Int32
	failures.Store(1)
	service, err := customersync.New(w.DB, nil, customersync.Config{
		Log: slog.New(slog.DiscardHandler), Jobs: true,
		Deliver: func(_ context.Context, msspID, inviteID string) error {
			tried <- msspID + inviteID
			if failures.Add(-1) >= 0 {
				return errors.New("busy")
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	mssp, invite, rollback := w.Own.MSSPID, postgres.NewID(), errors.New("rolled back")
	post := func(id string, outcome error) error {
		return pgx.BeginFunc(t.Context(), w.DB.Pool(), func(tx pgx.Tx) error {
			return errors.Join(service.Post(t.Context(), tx, mssp, id), outcome)
		})
	}
	if err := post(postgres.NewID(), rollback); !errors.Is(err, rollback) {
		t.Fatal(err)
	}
	if err := post(invite, nil); err != nil {
		t.Fatal(err)
	}
	if err := service.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), wait.Timeout(time.Minute))
		defer cancel()
		if err := service.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	for range 2 {
		if got := wait.For(t, 30*time.Second, "a delivery", tried); !strings.HasSuffix(got, invite) {
			t.Errorf("delivery: got %s, want invite %s only", got, invite)
		}
	}
}
