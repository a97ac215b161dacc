package main

import (
	"context"
	"fmt"

	"fs-client-portal/backend/testkit/roundtrips"
)

// countRoundTrips requests each page once more through a proxy that counts the round trips to PostgreSQL.
func countRoundTrips(ctx context.Context, w *world) error {
	counter, err := roundtrips.Start(w.serverURL(""))
	if err != nil {
		return err
	}
	defer counter.Close()
	api, err := w.serve(ctx, w.serverURL(counter.Address()))
	if err != nil {
		return err
	}
	defer api.stop()
	for _, p := range pages {
		bearer := w.admin
		if p.user {
			bearer = w.mspUser
		}
		if err := printRoundTrips(ctx, counter, api.base, p, bearer); err != nil {
			return err
		}
	}
	behind := *w
	behind.api = api
	return printSignIns(ctx, counter, &behind)
}

// The first requests fill caches: prepared statements, signing keys.
const requestsBeforeCounting = 20

func printRoundTrips(ctx context.Context, c *roundtrips.Counter, base string, p page, bearer string) error {
	for range requestsBeforeCounting {
		if err := expectOK(ctx, base+p.path, bearer); err != nil {
			return err
		}
	}
	const requests = 20
	before := c.Trips()
	for range requests {
		if err := expectOK(ctx, base+p.path, bearer); err != nil {
			return err
		}
	}
	row(p.name+", database round trips", float64(c.Trips()-before)/requests, "per request", "limit", 1)
	return nil
}

// newcomers are users who sign in for the first time. The first one prepares the statements; round trips are counted
// for the others.
const newcomers = 11

func newcomer(number int) string { return fmt.Sprintf("newcomer%d", number) }

// printSignIns counts whole sign-ins, attempt and token: of a known user, and of users with a new invite.
func printSignIns(ctx context.Context, c *roundtrips.Counter, w *world) error {
	if _, err := w.tryCode(ctx, "user", ""); err != nil {
		return err
	}
	known, err := during(c, newcomers-1, func(int) error { _, err := w.tryCode(ctx, "user", ""); return err })
	if err != nil {
		return err
	}
	for i := range newcomers {
		if _, err := w.invite(ctx, newcomer(i)+"@bench.example"); err != nil {
			return err
		}
	}
	if _, err := w.tryCode(ctx, newcomer(0), ""); err != nil {
		return err
	}
	first, err := during(c, newcomers-1, func(i int) error { _, err := w.tryCode(ctx, newcomer(i+1), ""); return err })
	if err != nil {
		return err
	}
	row("sign-in, database round trips", known, "per sign-in", "limit", 4)
	row("first sign-in, database round trips", first, "per sign-in", "limit", 4)
	return nil
}

// during returns the average round trips of a repeated piece of work.
func during(c *roundtrips.Counter, times int, work func(int) error) (each float64, err error) {
	before := c.Trips()
	for i := range times {
		if err := work(i); err != nil {
			return 0, err
		}
	}
	return float64(c.Trips()-before) / float64(times), nil
}
