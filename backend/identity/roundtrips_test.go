package identity_test

import (
	"context"
	"net/url"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/roundtrips"
)

// countTrips counts round trips of the service, which reaches its database by one connection only.
func (h *testEnv) countTrips() (trips func(work func()) int64) {
	h.Helper()
	counter := h.counted()
	return func(work func()) int64 {
		before := counter.Trips()
		work()
		return counter.Trips() - before
	}
}

// counted puts a counter between the service and its database.
func (h *testEnv) counted() *roundtrips.Counter {
	h.Helper()
	counter, err := roundtrips.Start(h.URLs.Server)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { counter.Close() })
	database, err := url.Parse(h.URLs.Server)
	if err != nil {
		h.Fatal(err)
	}
	database.Host = counter.Address()
	query := database.Query()
	query.Set("pool_max_conns", "1")
	database.RawQuery = query.Encode()
	if h.DB, err = postgres.Open(context.Background(), database.String()); err != nil {
		h.Fatal(err)
	}
	h.Cleanup(h.DB.Close)
	h.sessions, h.service = h.serve()
	return counter
}

func TestRoundTrips(t *testing.T) {
	t.Parallel()
	h := newTestEnv(t)
	for _, email := range []string{"tess@contoso.example", "text@contoso.example", "guest@contoso.example"} {
		h.invite(h.mspUser(portal.Entra, email, "contoso.example", contoso))
	}
	codes := map[string]string{}
	for _, email := range []string{"false@contoso.example", "missing@contoso.example"} {
		codes[email] = h.invite(h.mspUser(portal.Entra, email, "contoso.example", contoso)).Code
	}
	gil := portal.NewInvite{Email: "gil.moe@gmail.com", Role: portal.MSPUser, MSPID: h.Own.MSPs[0].ID, Provider: portal.Google}
	h.invite(gil)
	trips := h.countTrips()
	var tokens portal.Tokens
	redeem := func(p portal.ProviderID, account string) func() {
		return func() {
			var err error
			if tokens, err = h.redeem(h.codeGrant(p, account)); err != nil {
				t.Fatal(err)
			}
		}
	}
	var waiting portal.CodeGrant
	withoutCode := func(account string) func() {
		return func() {
			waiting = h.codeGrant(portal.Entra, account)
			_, err := h.redeem(waiting)
			wantCode(t, err, portal.InviteCodeRequired)
		}
	}
	withCode := func(email string) func() {
		return func() {
			waiting.InviteCode = codes[email]
			if _, err := h.redeem(waiting); err != nil {
				t.Fatal(err)
			}
		}
	}
	refresh := func() {
		if _, err := h.sessions.Refresh(
			context.Background(),
			portal.RefreshGrant{RefreshToken: tokens.RefreshToken},
		); err != nil {
			t.Fatal(err)
		}
	}
	// Once before counting: the connection, its prepared statements and the signing key are created on first use.
	for _, work := range []func(){
		redeem(portal.Entra, "tess"), redeem(portal.Entra, "tess"), refresh,
		withoutCode("edov-false"), withCode("false@contoso.example"),
	} {
		work()
	}
	for _, step := range []struct {
		name string
		work func()
		want int64
	}{
		{"a first sign-in", redeem(portal.Google, "gil"), 4},
		{"a known identity's sign-in", redeem(portal.Google, "gil"), 3},
		{"a refresh", refresh, 1},
		{"a first sign-in that has to wait for the invite's code", withoutCode("edov-missing"), 4},
		{"the code", withCode("missing@contoso.example"), 3},
	} {
		if n := trips(step.work); n != step.want {
			t.Errorf("%s: got %d round trips, want %d", step.name, n, step.want)
		}
	}
}
