package identity_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"golang.org/x/oauth2"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/hostile"
)

// providerCase is a misbehaviour of a provider and its outcome.
type providerCase struct {
	name string
	// at is the provider; "" for both.
	at portal.ProviderID
	// do writes the provider's script.
	do   func(*hostile.Server, *hostile.Script)
	want outcome
}

// outcome is the result of a sign-in: the user's message, and the reason in the log and the audit log. If code is "",
// the user is signed in.
type outcome struct {
	code    portal.Code
	message string
	reason  string
}

var (
	signsIn   = outcome{}
	codeAsked = outcome{
		portal.InviteCodeRequired,
		"Enter the code of your invite to finish signing in. If you have none, ask your administrator.",
		"",
	}
	// addressless is the refusal of a Google account without an address.
	addressless = outcome{
		portal.InviteCodeRequired,
		"Google did not name an e-mail address for this account, so it cannot claim an invite. Sign in with a Google account that has " +
			"an e-mail address.",
		"",
	}
	notInvited = outcome{
		portal.NoInvite,
		"There is no open invite for this account. Use the account you were invited with, or ask your administrator for an invite.",
		"no_invite",
	}
	// noAddress is replaced by the outcome of a token without a usable address at the case's provider.
	noAddress    = outcome{message: "no address"}
	otherCompany = outcome{
		portal.TenantNotAllowed,
		"Accounts of this organisation cannot sign in here. Use the account you were invited with, or ask your administrator.",
		"tenant",
	}
)

func unconfirmed(reason string) outcome {
	return outcome{
		portal.ProviderRefused,
		"Your sign-in could not be confirmed. Sign in again; if it happens again, tell your administrator.",
		reason,
	}
}

func clocks(differ, reason string) outcome {
	return outcome{
		portal.ProviderRefused,
		"Your sign-in could not be confirmed: the portal's clock and your sign-in provider's differ by " + differ +
			". Tell your administrator to set the clock of the portal's server.",
		reason,
	}
}

func unavailable(reason string) outcome {
	return outcome{
		portal.ProviderDown,
		"Your sign-in provider does not respond as it should at the moment. Try again in a few minutes.", reason,
	}
}

// providerTest is a world for sign-ins with hostile providers.
type providerTest struct {
	*testkit.World
	owner *pgx.Conn
	users int
}

func newProviderTest(t *testing.T) *providerTest {
	t.Helper()
	c := &providerTest{World: testkit.NewWorld(t)}
	var err error
	if c.owner, err = pgx.Connect(context.Background(), c.URLs.Owner); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.owner.Close(context.Background()) })
	return c
}

// runCases runs every case for a user whose invite would be claimed by the confirmed address alone.
func runCases(t *testing.T, cases []providerCase) {
	t.Helper()
	t.Parallel()
	c := newProviderTest(t)
	for _, m := range cases {
		for _, provider := range []portal.ProviderID{portal.Google, portal.Entra} {
			if m.at == "" || m.at == provider {
				t.Run(string(provider)+"/"+m.name, func(t *testing.T) {
					k := c.newSignInTest(t, provider, "")
					if m.do != nil {
						var script hostile.Script
						m.do(k.provider, &script)
						k.provider.Play(script)
					}
					want := m.want
					if want == noAddress {
						want = map[portal.ProviderID]outcome{portal.Google: addressless, portal.Entra: codeAsked}[provider]
					}
					k.wantOutcome(want)
				})
			}
		}
	}
}

// signInTest is one user with an open invite, their provider, and a portal that knows neither yet.
type signInTest struct {
	*testing.T
	suite    *providerTest
	provider *hostile.Server
	sessions *session.Sessions
	service  *identity.Service
	log      bytes.Buffer
	invite   portal.CreatedInvite
	secrets  []string
}

