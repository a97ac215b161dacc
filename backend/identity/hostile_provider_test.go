package identity_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/hostile"
)

// serving scripts another response at one endpoint.
func serving(e hostile.Endpoint, handler http.HandlerFunc) func(*hostile.Server, *hostile.Script) {
	return func(_ *hostile.Server, s *hostile.Script) {
		s.Serve = map[hostile.Endpoint]http.HandlerFunc{e: handler}
	}
}

// fact scripts a discovery document with one other member.
func fact(name string, value any) func(*hostile.Server, *hostile.Script) {
	return func(_ *hostile.Server, s *hostile.Script) { s.Facts = map[string]any{name: value} }
}

// responding scripts a token response with one other member.
func responding(name string, value any) func(*hostile.Server, *hostile.Script) {
	return func(_ *hostile.Server, s *hostile.Script) { s.TokenResponse = map[string]any{name: value} }
}

// failing scripts a token endpoint that returns an error.
func failing(status int, body string) func(*hostile.Server, *hostile.Script) {
	return serving(hostile.Token, hostile.Respond(status, "application/json", body))
}

const html = "<!doctype html><title>Sign in to the hotel's network</title>"

func TestProviderFault(t *testing.T) {
	t.Parallel()
	t.Run("invalid_response", testProviderFaultInvalidResponse)
	t.Run("discovery_document_of_another_issuer", testProviderFaultDiscoveryDocumentOfAnotherIssuer)
	t.Run("refusal_is_not_quoted", testProviderFaultRefusalIsNotQuoted)
	t.Run("cancelled_request_is_no_fault", testProviderFaultCancelledRequestIsNoFault)
	t.Run("ends_when_the_provider_is_back", testProviderFaultEndsWhenTheProviderIsBack)
}

func testProviderFaultInvalidResponse(t *testing.T) {
	var cases []providerCase
	for endpoint, reason := range map[hostile.Endpoint]string{
		hostile.Discovery: "discovery", hostile.Keys: "keys", hostile.Token: "token_endpoint",
	} {
		for name, handler := range map[string]http.HandlerFunc{
			"hangs up":                        hostile.HangsUp,
			"breaks off":                      hostile.BreaksOff,
			"returns_HTML":                    hostile.Respond(200, "text/html", html),
			"returns_HTML_as_JSON":            hostile.Respond(200, "application/json", html),
			"returns_empty_body":              hostile.Respond(200, "application/json", ""),
			"returns_a_list":                  hostile.Respond(200, "application/json", "[]"),
			"returns_two_megabytes":           hostile.Megabytes(2, false),
			"returns_20_compressed_megabytes": hostile.Megabytes(20, true),
			"fails":                           hostile.Respond(500, "text/plain", "hunter2"),
			"is overrun":                      hostile.Respond(429, "text/plain", "hunter2"),
			"is at work":                      hostile.Respond(503, "text/html", html),
		} {
			cases = append(cases, providerCase{string(endpoint) + " " + name, "", serving(endpoint, handler), unavailable(reason)})
		}
		cases = append(cases,
			providerCase{string(endpoint) + "_does_not_respond", "", hanging(endpoint, (*hostile.Server).Hangs), unavailable(reason)},
			providerCase{string(endpoint) + " never ends its response", "", hanging(endpoint, (*hostile.Server).HangsHalfway), unavailable(reason)})
	}
	runCases(t, cases)
}

func hanging(e hostile.Endpoint, how func(*hostile.Server, http.ResponseWriter, *http.Request)) func(*hostile.Server, *hostile.Script) {
	return func(p *hostile.Server, s *hostile.Script) {
		s.Serve = map[hostile.Endpoint]http.HandlerFunc{e: func(w http.ResponseWriter, r *http.Request) { how(p, w, r) }}
	}
}

