package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/testkit/embedded"
	"fs-client-portal/backend/testkit/fakeheimdal"
)

// past is a sync in the sample's history: how many editions of the customers ago, how many days before the next one,
// and what went wrong with it.
type past struct {
	editions, days int
	fault          fakeheimdal.Fault
}

// history ends with today's sync, which is that of a stack without any.
var history = []past{
	{editions: 3, days: 9},
	{editions: 2, days: 5},
	{editions: 2, days: 1, fault: fakeheimdal.Message200},
	{editions: 1, days: 4},
	{},
}

// sync reads the customers once, or as often as makes a history; from then on portal-api's own schedule does.
func (s *stack) sync(ctx context.Context) error {
	kept := &s.folder.state
	if kept.Synced {
		return nil
	}
	runs := history
	if s.options.NoHistory {
		runs = history[len(history)-1:]
	}
	for _, run := range runs {
		if err := s.syncOnce(ctx, run); err != nil {
			return err
		}
	}
	s.heimdal.ResetRate()
	kept.Synced = true
	return s.folder.save()
}

func (s *stack) syncOnce(ctx context.Context, run past) error {
	s.heimdal.SetCustomers(fakeheimdal.Past(s.sample, run.editions))
	s.heimdal.SetFault(run.fault)
	err := s.command(ctx, nil, "sync", "--mssp", s.folder.state.MSSPID, "--heimdal-rate", "0")
	s.heimdal.SetFault(fakeheimdal.None)
	if err != nil && run.fault == fakeheimdal.None {
		return err
	}
	return s.age(ctx, run.days)
}

// age moves everything the syncs have written some days into the past, as if the schedule had done it then. Heimdal was
// called long ago, so that the next sync need not wait.
func (s *stack) age(ctx context.Context, days int) error {
	batch := &pgx.Batch{}
	batch.Queue(`
		update sync_run
		set called_at = null, trigger = case when $1 > 0 then 'schedule' else trigger end, created_at = created_at - make_interval(days => $1),
		    started_at = started_at - make_interval(days => $1), finished_at = finished_at - make_interval(days => $1),
		    read_at = read_at - make_interval(days => $1)`, days)
	batch.Queue("update change set at = at - make_interval(days => $1)", days)
	batch.Queue("update mssp_product set created_at = created_at - make_interval(days => $1)", days)
	for _, table := range []string{"msp", "client"} {
		batch.Queue(`
			update `+table+`
			set first_seen_at = first_seen_at - make_interval(days => $1),
			    last_seen_at = last_seen_at - make_interval(days => $1),
			    missing_at = missing_at - make_interval(days => $1)`, days)
	}
	// By way of a time in which no day is taken.
	batch.Queue("update client_day set day = day - 100000")
	batch.Queue("update client_day set day = day + 100000 - $1::int", days)
	conn, err := pgx.Connect(ctx, s.postgres.URL(embedded.Superuser, database))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := conn.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("age the sample's history: %w", err)
	}
	return nil
}
