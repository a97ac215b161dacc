package postgres

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"fs-client-portal/backend/portal"
)

// Organisation returns the viewer's MSSP and the time zones that can be chosen for it.
func (db *DB) Organisation(ctx context.Context, viewer portal.Viewer) (portal.Organisation, error) {
	zones, err := db.timeZones(ctx)
	if err != nil {
		return portal.Organisation{}, err
	}
	o := portal.Organisation{TimeZones: zones}
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		batch.Queue(`
			select m.id, m.name, m.time_zone
			from mssp m
			where m.id = @mssp`, pgx.NamedArgs{"mssp": viewer.Scope.MSSPID},
		).QueryRow(func(row pgx.Row) error { return row.Scan(&o.ID, &o.Name, &o.TimeZone) })
	})
	if err != nil {
		return portal.Organisation{}, fmt.Errorf("read organisation: %w", err)
	}
	return o, nil
}

// zones are the time zones that both PostgreSQL and this program know, once they have been read.
type zones struct {
	mu    sync.Mutex
	names []string
}

// timeZones returns the zones that can be chosen, sorted. PostgreSQL reads hundreds of files to list its zones, so they
// are queried once per process; new time zone data needs a restart of PostgreSQL as well.
func (db *DB) timeZones(ctx context.Context) ([]string, error) {
	db.zones.mu.Lock()
	defer db.zones.mu.Unlock()
	if db.zones.names != nil {
		return slices.Clone(db.zones.names), nil
	}
	var names []string
	err := db.acquire(ctx, func(conn *pgxpool.Conn) error {
		rows, err := conn.Query(ctx, `
			select z.name
			from pg_timezone_names z
			order by z.name collate "C"`)
		if err != nil {
			return err
		}
		names, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read time zones: %w", err)
	}
	db.zones.names = slices.DeleteFunc(names, func(name string) bool { return !portal.KnownTimeZone(name) })
	return slices.Clone(db.zones.names), nil
}

// ChangeOrganisation changes the viewer's MSSP and returns it after the change. It returns Invalid naming time_zone for
// an unknown zone. Past days of the trend stay as they were recorded.
func (db *DB) ChangeOrganisation(ctx context.Context, viewer portal.Viewer, change portal.OrganisationChange) (portal.Organisation, error) {
	if change.TimeZone != nil {
		if err := portal.CheckTimeZone(*change.TimeZone); err != nil {
			return portal.Organisation{}, err
		}
		if err := db.setTimeZone(ctx, viewer, *change.TimeZone); err != nil {
			return portal.Organisation{}, fmt.Errorf("change organisation: %w", err)
		}
	}
	return db.Organisation(ctx, viewer)
}

func (db *DB) setTimeZone(ctx context.Context, viewer portal.Viewer, zone string) error {
	mssp := viewer.Scope.MSSPID
	known, err := db.timeZones(ctx)
	if err != nil {
		return err
	}
	return db.As(viewer).Write(ctx, func(tx pgx.Tx) error {
		var before string
		err := tx.QueryRow(ctx, `
			select m.time_zone
			from mssp m
			where m.id = $1
			for update`, mssp).Scan(&before)
		if err != nil || before == zone {
			return err
		}
		if !slices.Contains(known, zone) {
			return portal.UnknownTimeZone(zone)
		}
		_, err = tx.Exec(ctx, `
			update mssp
			set time_zone = $2, version = version + 1
			where id = $1`, mssp, zone)
		if err != nil {
			return err
		}
		return writeAudit(ctx, tx, AuditEntry{
			MSSPID: mssp, ActorID: viewer.UserID, Action: "organisation_changed", Target: mssp,
			Detail: map[string]any{"before": map[string]any{"time_zone": before}, "after": map[string]any{"time_zone": zone}},
		})
	})
}

// checkTimeZone returns an error for a zone that this PostgreSQL does not know; its time zone data may be older than
// the program's. It is slow, and meant for commands.
func checkTimeZone(ctx context.Context, tx pgx.Tx, zone string) error {
	var known bool
	err := tx.QueryRow(ctx, "select exists (select from pg_timezone_names where name = $1)", zone).Scan(&known)
	if err == nil && !known {
		return portal.UnknownTimeZone(zone)
	}
	return err
}
