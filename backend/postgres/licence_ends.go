package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// The licences that have ended or end soon are kept counts. client_end has, for each MSP and day, how many licences of
// active clients end then; client_end_sum has the sums as of a day. Both are written by functions of migration 00035
// whenever an MSSP gets a new version. A sum as of another day than today is brought up to date when it is read, from the
// few days between, so that the figures are right from midnight on, in each time zone and also if no sync runs.

// endsBefore returns how many licences of a row s of client_end_sum end before today plus so many days; days is one of
// the columns' suffixes.
func endsBefore(days int) string {
	return fmt.Sprintf(`(s.before_%[1]d + case when s.day = %[2]s then 0 else (
			select coalesce(sum(case when e.day >= s.day + %[1]d then e.n else -e.n end), 0)::bigint
			from client_end e
			where e.mssp_id = s.mssp_id
			and e.msp_id = s.msp_id
			and e.day >= least(s.day, %[2]s) + %[1]d
			and e.day < greatest(s.day, %[2]s) + %[1]d) end)`, days, today)
}

// licenceEnds selects the figures of rows s of client_end_sum. "offset 0" keeps PostgreSQL from computing them again for
// each use.
var licenceEnds = `
	select s.msp_id, u.expired, u.before_31 - u.expired as expiring_30, u.before_91 - u.expired as expiring_90
	from client_end_sum s
	cross join lateral (
		select ` + endsBefore(0) + ` as expired, ` + endsBefore(31) + ` as before_31, ` + endsBefore(91) + ` as before_91
		offset 0) u`

// queueLicenceEnds sums the figures up over the scope of an MSSP or an MSP.
func queueLicenceEnds(batch *pgx.Batch, scope portal.Scope, expired, expiring *int64) {
	where := "s.mssp_id = @mssp"
	if scope.Level == portal.LevelMSP {
		where += " and s.msp_id = @msp"
	}
	scanRow(batch.Queue(`
		select coalesce(sum(ends.expired), 0)::bigint, coalesce(sum(ends.expiring_30), 0)::bigint
		from (`+licenceEnds+`
			where `+where+`) ends`, scopeArgs(scope)), "client", expired, expiring)
}

// SumLicenceEnds brings the sums of licence ends of every MSSP to its present day, so that readers have few days to add.
// It leaves out an MSSP whose row a merge has locked, which writes the sums itself.
func (db *DB) SumLicenceEnds(ctx context.Context) error {
	mssps, err := db.connectedMSSPs(ctx)
	for _, mssp := range mssps {
		if err == nil {
			err = db.system(ctx, roleSync, mssp, func(tx pgx.Tx) error { return sumLicenceEnds(ctx, tx, mssp) })
		}
	}
	if err != nil {
		return fmt.Errorf("sum licence ends: %w", err)
	}
	return nil
}

func sumLicenceEnds(ctx context.Context, tx pgx.Tx, mssp string) error {
	tag, err := tx.Exec(ctx, `
		select
		from mssp z
		where z.id = $1
		and exists (
			select
			from client_end_sum s
			where s.mssp_id = $1
			and s.day <> (now() at time zone z.time_zone)::date)
		for no key update skip locked`, mssp)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	_, err = tx.Exec(ctx, "select sum_client_ends($1)", mssp)
	return err
}

// connectedMSSPs returns the ids of the MSSPs that have a connection.
func (db *DB) connectedMSSPs(ctx context.Context) (mssps []string, err error) {
	err = db.systemRead(ctx, roleJobs, "", func(batch *pgx.Batch) {
		batch.Queue("select distinct p.mssp_id::text from mssp_product p order by 1").Query(func(rows pgx.Rows) (err error) {
			mssps, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
	})
	return mssps, err
}
