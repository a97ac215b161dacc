package customersync_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
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
	results := make(chan error, 2)
	results <- errors.New("busy")
	results <- nil
	service, err := customersync.New(w.DB, nil, customersync.Config{
		Log: slog.New(slog.DiscardHandler), Jobs: true,
		Deliver: func(_ context.Context, msspID, inviteID string) error {
			tried <- msspID + inviteID
			return <-results
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
	t.Cleanup(func() { service.Stop(context.Background()) })
	for range 2 {
		select {
		case got := <-tried:
			if !strings.HasSuffix(got, invite) {
				t.Errorf("delivery: got %s, want invite %s only", got, invite)
			}
		case <-time.After(wait.Timeout(30 * time.Second)):
			t.Fatal("timed out waiting for a delivery")
		}
	}
}
