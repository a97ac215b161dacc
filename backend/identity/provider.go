package identity

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/oauth2"

	"fs-client-portal/backend/portal"
)

// person is the user that a verified ID token describes.
type person struct {
	Issuer       string // Google's issuer, Entra ID's tenant
	Subject      string // Google's sub, Entra ID's oid
	Tenant       string // Entra ID only
	Email        string // normalised; "" if there is none or it is malformed
	Name         string
	Verified     bool   // Google has verified that the address is the user's
	HostedDomain string // Google's Workspace domain
	DomainOwned  bool   // Entra ID confirms that the tenant owns the address's domain
	Member       bool   // a member of the tenant, not a guest
}

// provider is a configured identity provider.
type provider struct {
	id       portal.ProviderID
	name     string
	clientID string
	secret   string
	calls    *transport
	// discovery is the document of the sign-in page and the token endpoint.
	discovery *discovery
	// issuers verify ID tokens: Google's under "", Entra ID's by tenant. There is no other way to a verifier, so the
	// tenant that a token names can only select one of those allowed.
	issuers map[string]*issuer
	// choose returns the key in issuers for an unverified token; ok is false for a tenant that is not allowed.
	choose func(claims) (key string, ok bool)
	// person reads verified claims.
	person func(claims, string) (person, error)
}

func newGoogle(c GoogleConfig, calls *transport) *provider {
	discovery := &discovery{base: c.Issuer, issuer: c.Issuer, calls: calls}
	return &provider{
		id: portal.Google, name: "Google", clientID: c.ClientID, secret: c.ClientSecret, calls: calls, discovery: discovery,
		issuers: map[string]*issuer{"": newIssuer(discovery, "", c.ClientID)},
		choose:  func(claims) (string, bool) { return "", true },
		person: func(t claims, _ string) (person, error) {
			// The configured issuer: Google's tokens may use either of two forms.
			return googlePerson(t, c.Issuer)
		},
	}
}

// newEntra creates one verifier per tenant. With a single tenant, users are sent to the tenant's own sign-in page,
// otherwise to the page for all organisations.
func newEntra(c EntraConfig, tenants []string, calls *transport) *provider {
	of := func(tenant string) string { return strings.Replace(c.Issuer, tenantPlaceholder, tenant, 1) }
	p := &provider{
		id: portal.Entra, name: "Microsoft", clientID: c.ClientID, calls: calls,
		issuers: map[string]*issuer{},
		choose: func(t claims) (string, bool) {
			tenant, err := tenantID(t.text("tid"))
			return tenant, err == nil && slices.Contains(tenants, tenant)
		},
		person: entraPerson,
	}
	for _, tenant := range tenants {
		d := &discovery{base: of(tenant), issuer: of(tenant), calls: calls}
		p.issuers[tenant] = newIssuer(d, tenant, c.ClientID)
		p.discovery = d
	}
	if len(p.issuers) > 1 {
		p.discovery = &discovery{base: of("organizations"), issuer: c.Issuer, calls: calls}
	}
	return p
}

// redeem exchanges an authorization code for an ID token, verifies it and returns the user it describes.
func (p *provider) redeem(ctx context.Context, code, verifier, redirectURI, nonce string) (person, error) {
	ctx, cancel := p.calls.bound(ctx)
	defer cancel()
	found, err := p.discovery.get(ctx)
	if err != nil {
		return person{}, err
	}
	config := oauth2.Config{
		ClientID: p.clientID, ClientSecret: p.secret, RedirectURL: redirectURI,
		Endpoint: oauth2.Endpoint{TokenURL: found.Token, AuthStyle: oauth2.AuthStyleInParams},
	}
	token, err := config.Exchange(context.WithValue(ctx, oauth2.HTTPClient, p.calls.http), code, oauth2.VerifierOption(verifier))
	if err != nil {
		return person{}, exchangeError(err)
	}
	idToken, ok := token.Extra("id_token").(string)
	if !ok || idToken == "" {
		return person{}, refused("no_id_token")
	}
	return p.identify(ctx, idToken, token.AccessToken, nonce)
}

// identify verifies an ID token with the verifier of its issuer.
func (p *provider) identify(ctx context.Context, idToken, accessToken, nonce string) (person, error) {
	_, unverified, err := parseIDToken(idToken)
	if err != nil {
		return person{}, err
	}
	key, ok := p.choose(unverified)
	if !ok {
		return person{}, wrongTenant()
	}
	verified, err := p.issuers[key].verify(ctx, idToken, accessToken, nonce)
	if err != nil {
		return person{}, err
	}
	return p.person(verified, key)
}

// exchangeError distinguishes a provider that refuses the code from one that is down. It keeps only the provider's
// error code, and only if that is well formed.
func exchangeError(err error) error {
	var response *oauth2.RetrieveError
	if !errors.As(err, &response) || response.Response == nil {
		return providerDown("token_endpoint")
	}
	status := response.Response.StatusCode
	if status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout {
		return providerDown("token_endpoint")
	}
	if response.ErrorCode != "" && len(response.ErrorCode) <= 40 && strings.Trim(response.ErrorCode, "abcdefghijklmnopqrstuvwxyz_") == "" {
		return refused("provider:" + response.ErrorCode)
	}
	return refused("provider")
}

func googlePerson(t claims, issuer string) (person, error) {
	return person{
		Issuer: issuer, Subject: t.text("sub"), Name: displayName(t.text("name")),
		Email:    claimedEmail(t),
		Verified: t.is("email_verified", "true"),
		// Lower case, as in an invite's domain.
		HostedDomain: lowerASCII(t.text("hd")),
	}, nil
}

// entraPerson never reads preferred_username or upn: the account's owner can change them.
func entraPerson(t claims, tenant string) (person, error) {
	oid := t.text("oid")
	if oid == "" || len(oid) > maxSubject || t.text("ver") != "2.0" {
		return person{}, refused("token_entra")
	}
	return person{
		Issuer: tenant, Subject: lowerASCII(oid), Tenant: tenant, Name: displayName(t.text("name")),
		Email: claimedEmail(t),
		// The claim's encoding varies; any other value, or none, means that the address is not confirmed.
		DomainOwned: t.is("xms_edov", "true", "1", `"1"`, `"true"`),
		Member:      entraMember(t),
	}, nil
}

// entraMember reports whether the token proves that the user is a member of the tenant: acct is 0, or the identity
// provider is the tenant itself. A foreign identity provider always means a guest.
func entraMember(t claims) bool {
	own := t.text("idp") == t.text("iss")
	if _, named := t["idp"]; named && !own {
		return false
	}
	if _, ok := t["acct"]; ok {
		return t.is("acct", "0", `"0"`)
	}
	return own && t.text("idp") != ""
}

func claimedEmail(t claims) string {
	email, err := normalEmail(t.text("email"))
	if err != nil {
		return ""
	}
	return email
}

const maxName = 120

// displayName shortens a name to what the database and a list can hold, and removes control characters and those that
// change the direction of the text.
func displayName(name string) string {
	clean := strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name))
	if runes := []rune(clean); len(runes) > maxName {
		clean = string(runes[:maxName])
	}
	return clean
}