// newSignInTest invites a user at a provider; email "" gives them an address that the provider is the authority for.
func (c *providerTest) newSignInTest(t *testing.T, provider portal.ProviderID, email string) *signInTest {
	t.Helper()
	if email == "" {
		email = fmt.Sprintf("kim.person%d@kite.example", c.users)
	}
	k := c.portal(t, c.DB, provider, email)
	k.invite = k.invites(c.Own.MSPs[0].ID)
	return k
}

// portal returns a test for a user without an invite.
func (c *providerTest) portal(t *testing.T, db *postgres.DB, provider portal.ProviderID, email string) *signInTest {
	t.Helper()
	c.users++
	k := &signInTest{T: t, suite: c}
	k.provider = hostile.Start(t, provider, hostile.Person{ID: fmt.Sprintf("subject-%d", c.users), Email: email, Name: "Ada Lind"})
	k.serve(db)
	return k
}

// invites invites the user to an MSP, or to the MSSP if mspID is "".
func (k *signInTest) invites(mspID string) portal.CreatedInvite {
	k.Helper()
	n := portal.NewInvite{
		Email:    k.provider.Person.Email,
		Role:     portal.MSPUser,
		MSPID:    mspID,
		Provider: k.provider.Provider,
		Domain:   "kite.example",
	}
	if mspID == "" {
		n.Role = portal.MSSPStaff
	}
	if n.Provider == portal.Entra {
		n.Tenant = hostile.Contoso
	}
	created, err := k.service.Invite(context.Background(), k.suite.Own.Viewers[portal.MSSPAdmin], n)
	if err != nil {
		k.Fatal(err)
	}
	return created
}

