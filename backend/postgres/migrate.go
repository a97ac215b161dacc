package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"fs-client-portal/backend/portal"
)

//go:embed migrations/*.sql
var migrations embed.FS

// JobSchema is the schema the job engine keeps its tables in.
const JobSchema = "river"

// jobsVersion is the migration that creates the job engine's tables.
const jobsVersion = 3

// Migration is one migration of the schema and when it was applied; the zero time if it was not.
type Migration struct {
	Version   int64     `json:"version"`
	Name      string    `json:"name"`
	AppliedAt time.Time `json:"applied_at,omitzero"`
}

// Migrate applies the missing migrations and returns them. Several processes may call it at once: they wait for each
// other on a row, not on an advisory lock, which not every PostgreSQL service supports.
func Migrate(ctx context.Context, url string) ([]Migration, error) {
	provider, err := newProvider(ctx, url, true)
	if err != nil {
		return nil, err
	}
	defer provider.Close()
	results, err := up(ctx, provider)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	applied := make([]Migration, 0, len(results))
	for _, r := range results {
		applied = append(applied, Migration{Version: r.Source.Version, Name: r.Source.Path, AppliedAt: time.Now().UTC()})
	}
	return applied, backfill(ctx, url)
}

const (
	// lockRetryFor is how long a migration tries to lock a table: longer than an export may hold it.
	lockRetryFor = exportTime + 5*time.Minute
	// lockRetryEvery is the pause between two attempts, in which waiting requests proceed.
	lockRetryEvery = 2 * time.Second
)

// up applies the missing migrations. One that does not get its locks in time is tried again: it must not wait for long,
// because every request for the table waits behind it. Its file sets lock_timeout.
func up(ctx context.Context, provider *goose.Provider) ([]*goose.MigrationResult, error) {
	var applied []*goose.MigrationResult
	for until := time.Now().Add(lockRetryFor); ; {
		results, err := provider.Up(ctx)
		if err == nil {
			return append(applied, results...), nil
		}
		var partial *goose.PartialError
		if errors.As(err, &partial) {
			applied = append(applied, partial.Applied...)
		}
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != lockNotAvailable {
			return applied, err
		}
		if time.Now().After(until) {
			return applied, fmt.Errorf("no lock of its table for %s: %w", lockRetryFor, err)
		}
		if err := portal.Sleep(ctx, lockRetryEvery); err != nil {
			return applied, err
		}
	}
}

// backfill adds the rows and values that older servers have not written.
func backfill(ctx context.Context, url string) error {
	db, err := Open(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.KeyNames(ctx); err != nil {
		return err
	}
	return db.fillHistory(ctx)
}

// MigrationStatus returns every migration, applied or not.
func MigrationStatus(ctx context.Context, url string) ([]Migration, error) {
	provider, err := newProvider(ctx, url, false)
	if err != nil {
		return nil, err
	}
	defer provider.Close()
	statuses, err := provider.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	all := make([]Migration, 0, len(statuses))
	for _, s := range statuses {
		all = append(all, Migration{Version: s.Source.Version, Name: s.Source.Path, AppliedAt: s.AppliedAt})
	}
	return all, nil
}

func newProvider(ctx context.Context, url string, locked bool) (*goose.Provider, error) {
	connection, err := configure(ctx, url)
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{
		goose.WithDisableGlobalRegistry(true),
		// Steps of branches come in the order in which these are merged, not in that of their numbers.
		goose.WithAllowOutofOrder(true),
		goose.WithGoMigrations(goose.NewGoMigration(jobsVersion, &goose.GoFunc{RunDB: migrateJobs(connection)}, nil)),
	}
	if locked {
		locker, err := lock.NewPostgresTableLocker(lock.WithTableLeaseDuration(time.Minute))
		if err != nil {
			return nil, fmt.Errorf("make migration lock: %w", err)
		}
		options = append(options, goose.WithLocker(locker))
	}
	return goose.NewProvider(goose.DialectPostgres, stdlib.OpenDB(*connection.ConnConfig), files, options...)
}

// migrateJobs creates the job engine's tables and grants access to the server's login. It uses its own database
// connection, because the engine runs each of its migrations in a transaction of its own.
func migrateJobs(connection connection) func(context.Context, *sql.DB) error {
	return func(ctx context.Context, _ *sql.DB) error {
		pool, err := pgxpool.NewWithConfig(ctx, connection.Config)
		if err != nil {
			return err
		}
		defer pool.Close()
		if _, err := pool.Exec(ctx, "create schema if not exists "+JobSchema); err != nil {
			return err
		}
		migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: JobSchema})
		if err != nil {
			return err
		}
		if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
			return err
		}
		_, err = pool.Exec(ctx, `
			grant usage on schema river to portal_server;
			grant select, insert, update, delete on all tables in schema river to portal_server;
			grant usage on all sequences in schema river to portal_server;`)
		return err
	}
}

// Ready returns nil if the database can be reached, accepts writes, and has every migration that this program needs.
func (db *DB) Ready(ctx context.Context) error {
	var missing *int64
	var standby bool
	err := db.acquire(ctx, func(conn *pgxpool.Conn) error {
		return conn.QueryRow(ctx, `
			select min(needed.version), pg_is_in_recovery()
			from unnest($1::bigint[]) as needed (version)
			where not exists (
				select
				from public.goose_db_version v
				where v.version_id = needed.version
				and v.is_applied)`, schemaVersions).Scan(&missing, &standby)
	})
	var down *Outage
	switch {
	case errors.As(err, &down):
		return err
	case errors.Is(err, ctx.Err()) && err != nil:
		return err
	case err != nil:
		return fmt.Errorf("read schema version: %w", withoutSecrets(err))
	case standby:
		return &Outage{Reason: outageCodes["25006"]}
	}
	if missing != nil {
		return fmt.Errorf("the schema lacks step %d of %d: run portal-api migrate up", *missing, slices.Max(schemaVersions))
	}
	return nil
}

// schemaVersions are the versions of all migrations that this program needs.
var schemaVersions = readVersions(migrations)

// readVersions returns the versions of the embedded files and of the migrations written in Go.
func readVersions(files fs.FS) []int64 {
	versions := []int64{jobsVersion}
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern is well-formed
	}
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			panic(err) // goose could not run this file either
		}
		versions = append(versions, version)
	}
	slices.Sort(versions)
	return versions
}
