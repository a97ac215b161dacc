package identity

import (
	"strings"
	"testing"
)

func TestEntraSignInPage(t *testing.T) {
	t.Parallel()
	config := EntraConfig{Issuer: "https://login.example.com/{tenantid}/v2.0", ClientID: "c"}
	one := newEntra(config, []string{"t1"}, &transport{})
	two := newEntra(config, []string{"t1", "t2"}, &transport{})
	if one.discovery.base != "https://login.example.com/t1/v2.0" || one.discovery.issuer != one.discovery.base {
		t.Errorf("with one tenant to %s", one.discovery.base)
	}
	if two.discovery.base != "https://login.example.com/organizations/v2.0" || two.discovery.issuer != config.Issuer ||
		len(two.issuers) != 2 {
		t.Errorf("with two tenants to %s", two.discovery.base)
	}
}

func TestNormalEmail(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		" Ada.Lind+x@Fjord.Example ": "ada.lind+x@fjord.example",
		"ada@bücher.example":         "ada@xn--bcher-kva.example",
		"ada@BÜCHER.example":         "ada@xn--bcher-kva.example",
		"o'neil@a.example":           "o'neil@a.example",
		"аda@fjord.example":          "", "\u212Aim@fjord.example": "", "k\u0130m@fjord.example": "",
		"ada@fjord": "", "ada": "", "@fjord.example": "", "a@b@fjord.example": "",
		"a b@fjord.example":  "",
		".ada@fjord.example": "", "ada..x@fjord.example": "", "ada@fjord.example.": "", "ada@fjord.example\x00": "", "ada@-x.example": "",
	} {
		if email, _ := normalEmail(text); email != want {
			t.Errorf("%q becomes %q, want %q", text, email, want)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	const template = "https://login.example.com/{tenantid}/v2.0"
	tenant := []string{"11111111-1111-4111-8111-111111111111"}
	for name, row := range map[string]struct {
		config  Config
		setting string
	}{
		"Google without client": {Config{Google: &GoogleConfig{Issuer: "https://g.example", ClientSecret: "s"}}, "PORTAL_GOOGLE_CLIENT_ID"},
		"Google without secret": {Config{Google: &GoogleConfig{Issuer: "https://g.example", ClientID: "c"}}, "PORTAL_GOOGLE_CLIENT_SECRET"},
		"Google by plain http": {
			Config{Google: &GoogleConfig{Issuer: "http://g.example", ClientID: "c", ClientSecret: "s"}}, "PORTAL_GOOGLE_ISSUER",
		},
		"Google with a query": {
			Config{Google: &GoogleConfig{Issuer: "https://g.example?x", ClientID: "c", ClientSecret: "s"}}, "PORTAL_GOOGLE_ISSUER",
		},
		"Entra without client":  {Config{Entra: &EntraConfig{Issuer: template, Tenants: tenant}}, "PORTAL_ENTRA_CLIENT_ID"},
		"Entra without tenants": {Config{Entra: &EntraConfig{Issuer: template, ClientID: "c"}}, "PORTAL_ENTRA_TENANTS"},
		"Entra for everybody": {
			Config{Entra: &EntraConfig{Issuer: template, ClientID: "c", Tenants: []string{"common"}}}, "PORTAL_ENTRA_TENANTS",
		},
		"Entra without a template": {
			Config{Entra: &EntraConfig{Issuer: "https://login.example.com/v2.0", ClientID: "c", Tenants: tenant}}, "PORTAL_ENTRA_ISSUER",
		},
		"Entra by plain http": {
			Config{Entra: &EntraConfig{Issuer: "http://login.example.com/{tenantid}", ClientID: "c", Tenants: tenant}}, "PORTAL_ENTRA_ISSUER",
		},
	} {
		row.config.Secret = testSealer()
		if _, err := New(nil, nil, row.config); err == nil || !strings.Contains(err.Error(), row.setting) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
