package customersync_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

func TestInviteMail(t *testing.T) {
	t.Parallel()
	t.Run("is_queued_with_invite_and_retried", testInviteMailIsQueuedWithInviteAndRetried)
}

func testInviteMailIsQueuedWithInviteAndRetried(t *testing.T) {
	t.Parallel()
	w := testkit.NewWorld(t)
	tried := make(chan string, 10)
	answers := make(chan error, 2)
	answers <- errors.New("busy")
	answers <- nil
	service, err := customersync.New(w.DB, nil, customersync.Config{
		Log: slog.New(slog.DiscardHandler), Jobs: true,
		Deliver: func(_ context.Context, msspID, inviteID string) error {
			tried <- msspID + inviteID
			return <-answers
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	mssp, invite, undone := w.Own.MSSPID, postgres.NewID(), errors.New("undone")
	post := func(id string, outcome error) error {
		return pgx.BeginFunc(t.Context(), w.DB.Pool(), func(tx pgx.Tx) error {
			return errors.Join(service.Post(t.Context(), tx, mssp, id), outcome)
		})
	}
	if err := post(postgres.NewID(), undone); !errors.Is(err, undone) {
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
		if got := <-tried; !strings.HasSuffix(got, invite) {
			t.Errorf("delivers %s, want %s alone", got, invite)
		}
	}
}
