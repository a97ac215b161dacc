package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// TestAccount: the id of a known customer is not taken for the MSSP's own account without an admin's decision.
func TestAccount(t *testing.T) {
	t.Parallel()
	acme := []portal.Customer{msp("42", "Acme"), client("43", "Bakery", "42"), client("44", "Own", "")}
	refused := func(t *testing.T, err error, want string) {
		t.Helper()
		var e *portal.Error
		if !errors.As(err, &e) || e.Code != portal.Conflict || e.Field != "customer_id" || !strings.HasPrefix(e.Detail, want) {
			t.Errorf("got %v, want a conflict in customer_id: %s", err, want)
		}
	}
	t.Run("refuses to change a connection to a known customer", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.complete(acme)
		was, err := w.DB.Connection(t.Context(), w.ID, w.connection)
		if err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string]string{
			"42": "42 is the MSP Acme of this portal, not your own account.",
			"43": "43 is the client Bakery of this portal, not your own account.",
		} {
			refused(t, w.DB.UpdateConnection(t.Context(), w.admin, was, postgres.ConnectionUpdate{CustomerID: &id}), want)
		}
		if got := value[string](w, "select customer_id from mssp_product where id = $1", w.connection); got != was.CustomerID {
			t.Errorf("the customer id is %s, want %s", got, was.CustomerID)
		}
	})
	t.Run("keeps a customer id that was stored as a customer before", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.complete(acme)
		w.Exec("update mssp_product set customer_id = '42' where id = $1", w.connection)
		was, err := w.DB.Connection(t.Context(), w.ID, w.connection)
		if err != nil {
			t.Fatal(err)
		}
		paused, id := true, "42"
		if err := w.DB.UpdateConnection(t.Context(), w.admin, was, postgres.ConnectionUpdate{CustomerID: &id, Paused: &paused}); err != nil {
			t.Errorf("the connection cannot be paused: %v", err)
		}
	})
	t.Run("refuses a second connection with a known customer", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.complete(acme)
		second := portal.Connection{
			ID: postgres.NewID(), MSSPID: w.ID, ProductID: "heimdal", CustomerID: "42", BaseURL: "https://example.com", APIKeySealed: []byte("x"),
		}
		want := "42 is the MSP Acme of this portal, not your own account."
		refused(t, w.DB.AddConnection(context.Background(), second), want)
		refused(t, w.DB.CreateConnection(t.Context(), w.admin, second, noJob), want)
		other := w.sibling()
		second.MSSPID = other.ID
		if err := w.DB.AddConnection(context.Background(), second); err != nil {
			t.Errorf("another MSSP's connection with that id: %v", err)
		}
	})
	t.Run("refuses a known customer whose GUID is written in another way", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		const guid = "0F8FAD5B-D9CB-469F-A165-70867728950E"
		w.complete([]portal.Customer{msp("{"+guid+"}", "Acme"), client("43", "Bakery", "")})
		second := portal.Connection{
			ID: postgres.NewID(), MSSPID: w.ID, ProductID: "heimdal", CustomerID: strings.ToLower(guid), BaseURL: "https://example.com",
			APIKeySealed: []byte("x"),
		}
		refused(t, w.DB.AddConnection(context.Background(), second), second.CustomerID+" is the MSP Acme of this portal")
		w.Exec("update mssp_product set customer_id = $1 where id = $2", second.CustomerID, w.connection)
		if run := w.reviewed([]portal.Customer{client("43", "Bakery", "")}); *run.ErrorCode != "account_known" {
			t.Errorf("the run waits because of %s, want account_known", *run.ErrorCode)
		}
	})
	t.Run("waits for a review where the id becomes a known customer's in another way", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		w.complete(acme)
		w.Exec("update mssp_product set customer_id = '42' where id = $1", w.connection)
		before := w.Everything()
		read := []portal.Customer{client("43", "Bakery", ""), client("44", "Own", "")}
		run := w.reviewed(read)
		if *run.ErrorCode != "account_known" || !strings.Contains(*run.Error, "is that of the MSP Acme") || w.Everything() != before {
			t.Errorf("the run says %s: %s; want account_known, and nothing changed", *run.ErrorCode, *run.Error)
		}
		review, err := w.DB.Review(t.Context(), w.admin, run.ID, portal.ReviewQuery{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, item := range review.Items {
			got = append(got, item.Name+" "+string(item.Effect))
		}
		if diff := cmp.Diff([]string{"Acme removed", "Bakery detached"}, got); diff != "" || *run.WouldMiss != 2 {
			t.Errorf("the review of %d lists (-want +got):\n%s", *run.WouldMiss, diff)
		}
		if run = w.accepted(run); run.Status != portal.RunComplete || run.Removed != 1 || run.Moved != 1 {
			t.Errorf("the accepted run is %+v, want one removed and one moved", run)
		}
		w.CheckCounts(t.Errorf)
		if run = w.complete(read); run.Removed+run.Changed+run.Missing != 0 {
			t.Errorf("the next run is %+v, want nothing changed", run)
		}
	})
}
