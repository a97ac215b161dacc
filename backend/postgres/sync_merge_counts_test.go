package postgres_test

import (
	"context"
	"net/url"
	"testing"

	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/roundtrips"
)

// counted opens the test's database behind a counter; trips returns the number of round trips so far.
func counted(t *testing.T, urls testkit.URLs) (db *postgres.DB, trips func() int64) {
	t.Helper()
	db, counter := behindCounter(t, urls)
	return db, counter.Trips
}

// behindCounter opens the test's database behind a counter.
func behindCounter(t *testing.T, urls testkit.URLs) (*postgres.DB, *roundtrips.Counter) {
	t.Helper()
	counter, err := roundtrips.Start(urls.Server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { counter.Close() })
	server, err := url.Parse(urls.Server)
	if err != nil {
		t.Fatal(err)
	}
	server.Host = counter.Address()
	db, err := postgres.Open(context.Background(), server.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db, counter
}