// serve starts the portal with a log that the test reads.
func (k *signInTest) serve(db *postgres.DB) {
	k.Helper()
	sealer, err := session.NewSealer(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		k.Fatal(err)
	}
	if k.sessions, err = session.New(db, sealer, session.Config{Issuer: "https://portal.example.com"}); err != nil {
		k.Fatal(err)
	}
	k.service, err = identity.New(db, k.sessions, identity.Config{
		Google: &identity.GoogleConfig{Issuer: hostile.GoogleIssuer, ClientID: hostile.ClientID, ClientSecret: hostile.ClientSecret},
		Entra: &identity.EntraConfig{
			Issuer:   hostile.EntraIssuer,
			ClientID: hostile.ClientID,
			Tenants:  []string{hostile.Contoso, hostile.Fabrikam},
		},
		Secret:     sealer,
		HTTPClient: k.provider.Client(),
		Bound:      k.provider.Bound,
		Now:        hostile.Now,
		Log:        slog.New(slog.NewJSONHandler(&k.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		k.Fatal(err)
	}
}

// codeGrant returns the grant that the desktop would send after the sign-in at the provider.
func (k *signInTest) codeGrant(ctx context.Context) (portal.CodeGrant, error) {
	verifier := oauth2.GenerateVerifier()
	attempt, err := k.service.Begin(ctx, portal.NewAttempt{
		Provider: k.provider.Provider, RedirectURI: redirects[k.provider.Provider], CodeChallenge: oauth2.S256ChallengeFromVerifier(verifier),
	})
	if err != nil {
		return portal.CodeGrant{}, err
	}
	grant := portal.CodeGrant{AttemptID: attempt.ID, Code: k.provider.Authorize(attempt.Nonce), CodeVerifier: verifier}
	k.secrets = append(k.secrets, verifier, grant.Code, attempt.Nonce)
	return grant, nil
}

func (k *signInTest) signIn(ctx context.Context) error {
	grant, err := k.codeGrant(ctx)
	if err != nil {
		return err
	}
	_, err = k.service.Redeem(ctx, grant, "test")
	return err
}

// wantOutcome signs the user in and fails unless the result is exactly want.
func (k *signInTest) wantOutcome(want outcome) {
	k.Helper()
	k.check(want, func() error { return k.signIn(context.Background()) })
}

func (k *signInTest) check(want outcome, act func() error) {
	k.Helper()
	before := k.made()
	k.log.Reset()
	err := act()
	var got outcome
	if err != nil {
		_, got.message, _ = strings.Cut(err.Error(), ": ")
		got.code = portal.ErrorCode(err)
	}
	got.reason = k.logged()
	audited, details := k.audited()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(outcome{})); diff != "" {
		k.Errorf("outcome (-want +got):\n%s", diff)
	}
	if audited != want.reason {
		k.Errorf("audit log: got reason %q, want %q", audited, want.reason)
	}
	k.wantNoSecretsIn(k.log.String() + details + fmt.Sprint(err))
	if diff := cmp.Diff(before, k.made()); (diff == "") != (want.code != "") {
		k.Errorf("rows created (-before +after):%s\nwant any: %v", diff, want.code == "")
	}
	if open := k.open(); open != (want.code != "") {
		k.Errorf("invite open: got %v, want %v", open, !open)
	}
	if unexpected := k.provider.UnexpectedRequests(); len(unexpected) != 0 {
		k.Errorf("got requests to other hosts: %v, want none", unexpected)
	}
}

// logged returns the reason in the log's single entry, "" for an empty log. It skips entries about clocks, which
// TestClock checks.
func (k *signInTest) logged() string {
	k.Helper()
	var lines []byte
	for line := range bytes.Lines(k.log.Bytes()) {
		if !bytes.Contains(line, []byte("this server's clock")) {
			lines = append(lines, line...)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	var line struct{ Level, Msg, Provider, Reason string }
	if err := json.Unmarshal(lines, &line); err != nil {
		k.Fatalf("got the log %s, want one entry", k.log.Bytes())
	}
	if line.Level != "WARN" || line.Msg != "sign-in refused" || line.Provider != string(k.provider.Provider) {
		k.Errorf("got the log entry %s", k.log.Bytes())
	}
	return line.Reason
}

// audited returns the reason and the details of the refusal in the audit log, and deletes the entry.
func (k *signInTest) audited() (reason, details string) {
	k.Helper()
	rows, err := k.suite.owner.Query(context.Background(), "delete from audit_log where action = 'sign_in_refused' returning detail::text")
	if err != nil {
		k.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		k.Fatal(err)
	}
	if len(lines) == 0 {
		return "", ""
	}
	var detail struct{ Reason string }
	if err := json.Unmarshal([]byte(lines[0]), &detail); err != nil || len(lines) > 1 {
		k.Errorf("got audit entries %q, want one", lines)
	}
	return detail.Reason, lines[0]
}

// wantNoSecretsIn fails if a text contains a token, an address, a code or a secret.
func (k *signInTest) wantNoSecretsIn(written string) {
	k.Helper()
	written = strings.ToLower(written)
	secrets := append(k.provider.Secrets(), k.secrets...)
	secrets = append(secrets, "@", k.provider.Person.Email, k.provider.Person.Name, hostile.ClientSecret, k.invite.Code, "eyJ", "hunter2")
	for _, secret := range secrets {
		if secret != "" && strings.Contains(written, strings.ToLower(secret)) {
			k.Errorf("got the secret %q in %s, want none", secret, written)
		}
	}
}

// made counts the rows that a sign-in creates.
func (k *signInTest) made() map[string]int {
	k.Helper()
	counts := map[string]int{}
	for _, table := range []string{"app_user", "identity", "session", "refresh_token", "user_role"} {
		var n int
		if err := k.suite.owner.QueryRow(context.Background(), "select count(*) from "+table).Scan(&n); err != nil {
			k.Fatal(err)
		}
		counts[table] = n
	}
	return counts
}

func (k *signInTest) open() (open bool) {
	k.Helper()
	err := k.suite.owner.QueryRow(context.Background(),
		"select accepted_at is null and code_tries = 0 from pre_assigned_role where id = $1", k.invite.Invite.ID).Scan(&open)
	if err != nil {
		k.Fatal(err)
	}
	return open
}

func (c *providerTest) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := c.owner.Exec(context.Background(), sql, args...); err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
}

func (c *providerTest) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := c.owner.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	return n
}
