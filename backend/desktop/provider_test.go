package desktop

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/provider"
)

const testTenant = "11111111-2222-3333-4444-555555555555"

// behind puts a provider with login pages behind the fake API, which redeems codes with it as the real one does.
func (f *fakeAPI) behind(t *testing.T, s *provider.Server, secret string) {
	t.Helper()
	var document struct {
		AuthorizationEndpoint string `json:"authorization_endpoint"`
		TokenEndpoint         string `json:"token_endpoint"`
	}
	home := strings.Replace(s.Issuer(), "{tenantid}", "organizations", 1)
	if err := json.Unmarshal([]byte(get(t, home+"/.well-known/openid-configuration").body), &document); err != nil {
		t.Fatal(err)
	}
	f.issuer = s.Issuer()
	f.real = &oauth2.Config{ClientID: "desktop", ClientSecret: secret, Endpoint: oauth2.Endpoint{
		AuthURL: document.AuthorizationEndpoint, TokenURL: document.TokenEndpoint, AuthStyle: oauth2.AuthStyleInParams,
	}}
	t.Cleanup(func() { _ = s.Close() })
}

// comeBack plays the browser's way back to the app.
func comeBack(t *testing.T, redirect *url.URL, form url.Values) shown {
	t.Helper()
	if form != nil {
		return post(t, redirect.String(), form)
	}
	return get(t, redirect.String())
}

func startProvider(t *testing.T, b *testApp, id portal.ProviderID) {
	t.Helper()
	ada := provider.Account{ID: "ada", Name: "Ada Byron", Email: "ada@example.com", EmailVerified: true, HostedDomain: "example.com"}
	if id == portal.Google {
		s, err := provider.StartGoogle(t.Context(), provider.Config{
			ClientID: "desktop", ClientSecret: "not-a-secret", Accounts: []provider.Account{ada},
		})
		if err != nil {
			t.Fatal(err)
		}
		b.api.behind(t, s, "not-a-secret")
		return
	}
	ada.TenantID = testTenant
	s, err := provider.StartEntra(t.Context(), provider.Config{ClientID: "desktop", Accounts: []provider.Account{ada}})
	if err != nil {
		t.Fatal(err)
	}
	b.api.behind(t, s, "")
}

func TestProviders(t *testing.T) {
	t.Run("sign_in", testProvidersSignIn)
	t.Run("deny_and_sign_in_at_the_next_attempt", testProvidersDenyAndSignInAtTheNextAttempt)
}

func testProvidersSignIn(t *testing.T) {
	for _, id := range []portal.ProviderID{portal.Google, portal.Entra} {
		b := newTestApp(t)
		startProvider(t, b, id)
		result, link := b.start(t, id)
		redirect, form, err := provider.Authorize(t.Context(), lead(t, link).String(), "ada")
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		if (form != nil) != (id == portal.Entra) {
			t.Errorf("%s came back with form %v", id, form != nil)
		}
		page := comeBack(t, redirect, form)
		if r := ended(t, result); r.err != nil || r.me.User.ID != testUser.ID || !strings.Contains(page.body, "Ada Byron") {
			t.Errorf("%s: %+v %v, page %s", id, r.me, r.err, page.body)
		}
	}
}

func testProvidersDenyAndSignInAtTheNextAttempt(t *testing.T) {
	for _, id := range []portal.ProviderID{portal.Google, portal.Entra} {
		b := newTestApp(t)
		startProvider(t, b, id)
		result, link := b.start(t, id)
		redirect, form, err := provider.Deny(t.Context(), lead(t, link).String())
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		page := comeBack(t, redirect, form)
		wantCode(t, ended(t, result).err, Denied)
		if !strings.Contains(page.body, "You were not signed in") {
			t.Errorf("%s showed %s", id, page.body)
		}
		result, link = b.start(t, id)
		if redirect, form, err = provider.Authorize(t.Context(), lead(t, link).String(), "ada"); err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		comeBack(t, redirect, form)
		if r := ended(t, result); r.err != nil {
			t.Errorf("%s: %v", id, r.err)
		}
	}
}
