package identity_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/oauth2"

	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/provider"
)

const (
	contoso  = "11111111-1111-4111-8111-111111111111"
	fabrikam = "22222222-2222-4222-8222-222222222222"
	stranger = "33333333-3333-4333-8333-333333333333"
)

// testEnv is a world with both providers and the service that signs users in with them.
type testEnv struct {
	*testkit.World
	*testing.T
	service  *identity.Service
	sessions *session.Sessions
	google   *provider.Server
	entra    *provider.Server
	owner    *pgx.Conn
}

func newTestEnv(t *testing.T) *testEnv {
	t.Helper()
	h := &testEnv{World: testkit.NewWorld(t), T: t}
	var err error
	if h.owner, err = pgx.Connect(context.Background(), h.URLs.Owner); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.owner.Close(context.Background()) })
	h.google, err = provider.StartGoogle(context.Background(), provider.Config{
		ClientID: "google-client", ClientSecret: "google-secret", Accounts: googleAccounts,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.google.Close() })
	h.entra, err = provider.StartEntra(context.Background(), provider.Config{
		ClientID: "entra-client", Accounts: entraAccounts, TenantIDs: []string{contoso, fabrikam},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.entra.Close() })
	h.sessions, h.service = h.serve()
	return h
}

// serve returns another replica.
func (h *testEnv) serve() (*session.Sessions, *identity.Service) {
	h.Helper()
	sealer, err := session.NewSealer(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		h.Fatal(err)
	}
	sessions, err := session.New(h.DB, sealer, session.Config{Issuer: "https://portal.example.com"})
	if err != nil {
		h.Fatal(err)
	}
	service, err := identity.New(h.DB, sessions, identity.Config{
		Google: &identity.GoogleConfig{Issuer: h.google.Issuer(), ClientID: "google-client", ClientSecret: "google-secret"},
		Entra:  &identity.EntraConfig{Issuer: h.entra.Issuer(), ClientID: "entra-client", Tenants: []string{contoso, fabrikam}},
		Secret: sealer,
	})
	if err != nil {
		h.Fatal(err)
	}
	return sessions, service
}

var googleAccounts = []provider.Account{
	{ID: "ada", Name: "Ada Lind", Email: "ada@fjord.example", EmailVerified: true, HostedDomain: "fjord.example"},
	{ID: "gil", Name: "Gil Moe", Email: "Gil.Moe@gmail.com", EmailVerified: true},
	{ID: "unverified", Name: "Una", Email: "una@gmail.com"},
}

var entraAccounts = []provider.Account{
	{ID: "tess", Name: "Tess Berg", Email: "tess@contoso.example", TenantID: contoso, EDOV: true},
	{ID: "edov-false", Name: "E", Email: "false@contoso.example", TenantID: contoso, EDOV: false},
	{ID: "edov-missing", Name: "E", Email: "missing@contoso.example", TenantID: contoso},
	{ID: "guest", Name: "G", Email: "guest@contoso.example", TenantID: contoso, EDOV: true, Guest: true},
	{ID: "no-mail", Name: "N", TenantID: contoso, EDOV: true},
}

var redirects = map[portal.ProviderID]string{
	portal.Google: "http://127.0.0.1:50123/callback/google",
	portal.Entra:  "http://localhost:50123/callback/entra",
}

// codeGrant signs an account in at the provider and returns the grant that the desktop would send.
func (h *testEnv) codeGrant(p portal.ProviderID, account string) portal.CodeGrant {
	h.Helper()
	verifier := oauth2.GenerateVerifier()
	attempt := h.begin(p, verifier)
	code := h.authorize(attempt, p, account, oauth2.S256ChallengeFromVerifier(verifier)).Get("code")
	if code == "" {
		h.Fatal("the redirect has no code")
	}
	return portal.CodeGrant{AttemptID: attempt.ID, Code: code, CodeVerifier: verifier}
}

func (h *testEnv) redeem(g portal.CodeGrant) (portal.Tokens, error) {
	return h.service.Redeem(context.Background(), g, "test")
}

// signIn signs an account in and returns its user and grants.
func (h *testEnv) signIn(p portal.ProviderID, account, code string) (portal.Me, error) {
	h.Helper()
	grant := h.codeGrant(p, account)
	grant.InviteCode = code
	tokens, err := h.redeem(grant)
	if err != nil {
		return portal.Me{}, err
	}
	return h.me(tokens), nil
}

func (h *testEnv) me(tokens portal.Tokens) portal.Me {
	h.Helper()
	viewer, err := h.sessions.Verify(context.Background(), tokens.AccessToken)
	if err != nil {
		h.Fatal(err)
	}
	me, err := h.DB.Me(context.Background(), viewer)
	if err != nil {
		h.Fatal(err)
	}
	return me
}

func (h *testEnv) invite(n portal.NewInvite) portal.CreatedInvite {
	h.Helper()
	created, err := h.service.Invite(context.Background(), h.Own.Viewers[portal.MSSPAdmin], n)
	if err != nil {
		h.Fatal(err)
	}
	return created
}

// mspUser returns an invite as a user of the first MSP.
func (h *testEnv) mspUser(p portal.ProviderID, email, domain, tenant string) portal.NewInvite {
	return portal.NewInvite{
		Email: email, Role: portal.MSPUser, MSPID: h.Own.MSPs[0].ID, Provider: p, Domain: domain, Tenant: tenant,
	}
}

func (h *testEnv) count(sql string, args ...any) (n int) {
	h.Helper()
	if err := h.owner.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		h.Fatalf("%v\n%s", err, sql)
	}
	return n
}

func (h *testEnv) exec(sql string, args ...any) {
	h.Helper()
	if _, err := h.owner.Exec(context.Background(), sql, args...); err != nil {
		h.Fatalf("%v\n%s", err, sql)
	}
}

// nothingMade fails if work creates a user, an identity, a session or a grant.
func (h *testEnv) nothingMade(work func()) {
	h.Helper()
	made := func() int {
		return h.count(`
			select (select count(*) from app_user) + (select count(*) from identity) + (select count(*) from session)
			     + (select count(*) from user_role) + (select count(*) from pre_assigned_role where accepted_at is not null)`)
	}
	before := made()
	work()
	if made() != before {
		h.Error("rows were created, want none")
	}
}

func wantCode(t *testing.T, err error, want portal.Code) {
	t.Helper()
	if portal.ErrorCode(err) != want {
		t.Errorf("got error %v, want %s", err, want)
	}
}
