package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// The settings of a session on which the meaning of a statement or the form of a result depends. A database and a role
// have defaults of their own for each, so every connection sets all of them when it starts.
//
// A pooler in transaction mode shares its server connections, so a session's settings are lost between transactions,
// and it refuses start-up parameters that it does not track. Behind a pooler only pooledSettings are set at the start,
// and each transaction sets the others for itself (localSettings). Settings that a statement would set too late are
// part of the statement that begins a transaction (readCommitted), or the database's defaults must be right
// (checkDefaults).

// pooledSettings are the start-up parameters that every release of PgBouncer tracks.
var pooledSettings = map[string]string{
	"client_encoding":             "UTF8",
	"datestyle":                   "ISO, YMD",
	"timezone":                    "UTC",
	"standard_conforming_strings": "on",
}

// otherSettings are refused by poolers. lc_messages is not among them: only a superuser may set it, and nothing here
// reads a message of the server.
var otherSettings = map[string]string{
	"intervalstyle":         "postgres",
	"bytea_output":          "hex",
	"extra_float_digits":    "1",
	"lc_monetary":           "C",
	"lc_numeric":            "C",
	"lc_time":               "C",
	"array_nulls":           "on",
	"transform_null_equals": "off",
	"row_security":          "on",
	"search_path":           "public, pg_temp", // a temporary table never hides one of ours

	"default_transaction_isolation":  "read committed",
	"default_transaction_read_only":  "off",
	"default_transaction_deferrable": "off",
}

// localSettings sets for one transaction what the result of its statements depends on.
const localSettings = `
	select set_config('datestyle', 'ISO, YMD', true),
	       set_config('timezone', 'UTC', true),
	       set_config('intervalstyle', 'postgres', true),
	       set_config('bytea_output', 'hex', true),
	       set_config('extra_float_digits', '1', true),
	       set_config('lc_monetary', 'C', true),
	       set_config('lc_numeric', 'C', true),
	       set_config('lc_time', 'C', true),
	       set_config('array_nulls', 'on', true)`

// readCommitted are the options of every transaction that may write, independent of the database's defaults.
var readCommitted = pgx.TxOptions{
	IsoLevel: pgx.ReadCommitted, AccessMode: pgx.ReadWrite, DeferrableMode: pgx.NotDeferrable,
}

// connection is how to connect to the database, as found by connecting once.
type connection struct {
	*pgxpool.Config
	pooled bool // a pooler refuses otherSettings
}

// configure parses the URL of a database, connects once within ten seconds, and checks that the portal can use the
// database.
func configure(ctx context.Context, url string) (connection, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return connection{}, errors.New("not a PostgreSQL URL such as postgres://user:password@host:5432/portal")
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	c := connection{Config: config}
	set(config, pooledSettings)
	set(config, otherSettings)
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if refusesParameters(err) {
		c.pooled = true
		for name := range otherSettings {
			delete(config.ConnConfig.RuntimeParams, name)
		}
		conn, err = pgx.ConnectConfig(ctx, config.ConnConfig)
	}
	if err != nil {
		host, port := config.ConnConfig.Host, config.ConnConfig.Port
		return connection{}, fmt.Errorf("reach database at %s:%d: %w", host, port, withoutSecrets(err))
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing is open on it any more
	return c, c.check(ctx, conn)
}

// set adds the settings as start-up parameters. It replaces those of the URL, however their names are spelled.
func set(config *pgxpool.Config, settings map[string]string) {
	parameters := config.ConnConfig.RuntimeParams
	for given := range parameters {
		if _, ours := settings[strings.ToLower(given)]; ours {
			delete(parameters, given)
		}
	}
	for name, value := range settings {
		parameters[name] = value
	}
}

// refusesParameters reports whether a pooler refused a start-up parameter: PgBouncer with a protocol violation, others
// with "feature not supported".
func refusesParameters(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && (refused.Code == "08P01" || refused.Code == "0A000")
}

func (c connection) check(ctx context.Context, conn *pgx.Conn) error {
	// A pooler may pass on only some of the parameters that the server reports at the start, so the encoding is queried.
	var encoding string
	err := conn.QueryRow(ctx, `
		select pg_encoding_to_char(d.encoding)
		from pg_database d
		where d.datname = current_database()`).Scan(&encoding)
	if err != nil {
		return fmt.Errorf("read the encoding of database %s: %w", c.ConnConfig.Database, withoutSecrets(err))
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the encoding of database %s is %s and must be UTF8: "+
			"create it anew with create database … encoding 'UTF8' template template0", c.ConnConfig.Database, encoding)
	}
	if !c.pooled {
		return nil
	}
	return checkDefaults(ctx, conn)
}

// checkDefaults returns an error, behind a pooler, for a database whose defaults change the meaning of a statement when
// it is prepared: that is before its transaction can set anything.
func checkDefaults(ctx context.Context, conn *pgx.Conn) error {
	var wrong string
	err := conn.QueryRow(ctx, `
		select case
			when current_schema() is distinct from 'public' then 'search_path = public'
			when current_setting('row_security') <> 'on' then 'row_security = on'
			when current_setting('transform_null_equals') <> 'off' then 'transform_null_equals = off'
			else ''
		end`).Scan(&wrong)
	if err != nil {
		return fmt.Errorf("read settings: %w", withoutSecrets(err))
	}
	if wrong != "" {
		return fmt.Errorf("the pooler does not pass a setting on that the database has another default for: "+
			"run alter role %s set %s", conn.Config().User, wrong)
	}
	return nil
}
