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

// person is somebody as a verified ID token describes them.
type person struct {
	Issuer       string // Google's issuer, Entra ID's tenant
	Subject      string // Google's sub, Entra ID's oid
	Tenant       string // Entra ID only
	Email        string // normalised; "" if there is none that can be
	Name         string
	Verified     bool   // Google says the address is theirs
	HostedDomain string // Google's Workspace domain
	DomainOwned  bool   // Entra ID says the tenant owns the address's domain
	Member       bool   // of the tenant, no guest
}

// provider is a configured identity provider.
type provider struct {
	id       portal.ProviderID
	name     string
	clientID string
	secret   string
	calls    *transport
	// discovery is where people are sent and codes are redeemed.
	discovery *discovery
	// issuers verify tokens: Google's one under "", Entra ID's by tenant. There is no other way to a verifier, so a
	// token that names a tenant can but choose among those allowed.
	issuers map[string]*issuer
	// choose reads from an unverified token which issuer has to verify it; ok is false for one that is not allowed.
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
			// The issuer's configured spelling: Google's tokens may use either of two.
			return googlePerson(t, c.Issuer)
		},
	}
}

// newEntra makes one verifier for each tenant. With one tenant people are sent to its own sign-in page, with several
// to that of all organisations.
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

// redeem exchanges an authorization code for an ID token and answers whom that, verified, describes.
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

// identify verifies an ID token by the issuer it has to be from.
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

// exchangeError tells a provider that refuses the code from one that does not work. Only its error code is kept, and
// only if it looks like one.
func exchangeError(err error) error {
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) || answer.Response == nil {
		return providerDown("token_endpoint")
	}
	status := answer.Response.StatusCode
	if status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout {
		return providerDown("token_endpoint")
	}
	if answer.ErrorCode != "" && len(answer.ErrorCode) <= 40 && strings.Trim(answer.ErrorCode, "abcdefghijklmnopqrstuvwxyz_") == "" {
		return refused("provider:" + answer.ErrorCode)
	}
	return refused("provider")
}

func googlePerson(t claims, issuer string) (person, error) {
	return person{
		Issuer: issuer, Subject: t.text("sub"), Name: displayName(t.text("name")),
		Email:    claimedEmail(t),
		Verified: t.is("email_verified", "true"),
		// Lower case as an invite's domain is.
		HostedDomain: lowerASCII(t.text("hd")),
	}, nil
}

// entraPerson never looks at preferred_username or upn: their holders may change them to what they like.
func entraPerson(t claims, tenant string) (person, error) {
	oid := t.text("oid")
	if oid == "" || len(oid) > maxSubject || t.text("ver") != "2.0" {
		return person{}, refused("token_entra")
	}
	return person{
		Issuer: tenant, Subject: lowerASCII(oid), Tenant: tenant, Name: displayName(t.text("name")),
		Email: claimedEmail(t),
		// The claim's encoding varies; what is missing or anything else says nothing in favour of the address.
		DomainOwned: t.is("xms_edov", "true", "1", `"1"`, `"true"`),
		Member:      entraMember(t),
	}, nil
}

// entraMember wants to be told: acct 0, or an identity provider that is the tenant itself; a foreign one always means
// a guest.
func entraMember(t claims) bool {
	own := t.text("idp") == t.text("iss")
	if _, named := t["idp"]; named && !own {
		return false
	}
	if _, told := t["acct"]; told {
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

// displayName cuts a name to what a database and a list can take: without control characters, and without those that turn
// the text around it.
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