func testProviderFaultDiscoveryDocumentOfAnotherIssuer(t *testing.T) {
	runCases(t, []providerCase{
		{"another issuer", "", fact("issuer", hostile.Evil), unavailable("discovery")},
		{"no issuer", "", fact("issuer", hostile.Missing), unavailable("discovery")},
		{"the issuer with a slash", "", fact("issuer", hostile.GoogleIssuer+"/"), unavailable("discovery")},
		{"Google's second spelling", "google", fact("issuer", "accounts.google.com"), unavailable("discovery")},
		{"no token endpoint", "", fact("token_endpoint", hostile.Missing), unavailable("discovery")},
		{"no authorization endpoint", "", fact("authorization_endpoint", hostile.Missing), unavailable("discovery")},
		{"no keys", "", fact("jwks_uri", hostile.Missing), unavailable("discovery")},
		{"a token endpoint by plain http", "", fact("token_endpoint", "http://accounts.google.com/token"), unavailable("discovery")},
		{"keys by plain http", "", fact("jwks_uri", "http://accounts.google.com/keys"), unavailable("discovery")},
		{"a sign-in page by plain http", "", fact("authorization_endpoint", "http://accounts.google.com/authorize"), unavailable("discovery")},
		{"a token endpoint on the server itself", "", fact("token_endpoint", "http://127.0.0.1:8481/token"), unavailable("discovery")},
		{"keys on the server itself", "", fact("jwks_uri", "https://localhost/keys"), unavailable("discovery")},
		{"a sign-in page that is a script", "", fact("authorization_endpoint", "javascript:alert(1)"), unavailable("discovery")},
		{"a token endpoint that is a file", "", fact("token_endpoint", "file:///etc/passwd"), unavailable("discovery")},
		{"a token endpoint that is a number", "", fact("token_endpoint", 7), unavailable("discovery")},
		{"a redirect", "", serving(hostile.Discovery, hostile.Redirects), unavailable("discovery")},
	})
}

func testProviderFaultRefusalIsNotQuoted(t *testing.T) {
	runCases(t, []providerCase{
		{
			"invalid_grant",
			"",
			failing(400, `{"error":"invalid_grant","error_description":"hunter2 for ada@kite.example"}`),
			unconfirmed("provider:invalid_grant"),
		},
		{
			"invalid_client",
			"",
			failing(401, `{"error":"invalid_client","error_uri":"https://hunter2.example"}`),
			unconfirmed("provider:invalid_client"),
		},
		{"a code that is a sentence", "", failing(400, `{"error":"Bad hunter2!"}`), unconfirmed("provider")},
		{"a code that is very long", "", failing(400, `{"error":"hunter2_hunter2_hunter2_hunter2_hunter2_hunter2"}`), unconfirmed("provider")},
		{"a code with a line break", "", failing(400, `{"error":"x\nlevel=error hunter2"}`), unconfirmed("provider")},
		{"no code", "", failing(403, `{}`), unconfirmed("provider")},
		{"a web page", "", serving(hostile.Token, hostile.Respond(404, "text/html", html)), unconfirmed("provider")},
		{
			"an error with status 200",
			"",
			failing(200, `{"error":"invalid_grant","error_description":"hunter2"}`),
			unconfirmed("provider:invalid_grant"),
		},
		{"a redirect, the code and the secret to be sent on", "", serving(hostile.Token, hostile.Redirects), unconfirmed("provider")},
		{"no ID token", "", responding("id_token", hostile.Missing), unconfirmed("no_id_token")},
		{"an empty ID token", "", responding("id_token", ""), unconfirmed("no_id_token")},
		{"a number for an ID token", "", responding("id_token", 7), unconfirmed("no_id_token")},
		{"null for an ID token", "", responding("id_token", nil), unconfirmed("no_id_token")},
		{"a list of ID tokens", "", responding("id_token", []string{"eyJ"}), unconfirmed("no_id_token")},
		{"no access token", "", responding("access_token", hostile.Missing), unavailable("token_endpoint")},
	})
}

func testProviderFaultCancelledRequestIsNoFault(t *testing.T) {
	t.Parallel()
	court := newProviderTest(t)
	k := court.newSignInTest(t, portal.Google, "")
	ctx, leave := context.WithCancel(context.Background())
	k.provider.Play(hostile.Script{Serve: map[hostile.Endpoint]http.HandlerFunc{
		hostile.Token: func(_ http.ResponseWriter, r *http.Request) {
			leave()
			hostile.UntilLeft(r)
		},
	}})
	k.check(unavailable("caller_gone"), func() error { return k.signIn(ctx) })
}

func testProviderFaultEndsWhenTheProviderIsBack(t *testing.T) {
	t.Parallel()
	court := newProviderTest(t)
	for _, endpoint := range []hostile.Endpoint{hostile.Discovery, hostile.Keys, hostile.Token} {
		t.Run(string(endpoint), func(t *testing.T) {
			k := court.newSignInTest(t, portal.Entra, "")
			k.provider.Play(hostile.Script{Serve: map[hostile.Endpoint]http.HandlerFunc{endpoint: hostile.HangsUp}})
			if err := k.signIn(context.Background()); portal.ErrorCode(err) != portal.ProviderDown {
				t.Fatalf("got error %v", errors.Unwrap(err))
			}
			k.audited()
			k.provider.Play(hostile.Script{})
			k.wantOutcome(signsIn)
		})
	}
}
