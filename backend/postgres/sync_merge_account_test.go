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

// acme returns the MSP Acme with a client, and a client without an MSP.
func acme() []portal.Customer {
	return []portal.Customer{msp("42", "Acme"), client("43", "Bakery", "42"), client("44", "Own", "")}
}

// withCustomerID returns another connection of the tenant's MSSP, with this customer id.
func (w *tenant) withCustomerID(id string) portal.Connection {
	c := connectionOf(w.ID)
	c.CustomerID = id
	return c
}

// checkAccountRejected checks that err is a conflict in the customer id whose detail begins with want.
func checkAccountRejected(t *testing.T, err error, want string) {
	t.Helper()
	var e *portal.Error
	if !errors.As(err, &e) || e.Code != portal.Conflict || e.Field != "customer_id" || !strings.HasPrefix(e.Detail, want) {
		t.Errorf("got %v, want a conflict in customer_id: %s", err, want)
	}
}

// TestAccount checks that no known customer becomes the MSSP's own account without an admin's decision.
func TestAccount(t *testing.T) {
	t.Parallel()
	t.Run("rejects_update_to_known_customer", testAccountRejectsUpdateToKnownCustomer)
	t.Run("accepts_unchanged_id_of_known_customer", testAccountAcceptsUnchangedIDOfKnownCustomer)
	t.Run("rejects_second_connection_with_known_customer", testAccountRejectsSecondConnectionWithKnownCustomer)
	t.Run("recognises_guid_in_another_notation", testAccountRecognisesGUIDInAnotherNotation)
	t.Run("known_customer_in_run_needs_review", testAccountKnownCustomerInRunNeedsReview)
}

func testAccountRejectsUpdateToKnownCustomer(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(acme())
	was, err := w.DB.Connection(t.Context(), w.ID, w.connection)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{
		"42": "42 is the MSP Acme of this portal, not your own account.",
		"43": "43 is the client Bakery of this portal, not your own account.",
	} {
		checkAccountRejected(t, w.DB.UpdateConnection(t.Context(), w.admin, was, postgres.ConnectionUpdate{CustomerID: &id}), want)
	}
	if got := value[string](w, "select customer_id from mssp_product where id = $1", w.connection); got != was.CustomerID {
		t.Errorf("customer id: got %s, want %s", got, was.CustomerID)
	}
}

func testAccountAcceptsUnchangedIDOfKnownCustomer(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(acme())
	w.Exec("update mssp_product set customer_id = '42' where id = $1", w.connection)
	was, err := w.DB.Connection(t.Context(), w.ID, w.connection)
	if err != nil {
		t.Fatal(err)
	}
	paused, id := true, "42"
	update := postgres.ConnectionUpdate{CustomerID: &id, Paused: &paused}
	if err := w.DB.UpdateConnection(t.Context(), w.admin, was, update); err != nil {
		t.Errorf("pausing the connection: got %v, want no error", err)
	}
}

func testAccountRejectsSecondConnectionWithKnownCustomer(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(acme())
	second := w.withCustomerID("42")
	want := "42 is the MSP Acme of this portal, not your own account."
	checkAccountRejected(t, w.DB.AddConnection(context.Background(), second), want)
	checkAccountRejected(t, w.DB.CreateConnection(t.Context(), w.admin, second, noJob), want)
	other := w.sibling()
	second.MSSPID = other.ID
	if err := w.DB.AddConnection(context.Background(), second); err != nil {
		t.Errorf("another MSSP's connection with that id: got %v, want no error", err)
	}
}

func testAccountRecognisesGUIDInAnotherNotation(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	const guid = "0F8FAD5B-D9CB-469F-A165-70867728950E"
	w.complete([]portal.Customer{msp("{"+guid+"}", "Acme"), client("43", "Bakery", "")})
	second := w.withCustomerID(strings.ToLower(guid))
	checkAccountRejected(t, w.DB.AddConnection(context.Background(), second), second.CustomerID+" is the MSP Acme of this portal")
	w.Exec("update mssp_product set customer_id = $1 where id = $2", second.CustomerID, w.connection)
	if run := w.reviewed([]portal.Customer{client("43", "Bakery", "")}); *run.ErrorCode != "account_known" {
		t.Errorf("error code of the run: got %s, want account_known", *run.ErrorCode)
	}
}

func testAccountKnownCustomerInRunNeedsReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(acme())
	w.Exec("update mssp_product set customer_id = '42' where id = $1", w.connection)
	before := w.Everything()
	read := []portal.Customer{client("43", "Bakery", ""), client("44", "Own", "")}
	run := w.reviewed(read)
	if *run.ErrorCode != "account_known" || !strings.Contains(*run.Error, "is that of the MSP Acme") || w.Everything() != before {
		t.Errorf("run: got %s: %s, want account_known that names the MSP Acme, and no row written", *run.ErrorCode, *run.Error)
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
		t.Errorf("review with %d affected customers, want 2 (-want +got):\n%s", *run.WouldMiss, diff)
	}
	if run = w.accepted(run); run.Status != portal.RunComplete || run.Removed != 1 || run.Moved != 1 {
		t.Errorf("accepted run: got %+v, want complete with one removed and one moved", run)
	}
	w.CheckCounts(t.Errorf)
	if run = w.complete(read); run.Removed+run.Changed+run.Missing != 0 {
		t.Errorf("next run: got %+v, want no change", run)
	}
}
