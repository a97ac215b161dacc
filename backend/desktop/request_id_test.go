package desktop

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
)

// received has the API hand each refresh to the test before it is handled, with what the keyring held then.
func (b *testApp) received() *[]portal.RefreshGrant {
	var all []portal.RefreshGrant
	next := b.api.Config.Handler
	b.api.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/auth/refresh" {
			var kept portal.RefreshGrant
			_ = json.Unmarshal([]byte(b.ring.kept()), &kept)
			all = append(all, kept)
		}
		next.ServeHTTP(w, r)
	})
	return &all
}

func TestRequestID(t *testing.T) {
	t.Run("is_in_the_keyring_before_it_is_sent_and_gone_with_the_response", func(t *testing.T) {
		b := newTestApp(t)
		b.signIn(t)
		kept := b.received()
		if _, err := b.endpoint.session.renew(t.Context(), b.endpoint.session.currentAccess()); err != nil {
			t.Fatal(err)
		}
		if len(*kept) != 1 || !keyring.IsRequestID((*kept)[0].RequestID) {
			t.Fatalf("the keyring held %+v when the refresh was sent", *kept)
		}
		if _, made := b.api.requests[(*kept)[0]]; !made {
			t.Errorf("the API was sent another request than the keyring held: %+v", b.api.requests)
		}
		after, err := parse(b.ring.kept(), b.api.URL)
		if err != nil || after.RequestID != "" {
			t.Errorf("afterwards the keyring holds the id %q, %v", after.RequestID, err)
		}
	})
	t.Run("is_another_for_each_token", func(t *testing.T) {
		b := newTestApp(t)
		b.signIn(t)
		ids := map[string]bool{}
		for range 3 {
			if _, err := b.endpoint.session.renew(t.Context(), b.endpoint.session.currentAccess()); err != nil {
				t.Fatal(err)
			}
		}
		for grant := range b.api.requests {
			ids[grant.RequestID] = true
		}
		if len(ids) != 3 {
			t.Errorf("got %d ids, want 3", len(ids))
		}
	})
	t.Run("outlives_the_app_though_the_keyring_took_none", func(t *testing.T) {
		b := newTestApp(t)
		b.signIn(t)
		first := b.endpoint.session
		first.dismissed = first.clock() // the keyring is not asked for an hour
		b.api.mu.Lock()
		b.api.lose = exchangeTries
		b.api.mu.Unlock()
		_, err := first.renew(t.Context(), first.currentAccess())
		wantCode(t, err, Offline)
		again := b.another(t, func(o *Options) { o.StateDir = b.options.StateDir })
		if _, err := again.Resume(t.Context()); err != nil {
			t.Errorf("the next start: %v", err)
		}
		if len(b.api.requests) != 1 {
			t.Errorf("the API received %d requests, want one, again and again", len(b.api.requests))
		}
	})
	t.Run("goes_as_a_header_to_an_API_that_refuses_it", func(t *testing.T) {
		b := newTestApp(t)
		b.signIn(t)
		var headers []string
		next := b.api.Config.Handler
		b.api.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v1/auth/refresh" {
				next.ServeHTTP(w, r)
				return
			}
			headers = append(headers, r.Header.Get("Portal-Refresh-Request"))
			if len(headers) == 1 {
				w.Header().Set("Content-Type", "application/problem+json") // from before Portal-Api
				w.WriteHeader(http.StatusUnprocessableEntity)
				_, _ = w.Write([]byte(`{"code":"invalid","detail":"request_id: unexpected property","field":"request_id"}`))
				return
			}
			next.ServeHTTP(w, r)
		})
		if _, err := b.endpoint.session.renew(t.Context(), b.endpoint.session.currentAccess()); err != nil {
			t.Fatal(err)
		}
		for grant := range b.api.requests {
			if grant.RequestID != "" {
				t.Errorf("the second body has the id %q", grant.RequestID)
			}
		}
		if len(headers) != 2 || !keyring.IsRequestID(headers[1]) || headers[0] != headers[1] {
			t.Errorf("got headers %q, want the same id twice", headers)
		}
	})
	t.Run("is_not_made_beside_another_process_that_makes_one", func(t *testing.T) {
		b := newTestApp(t)
		b.signIn(t)
		s := b.endpoint.session
		s.lockWait = time.Millisecond
		lock := flock.New(s.lockFile)
		if err := lock.Lock(); err != nil {
			t.Fatal(err)
		}
		_, err := s.renew(t.Context(), s.currentAccess())
		wantCode(t, err, portal.Unavailable)
		if n := b.api.count(&b.api.refreshes); n != 0 || b.ring.kept() == "" {
			t.Errorf("%d refreshes, kept %q", n, b.ring.kept())
		}
		if err := lock.Unlock(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.renew(t.Context(), s.currentAccess()); err != nil {
			t.Error(err)
		}
	})
	t.Run("is_in_no_file_once_it_was_used", func(t *testing.T) {
		b := newTestApp(t)
		b.signIn(t)
		if _, err := b.endpoint.session.renew(t.Context(), b.endpoint.session.currentAccess()); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Clean(b.endpoint.session.generations.path))
		var at generation
		if err != nil || json.Unmarshal(content, &at) != nil || at.RequestID != "" || at.Number != 2 {
			t.Errorf("the session file holds %s, %v", content, err)
		}
	})
}

