package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// TestListRows checks that a page of a list reads as many rows of a long list as of a short one.
func TestListRows(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	short := w.grow(5)
	db, counter := behindCounter(t, w.URLs)
	read := func(list func(*postgres.DB, grown) error, g grown) int64 {
		before := counter.Rows()
		if err := list(db, g); err != nil {
			t.Fatal(err)
		}
		return counter.Rows() - before
	}
	want := map[string]int64{}
	for name, list := range w.lists() {
		want[name] = read(list, short)
	}
	w.discard(short.reviewed)
	long := w.grow(15)
	for name, list := range w.lists() {
		t.Run(name, func(t *testing.T) {
			if got := read(list, long); got != want[name] || got < 3 {
				t.Errorf("page of two of 15 rows: read %d rows, want %d as for 5 rows", got, want[name])
			}
		})
	}
}

// grown has a run with changes and a run that waits for a review.
type grown struct{ changed, reviewed portal.SyncRun }

// grow adds users, invites and runs, and syncs n MSPs and n clients with new names.
func (w *tenant) grow(n int) grown {
	w.Helper()
	yesterday := time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	var world []portal.Customer
	for i := range n {
		c := client(fmt.Sprintf("c%d", i), fmt.Sprintf("Client %d of %d", i, n), "m0")
		c.SeatsTotal, c.ExpiresOn = ptr[int64](1), &yesterday
		world = append(world, msp(fmt.Sprintf("m%d", i), fmt.Sprintf("MSP %d of %d", i, n)), c)
		w.Person(portal.MSSPStaff, portal.Scope{Level: portal.LevelMSSP, MSSPID: w.ID})
		w.Exec(`
			insert into pre_assigned_role (mssp_id, id, email, role, provider, code_hash, invited_by, expires_at)
			values ($1, gen_random_uuid(), $2, 'mssp_staff', 'google', '', '', now())`, w.ID, fmt.Sprintf("%d-%d@example.com", i, n))
	}
	g := grown{changed: w.complete(world)}
	for range n {
		w.complete(world)
	}
	g.reviewed = w.reviewed(nil)
	return g
}

// lists returns each list as a call for its page of two rows, or of its own number.
func (w *tenant) lists() map[string]func(*postgres.DB, grown) error {
	ctx := context.Background()
	return map[string]func(*postgres.DB, grown) error{
		"clients": func(db *postgres.DB, _ grown) error {
			_, _, err := db.Clients(ctx, w.admin, portal.ClientQuery{Limit: 2})
			return err
		},
		"clients_in_groups": func(db *postgres.DB, _ grown) error {
			_, _, err := db.Clients(ctx, w.admin, portal.ClientQuery{Group: "msp", Limit: 2})
			return err
		},
		"msps": func(db *postgres.DB, _ grown) error {
			_, _, err := db.MSPs(ctx, w.admin, portal.MSPQuery{Limit: 2})
			return err
		},
		"users": func(db *postgres.DB, _ grown) error {
			_, err := db.Users(ctx, w.admin, portal.UserQuery{Limit: 2})
			return err
		},
		"invites": func(db *postgres.DB, _ grown) error {
			_, err := db.Invites(ctx, w.admin, portal.InviteQuery{Limit: 2})
			return err
		},
		"runs": func(db *postgres.DB, _ grown) error {
			_, err := db.Runs(ctx, w.admin, portal.SyncQuery{Limit: 2})
			return err
		},
		"changes_of_a_run": func(db *postgres.DB, g grown) error {
			_, err := db.RunChanges(ctx, w.admin, g.changed.ID, portal.RunChangeQuery{Limit: 2})
			return err
		},
		"customers_of_a_review": func(db *postgres.DB, g grown) error {
			_, err := db.Review(ctx, w.admin, g.reviewed.ID, portal.ReviewQuery{Limit: 2})
			return err
		},
	}
}
