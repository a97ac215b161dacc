package desktop

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

// FuzzRedirect throws requests at the port: whatever arrives, only the right path, host, method, state and issuer
// end the sign-in, and no page repeats what was sent.
func FuzzRedirect(f *testing.F) {
	f.Add("GET", "127.0.0.1:4711", "/callback/google", "state=STATE&code=abc", "")
	f.Add("POST", "localhost:4711", "/callback/google", "", "state=STATE&error=access_denied&iss=https%3A%2F%2Fi.example")
	f.Add("GET", "evil.example", "/callback/google", "state=STATE&code=abc", "")
	f.Add("GET", "127.0.0.1:4711", "/callback/google", "state=STATE&state=STATE&code=abc", "")
	f.Add("GET", "[::1]:4711", "/start/LINK", "", "")
	f.Add("HEAD", "127.0.0.1:4711", "//callback/google", "state=STATE&code=abc&iss=", "")
	f.Fuzz(func(t *testing.T, method, host, path, query, body string) {
		r := newRedirect(portal.Google, "4711")
		r.state, r.issuer, r.target = "the-state-of-this-sign-in", "https://i.example", "https://i.example/authorize"
		query = strings.ReplaceAll(query, "STATE", r.state)
		body = strings.ReplaceAll(body, "STATE", r.state)
		request := &http.Request{
			Method: method, Host: host, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{},
			Body: http.NoBody,
		}
		if body != "" {
			request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
			request.Method, request.Host, request.URL = method, host, &url.URL{Path: path, RawQuery: query}
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.conclude(page{Title: "done"})
		answer := httptest.NewRecorder()
		r.ServeHTTP(answer, request)

		sent, err := url.ParseQuery(query)
		if method == http.MethodPost {
			sent, err = url.ParseQuery(body)
		}
		select {
		case response := <-r.responses:
			ours := err == nil && (method == "GET" || method == "POST") && path == "/callback/google" && r.ourHost(host) &&
				len(sent["state"]) == 1 && sent.Get("state") == r.state &&
				(!sent.Has("iss") || (len(sent["iss"]) == 1 && sent.Get("iss") == r.issuer))
			if !ours || (response.code == "") == (response.errorCode == "") {
				t.Errorf("%s %s%s?%s %s ended the sign-in as %+v", method, host, path, query, body, response)
			}
		default:
			if answer.Code == http.StatusOK {
				t.Errorf("answered 200 without an answer of the provider")
			}
		}
		if code := sent.Get("code"); len(code) > 8 && !strings.Contains("history.replaceState location.pathname", code) &&
			strings.Contains(answer.Body.String(), code) {
			t.Errorf("the page repeats the code %q", code)
		}
		if strings.Contains(answer.Body.String(), r.state) {
			t.Error("the page holds the state")
		}
	})
}

func TestEntraIDsIssuerMayNameAnyTenantButNothingElse(t *testing.T) {
	r := newRedirect(portal.Entra, "1")
	r.issuer = "https://login.example/{tenantid}/v2.0"
	for issuer, ours := range map[string]bool{
		"https://login.example/11111111-2222-3333-4444-555555555555/v2.0":   true,
		"https://login.example/11111111-2222-3333-4444-555555555555/v2.0/x": false,
		"https://login.example/x/11111111-2222-3333-4444-555555555555/v2.0": false,
		"https://login.example/{11111111-2222-3333-4444-555555555555}/v2.0": false,
		"https://login.example//v2.0":                                       false,
		"https://login.example/v2.0":                                        false,
		"https://login.example/common/v2.0":                                 false,
		"":                                                                  false,
	} {
		if r.ourIssuer(issuer) != ours {
			t.Errorf("%q is ours: %v", issuer, !ours)
		}
	}
}

func TestAnotherProgramsPortIsNotShared(t *testing.T) {
	listeners, err := listenLoopback(portal.Entra)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range listeners {
		host := l.Addr().String()
		if !strings.HasPrefix(host, "127.0.0.1:") && !strings.HasPrefix(host, "[::1]:") {
			t.Errorf("listening on %s", host)
		}
		if portOf(l) != portOf(listeners[0]) {
			t.Errorf("two ports: %s and %s", l.Addr(), listeners[0].Addr())
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}
