package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Call is one call of a product that somebody is about to make for a connection.
type Call struct {
	MSSPID, ConnectionID string
	// RunID is the run that makes it; "" where there is none.
	RunID string
	At    time.Time
	// Every is the distance to keep from any other call for the connection; 0: none is kept.
	Every time.Duration
}

// ClaimCall records a call, whoever makes the next for this connection, in whatever process, keeps its distance from it.
// Where it would not keep its own, it records nothing and answers the call that is too close; the zero time otherwise.
// A run's call is recorded also where the run is no longer its worker's. The database keeps microseconds, of which it
// takes the next.
func (db *DB) ClaimCall(ctx context.Context, c Call) (tooClose time.Time, err error) {
	at := c.At.Add(time.Microsecond - 1).Truncate(time.Microsecond)
	err = db.system(ctx, roleSync, c.MSSPID, func(tx pgx.Tx) error {
		// One claims after the other.
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
		// One that lies further ahead is another computer's clock; it holds nobody up.
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

// lastCall is the last call for a connection, as far as its latest runs know and whoever tried it.
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

// LastCall answers when the product was last called for the lease's connection; the zero time if nobody has called it.
func (db *DB) LastCall(ctx context.Context, lease Lease) (time.Time, error) {
	var at *time.Time
	err := db.systemRead(ctx, roleSync, lease.MSSPID, func(batch *pgx.Batch) {
		scanOne(batch.Queue(lastCall, lease.MSSPID, lease.ConnectionID), "connection", &at)
	})
	if err != nil || at == nil {
		return time.Time{}, err
	}
	return *at, nil
}
