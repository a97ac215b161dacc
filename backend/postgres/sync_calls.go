package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Call is one call to a product that is about to be made for a connection.
type Call struct {
	MSSPID, ConnectionID string
	// RunID is the run that makes it; "" for a call without a run.
	RunID string
	At    time.Time
	// Every is the least time between two calls for the connection; 0: no limit.
	Every time.Duration
}

// ClaimCall records a call, so that all processes keep their distance from it. If the call is too close to another one,
// ClaimCall records nothing and returns the time of that call; otherwise the zero time. A run's call is recorded also
// if its lease is lost. The database keeps microseconds; the time is rounded up.
func (db *DB) ClaimCall(ctx context.Context, c Call) (tooClose time.Time, err error) {
	at := c.At.Add(time.Microsecond - 1).Truncate(time.Microsecond)
	err = db.system(ctx, roleSync, c.MSSPID, func(tx pgx.Tx) error {
		// Claims for one connection wait for each other.
		_, err := tx.Exec(ctx, `
			select from mssp_product p
			where p.mssp_id = $1
			and p.id = $2
			for no key update`, c.MSSPID, c.ConnectionID)
		if err != nil {
			return err
		}
		var last *time.Time
		if err := tx.QueryRow(ctx, lastCall, c.MSSPID, c.ConnectionID).Scan(&last); err != nil {
			return err
		}
		// A call further in the future was recorded by a computer whose clock is wrong; it is ignored.
		if tooClose = within(last, at, c.Every); !tooClose.IsZero() {
			return nil
		}
		return recordCall(ctx, tx, c, at)
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("claim call: %w", err)
	}
	return tooClose, nil
}

func within(last *time.Time, at time.Time, every time.Duration) time.Time {
	if last == nil || !last.After(at.Add(-every)) || last.After(at.Add(every)) {
		return time.Time{}
	}
	return *last
}

func recordCall(ctx context.Context, tx pgx.Tx, c Call, at time.Time) error {
	table, id := "sync_run", c.RunID
	if id == "" {
		table, id = "mssp_product", c.ConnectionID
	}
	_, err := tx.Exec(ctx, `
		update `+table+` t
		set called_at = greatest(t.called_at, $3)
		where t.mssp_id = $1
		and t.id = $2`, c.MSSPID, id, at)
	return err
}

// lastCall selects the time of the last call for a connection, by one of its latest ten runs or without a run.
const lastCall = `
	select greatest(max(r.called_at), max(p.called_at))
	from mssp_product p
	left join lateral (
		select called_at
		from sync_run
		where mssp_id = p.mssp_id
		and mssp_product_id = p.id
		order by created_at desc
		limit 10) r on true
	where p.mssp_id = $1
	and p.id = $2`

// LastCall returns when the product was last called for the lease's connection; the zero time if it never was.
func (db *DB) LastCall(ctx context.Context, lease Lease) (time.Time, error) {
	var at *time.Time
	err := db.systemRead(ctx, roleSync, lease.MSSPID, func(batch *pgx.Batch) {
		scanRow(batch.Queue(lastCall, lease.MSSPID, lease.ConnectionID), "connection", &at)
	})
	if err != nil || at == nil {
		return time.Time{}, err
	}
	return *at, nil
}
