package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	awaitEvery = 2 * time.Second
	awaitLimit = 10 * time.Second
)

// Await returns once the database at url responds, even with an error that waiting cannot end, which Open returns. It
// calls report after each attempt at which the database did not respond or was not ready for connections.
func Await(ctx context.Context, url string, report func(error)) {
	for {
		err := connects(ctx, url)
		if !awaitable(err) || ctx.Err() != nil {
			return
		}
		report(withoutSecrets(err))
		select {
		case <-ctx.Done():
			return
		case <-time.After(awaitEvery):
		}
	}
}

func connects(ctx context.Context, url string) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, awaitLimit)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// awaitable reports whether an attempt to connect failed because the database cannot be reached, is out of resources,
// or is starting or shutting down. A refused login or a missing database is none of these.
func awaitable(err error) bool {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && len(refused.Code) == 5 {
		class := refused.Code[:2]
		return class == "53" || class == "57"
	}
	var connecting *pgconn.ConnectError
	return errors.As(err, &connecting)
}
