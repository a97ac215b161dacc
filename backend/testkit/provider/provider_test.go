package provider_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"fs-client-portal/backend/testkit/provider"
	"fs-client-portal/backend/testkit/wait"
)

const (
	tenantA = "6f1f9c3a-58a5-4d38-9d0b-0d5d3c1c7a01"
	tenantB = "0a8a4f0e-37b4-4f0e-b1c5-6d2e6b8f2b02"
	state   = "state-of-this-attempt"
	nonce   = "nonce-of-this-attempt"
)

func startGoogle(t *testing.T) *provider.Server {
	t.Helper()
	s, err := provider.StartGoogle(t.Context(), provider.Config{
		ClientID: "desktop", ClientSecret: "not-a-secret",
		Accounts: []provider.Account{
			{ID: "alice", Name: "Alice Example", Email: "alice@northwind.example", EmailVerified: true,
				HostedDomain: "northwind.example"},
			{ID: "carl", Name: "Carl Consumer", Email: "carl@elsewhere.example"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func startEntra(t *testing.T) *provider.Server {
	t.Helper()
	s, err := provider.StartEntra(t.Context(), provider.Config{
		ClientID: "3c3f3f0e-0000-4000-8000-000000000001",
		Accounts: []provider.Account{
			{ID: "mia", Name: "Mia Member", Email: "mia@nordlys.example", TenantID: tenantA, EDOV: true},
			{ID: "gus", Name: "Gus Guest", Email: "gus@elsewhere.example", TenantID: tenantA, EDOV: "1", Guest: true},
			{ID: "otto", Name: "Otto Other", Email: "otto@other.example", TenantID: tenantB},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// flow is a client of one issuer, like the portal's API.
type flow struct {
	oauth2.Config
	provider *oidc.Provider
	verifier string
}

func newFlow(t *testing.T, issuer, clientID, secret, redirect string) *flow {
	t.Helper()
	p, err := oidc.NewProvider(t.Context(), issuer)
	if err != nil {
		t.Fatal(err)
	}
	return &flow{provider: p, verifier: oauth2.GenerateVerifier(), Config: oauth2.Config{
		ClientID: clientID, ClientSecret: secret, RedirectURL: redirect, Endpoint: p.Endpoint(),
		Scopes: []string{"openid", "email", "profile"},
	}}
}

func googleFlow(t *testing.T, s *provider.Server) *flow {
	return newFlow(t, s.Issuer(), "desktop", "not-a-secret", "http://127.0.0.1:51234/callback/google")
}

func entraFlow(t *testing.T, s *provider.Server, tenant string) *flow {
	return newFlow(t, s.TenantIssuer(tenant), "3c3f3f0e-0000-4000-8000-000000000001", "", "http://localhost:51234/callback/entra")
}

func (f *flow) url(extra ...oauth2.AuthCodeOption) string {
	return f.AuthCodeURL(state, append([]oauth2.AuthCodeOption{
		oauth2.S256ChallengeOption(f.verifier), oidc.Nonce(nonce), oauth2.SetAuthURLParam("prompt", "select_account"),
	}, extra...)...)
}

func (f *flow) code(t *testing.T, account string) string {
	t.Helper()
	redirect, _, err := provider.Authorize(t.Context(), f.url(), account)
	if err != nil {
		t.Fatal(err)
	}
	return redirect.Query().Get("code")
}

func (f *flow) claims(t *testing.T, code string) (*oidc.IDToken, map[string]any) {
	t.Helper()
	token, err := f.Exchange(t.Context(), code, oauth2.VerifierOption(f.verifier))
	if err != nil {
		t.Fatal(err)
	}
	idToken, err := f.provider.Verifier(&oidc.Config{ClientID: f.ClientID}).Verify(t.Context(), token.Extra("id_token").(string))
	if err != nil {
		t.Fatal(err)
	}
	claims := map[string]any{}
	if err := idToken.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	return idToken, claims
}

func wantClaims(t *testing.T, got map[string]any, want map[string]any) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("claim %s: got %v, want %v", name, got[name], value)
		}
	}
}

func TestGoogle(t *testing.T) {
	t.Run("signs_in_with_its_claims", testGoogleSignsInWithItsClaims)
	t.Run("consumer_address_is_not_verified", testGoogleConsumerAddressIsNotVerified)
}

func testGoogleSignsInWithItsClaims(t *testing.T) {
	s := startGoogle(t)
	f := googleFlow(t, s)
	redirect, form, err := provider.Authorize(t.Context(), f.url(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		t.Error("got a form, want a redirect")
	}
	if q := redirect.Query(); q.Get("state") != state || q.Get("iss") != s.Issuer() {
		t.Errorf("got state %q and iss %q in the redirect, want those of the attempt and issuer", q.Get("state"), q.Get("iss"))
	}
	_, claims := f.claims(t, redirect.Query().Get("code"))
	wantClaims(t, claims, map[string]any{
		"iss": s.Issuer(), "aud": "desktop", "nonce": nonce, "email": "alice@northwind.example",
		"email_verified": true, "hd": "northwind.example", "name": "Alice Example", "sub": s.Subject("alice"),
	})
	if sub := claims["sub"].(string); strings.Trim(sub, "0123456789") != "" || len(sub) != 21 {
		t.Errorf("got sub %q, want 21 digits", sub)
	}
}

func testGoogleConsumerAddressIsNotVerified(t *testing.T) {
	f := googleFlow(t, startGoogle(t))
	_, claims := f.claims(t, f.code(t, "carl"))
	wantClaims(t, claims, map[string]any{"email_verified": false, "hd": nil})
}

func TestEntra(t *testing.T) {
	t.Run("signs_in_with_issuer_of_tenant", testEntraSignsInWithIssuerOfTenant)
	t.Run("marks_guests_and_omits_missing_claims", testEntraMarksGuestsAndOmitsMissingClaims)
	t.Run("tenant_endpoint_accepts_own_accounts_only", testEntraTenantEndpointAcceptsOwnAccountsOnly)
	t.Run("organizations_accepts_every_tenant", testEntraOrganizationsAcceptsEveryTenant)
	t.Run("code_is_invalid_at_other_tenant", testEntraCodeIsInvalidAtOtherTenant)
	t.Run("unknown_tenant_is_not_found", testEntraUnknownTenantIsNotFound)
	t.Run("public_client_must_not_send_secret", testEntraPublicClientMustNotSendSecret)
}

func testEntraSignsInWithIssuerOfTenant(t *testing.T) {
	s := startEntra(t)
	f := entraFlow(t, s, tenantA)
	_, claims := f.claims(t, f.code(t, "mia"))
	wantClaims(t, claims, map[string]any{
		"iss": s.TenantIssuer(tenantA), "tid": tenantA, "oid": s.Accounts()[0].ObjectID, "ver": "2.0", "nonce": nonce,
		"preferred_username": "mia@nordlys.example", "email": "mia@nordlys.example", "xms_edov": true, "acct": float64(0),
		"at_hash": nil, "email_verified": nil,
	})
	if claims["sub"] == claims["oid"] || claims["sub"] == "" {
		t.Error("got the oid as sub, want a pairwise one")
	}
}

func testEntraMarksGuestsAndOmitsMissingClaims(t *testing.T) {
	s := startEntra(t)
	f := entraFlow(t, s, tenantA)
	_, guest := f.claims(t, f.code(t, "gus"))
	wantClaims(t, guest, map[string]any{"acct": float64(1), "xms_edov": "1"})
	if guest["idp"] == nil {
		t.Error("got no idp in a guest's token, want one")
	}
	f = entraFlow(t, s, tenantB)
	_, other := f.claims(t, f.code(t, "otto"))
	wantClaims(t, other, map[string]any{"xms_edov": nil, "idp": nil, "tid": tenantB})
}

func testEntraTenantEndpointAcceptsOwnAccountsOnly(t *testing.T) {
	f := entraFlow(t, startEntra(t), tenantA)
	if _, _, err := provider.Authorize(t.Context(), f.url(), "otto"); err == nil {
		t.Error("got a sign-in of another tenant's account, want an error")
	}
}

func testEntraOrganizationsAcceptsEveryTenant(t *testing.T) {
	s := startEntra(t)
	document := get(t, strings.Replace(s.Issuer(), "{tenantid}", "organizations", 1)+"/.well-known/openid-configuration")
	if !strings.Contains(document, s.Issuer()) {
		t.Errorf("want the issuer %s in the document of organizations, got %s", s.Issuer(), document)
	}
	f := entraFlow(t, s, tenantB)
	f.Endpoint.AuthURL = strings.Replace(f.Endpoint.AuthURL, tenantB, "organizations", 1)
	_, claims := f.claims(t, f.code(t, "otto"))
	wantClaims(t, claims, map[string]any{"tid": tenantB})
}

func testEntraCodeIsInvalidAtOtherTenant(t *testing.T) {
	s := startEntra(t)
	f := entraFlow(t, s, tenantB)
	code := f.code(t, "otto")
	f.Endpoint.TokenURL = strings.Replace(f.Endpoint.TokenURL, tenantB, tenantA, 1)
	f.refused(t, code, "invalid_grant")
}

func testEntraUnknownTenantIsNotFound(t *testing.T) {
	s := startEntra(t)
	if _, err := oidc.NewProvider(t.Context(), s.TenantIssuer("11111111-2222-4333-8444-555555555555")); err == nil {
		t.Error("got a discovery document of an unknown tenant, want an error")
	}
}

func TestResponse(t *testing.T) {
	t.Run("form_post_returns_form", testResponseFormPostReturnsForm)
	t.Run("denial_is_returned", testResponseDenialIsReturned)
}

func testResponseFormPostReturnsForm(t *testing.T) {
	f := entraFlow(t, startEntra(t), tenantA)
	redirect, form, err := provider.Authorize(t.Context(), f.url(oauth2.SetAuthURLParam("response_mode", "form_post")), "mia")
	if err != nil {
		t.Fatal(err)
	}
	if redirect.String() != f.RedirectURL || form.Get("state") != state {
		t.Errorf("got the form address %s and state %q, want those of the attempt", redirect, form.Get("state"))
	}
	_, claims := f.claims(t, form.Get("code"))
	wantClaims(t, claims, map[string]any{"oid": claims["oid"], "nonce": nonce})
}

func testResponseDenialIsReturned(t *testing.T) {
	f := googleFlow(t, startGoogle(t))
	redirect, _, err := provider.Deny(t.Context(), f.url())
	if err != nil {
		t.Fatal(err)
	}
	if q := redirect.Query(); q.Get("error") != "access_denied" || q.Get("state") != state || q.Has("code") {
		t.Errorf("got the redirect %s after a denial, want access_denied", redirect)
	}
	e := entraFlow(t, startEntra(t), tenantA)
	_, form, err := provider.Deny(t.Context(), e.url(oauth2.SetAuthURLParam("response_mode", "form_post")))
	if err != nil {
		t.Fatal(err)
	}
	if form.Get("error") != "access_denied" || form.Get("state") != state {
		t.Errorf("got the form %v after a denial, want access_denied", form)
	}
}

func TestLoginPage(t *testing.T) {
	t.Run("requires_registered_redirect_and_client", testLoginPageRequiresRegisteredRedirectAndClient)
	t.Run("requires_pkce", testLoginPageRequiresPkce)
	t.Run("names_provider_and_every_account", testLoginPageNamesProviderAndEveryAccount)
	t.Run("remembers_browser_unless_prompted", testLoginPageRemembersBrowserUnlessPrompted)
}

func testLoginPageRequiresRegisteredRedirectAndClient(t *testing.T) {
	g, e := startGoogle(t), startEntra(t)
	google := func(change func(*flow)) string { f := googleFlow(t, g); change(f); return f.url() }
	entra := func(change func(*flow)) string { f := entraFlow(t, e, tenantA); change(f); return f.url() }
	redirect := func(uri string) func(*flow) { return func(f *flow) { f.RedirectURL = uri } }
	for name, u := range map[string]string{
		"google: localhost":       google(redirect("http://localhost:51234/callback/google")),
		"google: other path":      google(redirect("http://127.0.0.1:51234/callback/entra")),
		"google: trailing slash":  google(redirect("http://127.0.0.1:51234/callback/google/")),
		"google: query":           google(redirect("http://127.0.0.1:51234/callback/google?x=1")),
		"google: userinfo":        google(redirect("http://127.0.0.1:1@evil.example:80/callback/google")),
		"google: another machine": google(redirect("http://192.0.2.1:51234/callback/google")),
		"google: https":           google(redirect("https://127.0.0.1:51234/callback/google")),
		"google: wrong client":    google(func(f *flow) { f.ClientID = "somebody-else" }),
		"entra: address literal":  entra(redirect("http://127.0.0.1:51234/callback/entra")),
		"entra: other path":       entra(redirect("http://localhost:51234/callback/google")),
		"entra: other case":       entra(redirect("http://localhost:51234/Callback/entra")),
		"entra: wrong client":     entra(func(f *flow) { f.ClientID = "desktop" }),
	} {
		client := &http.Client{
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Timeout:       wait.Timeout(time.Minute),
		}
		response, err := client.Get(u)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: got %d with the location %q, want no redirect", name, response.StatusCode, response.Header.Get("Location"))
		}
	}
	for _, uri := range []string{"http://[::1]:40000/callback/google", "http://127.0.0.1:1/callback/google"} {
		f := googleFlow(t, g)
		f.RedirectURL = uri
		if _, claims := f.claims(t, f.code(t, "alice")); claims["sub"] == nil {
			t.Errorf("got no sign-in with %s, want one", uri)
		}
	}
}

func testLoginPageRequiresPkce(t *testing.T) {
	f := googleFlow(t, startGoogle(t))
	for name, u := range map[string]string{
		"none": f.AuthCodeURL(state),
		"plain": f.AuthCodeURL(state, oauth2.SetAuthURLParam("code_challenge", f.verifier),
			oauth2.SetAuthURLParam("code_challenge_method", "plain")),
	} {
		redirect, _, err := provider.Authorize(t.Context(), u, "alice")
		if err != nil {
			t.Fatal(err)
		}
		if q := redirect.Query(); q.Get("error") != "invalid_request" || q.Get("state") != state {
			t.Errorf("%s: got the redirect %s, want an error", name, redirect)
		}
	}
}

// refused fails unless redeeming code returns the OAuth error.
func (f *flow) refused(t *testing.T, code, want string, options ...oauth2.AuthCodeOption) {
	t.Helper()
	if options == nil {
		options = []oauth2.AuthCodeOption{oauth2.VerifierOption(f.verifier)}
	}
	_, err := f.Exchange(t.Context(), code, options...)
	var retrieve *oauth2.RetrieveError
	if !errors.As(err, &retrieve) || retrieve.ErrorCode != want {
		t.Errorf("got %v for the code, want %s", err, want)
	}
}

func TestCode(t *testing.T) {
	t.Run("requires_verifier_redirect_and_secret", testCodeRequiresVerifierRedirectAndSecret)
	t.Run("is_valid_once", testCodeIsValidOnce)
}

func testCodeRequiresVerifierRedirectAndSecret(t *testing.T) {
	s := startGoogle(t)
	fresh := func() (*flow, string) { f := googleFlow(t, s); return f, f.code(t, "alice") }

	f, code := fresh()
	f.refused(t, code, "invalid_request", oauth2.SetAuthURLParam("x", "no verifier"))
	f, code = fresh()
	f.refused(t, code, "invalid_grant", oauth2.VerifierOption(oauth2.GenerateVerifier()))
	f, code = fresh()
	f.RedirectURL = "http://127.0.0.1:51235/callback/google"
	f.refused(t, code, "invalid_grant")
	f, code = fresh()
	f.Endpoint.AuthStyle, f.ClientSecret = oauth2.AuthStyleInParams, ""
	f.refused(t, code, "invalid_request")
	f, code = fresh()
	f.ClientSecret = "wrong"
	f.refused(t, code, "invalid_client")
}

func testEntraPublicClientMustNotSendSecret(t *testing.T) {
	f := entraFlow(t, startEntra(t), tenantA)
	code := f.code(t, "mia")
	f.ClientSecret = "something"
	f.refused(t, code, "invalid_client")
}

func testCodeIsValidOnce(t *testing.T) {
	f := googleFlow(t, startGoogle(t))
	code := f.code(t, "alice")
	var good atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := f.Exchange(context.WithoutCancel(t.Context()), code, oauth2.VerifierOption(f.verifier)); err == nil {
				good.Add(1)
			}
		})
	}
	wait.Group(t, time.Minute, "eight redemptions", &group)
	if good.Load() != 1 {
		t.Errorf("got %d successful redemptions, want 1", good.Load())
	}
	f.refused(t, code, "invalid_grant")
}

func testLoginPageNamesProviderAndEveryAccount(t *testing.T) {
	page := get(t, googleFlow(t, startGoogle(t)).url())
	for _, part := range []string{
		"<h1>Sign in with Google</h1>", `id="account-alice"`, "Alice Example", "alice@northwind.example", `id="account-carl"`,
		`id="deny"`,
	} {
		if !strings.Contains(page, part) {
			t.Errorf("got a login page without %s", part)
		}
	}
}

func testLoginPageRemembersBrowserUnlessPrompted(t *testing.T) {
	f := googleFlow(t, startGoogle(t))
	browser := newBrowser(t)
	first := browser.get(t, f.url())
	id, _, _ := strings.Cut(first.page[strings.Index(first.page, `name="id" value="`)+len(`name="id" value="`):], `"`)
	if at := browser.post(t, f.Endpoint.AuthURL, id, "alice"); !strings.Contains(at.location, "code=") {
		t.Fatalf("got the location %q after choosing an account, want the application's", at.location)
	}
	if again := browser.get(t, f.url()); !strings.Contains(again.page, `id="account-alice"`) {
		t.Error("got no list with prompt=select_account, want one")
	}
	silent := browser.get(t, f.AuthCodeURL(state, oauth2.S256ChallengeOption(f.verifier)))
	if !strings.Contains(silent.location, "code=") {
		t.Error("got no sign-in without a prompt, want the browser's account")
	}
	none := newBrowser(t).get(t, f.AuthCodeURL(state, oauth2.S256ChallengeOption(f.verifier), oauth2.SetAuthURLParam("prompt", "none")))
	if !strings.Contains(none.location, "error=login_required") {
		t.Errorf("got the location %q for prompt=none without a session, want login_required", none.location)
	}
}

func TestStart(t *testing.T) {
	t.Run("rejects_invalid_configuration", testStartRejectsInvalidConfiguration)
}

func testStartRejectsInvalidConfiguration(t *testing.T) {
	double := []provider.Account{{ID: "a", TenantID: tenantA}, {ID: "a", TenantID: tenantA}}
	for name, start := range map[string]func() (*provider.Server, error){
		"google without secret": func() (*provider.Server, error) {
			return provider.StartGoogle(t.Context(), provider.Config{ClientID: "c"})
		},
		"entra with secret": func() (*provider.Server, error) {
			return provider.StartEntra(t.Context(), provider.Config{ClientID: "c", ClientSecret: "s"})
		},
		"entra account without tenant": func() (*provider.Server, error) {
			return provider.StartEntra(t.Context(), provider.Config{ClientID: "c", Accounts: []provider.Account{{ID: "a"}}})
		},
		"two accounts of one id": func() (*provider.Server, error) {
			return provider.StartEntra(t.Context(), provider.Config{ClientID: "c", Accounts: double})
		},
		"open to the network": func() (*provider.Server, error) {
			return provider.StartEntra(t.Context(), provider.Config{ClientID: "c", Listen: "0.0.0.0:0"})
		},
	} {
		if s, err := start(); err == nil {
			s.Close()
			t.Errorf("%s: got no error, want one", name)
		}
	}
}

func get(t *testing.T, u string) string {
	t.Helper()
	client := &http.Client{Timeout: wait.Timeout(time.Minute)}
	response, err := client.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("got %d, %v, want 200: %s", response.StatusCode, err, body)
	}
	return string(body)
}