// A refusal ends the session only as a problem of our table, with the API's own header.
func TestRefusalOfARefresh(t *testing.T) {
	const header, kind = "Portal-Api", "application/problem+json"
	for name, c := range map[string]struct {
		status       int
		header, kind string
		body         string
		ends         bool
	}{
		"by_the_API":                     {401, header, kind, `{"code":"session_revoked","detail":"Ended."}`, true},
		"deactivated":                    {403, header, kind, `{"code":"deactivated","detail":"Ended."}`, true},
		"no_role_any_more":               {403, header, kind, `{"code":"no_invite","detail":"Ended."}`, true},
		"an_organisation_shut_out":       {403, header, kind, `{"code":"tenant_not_allowed","detail":"Ended."}`, true},
		"a_gateway_with_a_code":          {401, "X-Gateway", "application/json", `{"code":"unauthorized"}`, false},
		"a_gateway_with_our_code":        {401, "X-Gateway", "application/json", `{"code":"session_revoked"}`, false},
		"a_gateway_with_a_problem":       {403, "X-Gateway", kind, `{"code":"forbidden_by_policy"}`, false},
		"our_problem_without_the_header": {401, "X-Gateway", kind, `{"code":"session_revoked"}`, false},
		"our_header_without_a_problem":   {401, header, "application/json", `{"code":"session_revoked"}`, false},
		"a_code_of_another_table":        {401, header, kind, `{"code":"AADSTS50058"}`, false},
		"a_code_that_ends_nothing":       {422, header, kind, `{"code":"invalid","detail":"No."}`, false},
		"400_without_a_body":             {400, "X-Gateway", "", ``, false},
		"403_page":                       {403, "X-Gateway", "text/html", `<html>`, false},
		"422_with_a_code":                {422, "X-Gateway", "application/json", `{"code":"blocked","message":"DLP"}`, false},
		"code_of_a_number":               {400, header, kind, `{"code":4001}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestApp(t)
			b.signIn(t)
			next := b.api.Config.Handler
			var blocked = true
			b.api.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !blocked {
					next.ServeHTTP(w, r)
					return
				}
				w.Header().Set(c.header, "1")
				if c.kind != "" {
					w.Header().Set("Content-Type", c.kind)
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			})
			if _, err := b.endpoint.session.renew(t.Context(), b.endpoint.session.currentAccess()); err == nil {
				t.Fatal("the refresh was not refused")
			}
			ended := len(b.emitted(EventSessionEnded)) != 0
			if ended != c.ends || (b.ring.kept() == "") != c.ends {
				t.Errorf("ended %v, kept %q; want ended %v", ended, b.ring.kept(), c.ends)
			}
			blocked = false
			if _, err := b.Me(t.Context()); (err != nil) != c.ends {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func TestRefusalByAGateway(t *testing.T) {
	for name, body := range map[string]string{
		"code_of_its_own": `{"code":"forbidden_by_policy","detail":"Ask the proxy team."}`,
		"no_code":         `{"detail":"Ask the proxy team."}`,
	} {
		t.Run(name, func(t *testing.T) {
			b := newTestApp(t)
			b.signIn(t)
			next := b.api.Config.Handler
			b.api.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v1/auth/refresh" {
					next.ServeHTTP(w, r)
					return
				}
				w.Header().Set("Content-Type", "application/problem+json")
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = w.Write([]byte(body))
			})
			_, err := b.Me(t.Context())
			if p := wantCode(t, err, portal.Unavailable); strings.Contains(p.Message, "proxy team") {
				t.Errorf("the gateway's words are shown as the portal's: %q", p.Message)
			}
			if n := b.api.count(&b.api.refreshes); n != 0 || b.ring.kept() == "" {
				t.Errorf("%d renewals, kept %q, want none and the session", n, b.ring.kept())
			}
		})
	}
}

func TestSignOutReply(t *testing.T) {
	t.Run("of_a_foreign_page_does_not_count", testSignOutReplyOfAForeignPageDoesNotCount)
}

func testSignOutReplyOfAForeignPageDoesNotCount(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	b.api.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html>Welcome to this network</html>"))
	})
	if err := b.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ended := b.emitted(EventSessionEnded); len(ended) != 1 {
		t.Errorf("got events %+v, want that the portal could not be reached", ended)
	}
}
