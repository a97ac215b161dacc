package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/testkit/embedded"
)

// groups are the groups of tables whose rows are counted together, in print order.
var groups = []string{"customers", "history", "counts", "run", "staging"}

// written is how much the database has written.
type written struct {
	rows map[string]int64
	wal  float64 // MiB
}

func (w written) since(before written) written {
	d := written{rows: map[string]int64{}, wal: w.wal - before.wal}
	for group, n := range w.rows {
		d.rows[group] = n - before.rows[group]
	}
	return d
}

// writtenSoFar counts the rows inserted, updated or deleted so far, in tables that outlast a run.
func (w *world) writtenSoFar(ctx context.Context) (so written, err error) {
	err = w.superuser(ctx, func(conn *pgx.Conn) error {
		so.rows = map[string]int64{}
		if err := conn.QueryRow(ctx, "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 / 1048576").Scan(&so.wal); err != nil {
			return err
		}
		rows, err := conn.Query(ctx, `
			select case
			           when relname in ('msp', 'client', 'mssp') then 'customers'
			           when relname in ('change', 'client_span') then 'history'
			           when relname in ('client_count', 'msp_count', 'client_day') then 'counts'
			           when relname = 'sync_run' then 'run'
			           else 'staging'
			       end, sum(n_tup_ins + n_tup_upd + n_tup_del)
			from pg_stat_user_tables
			where relname in ('msp', 'client', 'mssp', 'change', 'client_span', 'client_count', 'msp_count', 'client_day', 'sync_run')
			or relname like 'sync\_%'
			group by 1`)
		if err != nil {
			return err
		}
		var group string
		var n int64
		_, err = pgx.ForEachRow(rows, []any{&group, &n}, func() error { so.rows[group] = n; return nil })
		return err
	})
	return so, err
}

func (w *world) superuser(ctx context.Context, work func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, w.postgres.URL(embedded.Superuser, "portal"))
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	return work(conn)
}

// copied selects the names of the client columns that can be written.
const copied = `
	select string_agg(quote_ident(attname), ', ' order by attnum)
	from pg_attribute
	where attrelid = 'client'::regclass
	and attnum > 0
	and attgenerated = ''
	and not attisdropped`

// bareCopy copies the clients into an empty table with the same constraints and indexes, and returns the rows per
// second.
func (w *world) bareCopy(ctx context.Context) (perSecond float64, err error) {
	path := filepath.Join(w.folder, "clients.copy")
	defer os.Remove(path)
	err = w.superuser(ctx, func(conn *pgx.Conn) error {
		file, err := os.Create(path)
		if err != nil {
			return err
		}
		defer file.Close()
		var columns string
		if err := conn.QueryRow(ctx, copied).Scan(&columns); err != nil {
			return err
		}
		if _, err := conn.PgConn().CopyTo(ctx, file, "copy (select "+columns+" from client) to stdout (format binary)"); err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, bareTable+"; checkpoint"); err != nil {
			return err
		}
		if _, err := file.Seek(0, 0); err != nil {
			return err
		}
		began := time.Now()
		tag, err := conn.PgConn().CopyFrom(ctx, file, "copy bare_client ("+columns+") from stdin (format binary)")
		perSecond = float64(tag.RowsAffected()) / time.Since(began).Seconds()
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, "drop table bare_client")
		return err
	})
	return perSecond, err
}

// bareTable creates a copy of the table client. The clause like copies everything except foreign keys.
const bareTable = `
	create table bare_client (like client including all);
	do $$
	declare
		key record;
	begin
		for key in
			select conname, pg_get_constraintdef(oid) as definition
			from pg_constraint
			where conrelid = 'client'::regclass
			and contype = 'f'
		loop
			execute format('alter table bare_client add constraint %I %s', key.conname, key.definition);
		end loop;
	end $$`

// memory returns a figure of /proc/PID/status, in MiB.
func memory(pid int, figure string) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(status) {
		if fields := strings.Fields(string(line)); len(fields) == 3 && fields[0] == figure+":" {
			kilobytes, err := strconv.Atoi(fields[1])
			return float64(kilobytes) / 1024, err
		}
	}
	return 0, fmt.Errorf("/proc has no %s", figure)
}
