package desktop

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
)

// before puts a handler before the fake API. The API handles what it does not.
func (f *fakeAPI) before(respond func(http.ResponseWriter, *http.Request) bool) {
	next := f.Config.Handler
	f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !respond(w, r) {
			next.ServeHTTP(w, r)
		}
	})
}

// dataCalls are calls of the screens that read or change what the API keeps.
var dataCalls = map[string]func(context.Context, *testApp) error{
	"the overview": func(ctx context.Context, b *testApp) error { _, err := b.Overview(ctx); return err },
	"a list":       func(ctx context.Context, b *testApp) error { _, err := b.Users(ctx, portal.UserQuery{}); return err },
	"one thing":    func(ctx context.Context, b *testApp) error { _, err := b.Client(ctx, uuid.NewString()); return err },
	"a change": func(ctx context.Context, b *testApp) error {
		_, err := b.ChangeUser(ctx, uuid.NewString(), portal.UserChange{Active: new(false)})
		return err
	},
	"an end": func(ctx context.Context, b *testApp) error { return b.EndSession(ctx, uuid.NewString()) },
}

func TestRole(t *testing.T) {
	t.Run("end_of_the_session_signs_out_at_any_call", testRoleEndOfTheSessionSignsOutAtAnyCall)
	t.Run("change_renews_the_tokens_and_tells_the_screens", testRoleChangeRenewsTheTokensAndTellsTheScreens)
	t.Run("is_unchanged_by_expired_tokens", testRoleIsUnchangedByExpiredTokens)
	t.Run("removed_grant_is_dropped", testRoleRemovedGrantIsDropped)
	t.Run("shown_grant_is_named_by_every_call", testRoleShownGrantIsNamedByEveryCall)
	t.Run("shown_grant_is_dropped_when_removed", testRoleShownGrantIsDroppedWhenRemoved)
	t.Run("shown_grant_ends_with_the_session", testRoleShownGrantEndsWithTheSession)
}

func testRoleEndOfTheSessionSignsOutAtAnyCall(t *testing.T) {
	for code, status := range map[portal.Code]int{portal.SessionRevoked: http.StatusUnauthorized,
		portal.Deactivated: http.StatusForbidden} {
		sentence := "The API's own words for " + string(code) + "."
		for name, call := range dataCalls {
			b := newTestApp(t)
			b.signIn(t)
			b.api.before(func(w http.ResponseWriter, _ *http.Request) bool {
				refuse(w, status, portal.Errorf(code, "%s", sentence))
				return true
			})
			wantCode(t, call(t.Context(), b), code)
			ended := b.emitted(EventSessionEnded)
			if len(ended) != 1 || ended[0].(SessionEnded) != (SessionEnded{Code: code, Message: sentence}) {
				t.Errorf("%s, %s: got events %+v", code, name, ended)
			}
			if b.ring.kept() != "" {
				t.Errorf("%s, %s: the keyring still holds the session", code, name)
			}
		}
	}
}

func testRoleChangeRenewsTheTokensAndTellsTheScreens(t *testing.T) {
	for name, call := range dataCalls {
		b := newTestApp(t)
		b.signIn(t)
		stale := b.endpoint.session.currentAccess()
		b.api.before(func(w http.ResponseWriter, r *http.Request) bool {
			switch {
			case strings.HasPrefix(r.URL.Path, "/v1/auth/"):
				return false
			case strings.HasSuffix(r.Header.Get("Authorization"), stale):
				refuse(w, http.StatusUnauthorized, portal.Errorf(portal.GrantChanged, "Your role has changed."))
			default:
				reply(w, http.StatusOK, map[string]any{})
			}
			return true
		})
		if err := call(t.Context(), b); err != nil {
			t.Errorf("%s: %v, want the response under the new role", name, err)
		}
		if got := b.emitted(EventRoleChanged); len(got) != 1 {
			t.Errorf("%s: got events %v, want one role change", name, got)
		}
		if err := call(t.Context(), b); err != nil || len(b.emitted(EventRoleChanged)) != 1 || len(b.emitted(EventSessionEnded)) != 0 {
			t.Errorf("%s: afterwards %v, events %v", name, err, b.emitted(EventRoleChanged))
		}
	}
}

func testRoleIsUnchangedByExpiredTokens(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	b.api.expireAccess()
	if _, err := b.Me(t.Context()); err != nil || len(b.emitted(EventRoleChanged)) != 0 {
		t.Errorf("%v, events %v", err, b.emitted(EventRoleChanged))
	}
}

func testRoleRemovedGrantIsDropped(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	lost := uuid.NewString()
	if _, err := b.UseGrant(t.Context(), lost); err != nil {
		t.Fatal(err)
	}
	var refused atomic.Int64
	b.api.before(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.Header.Get("Portal-Grant") == lost:
			refused.Add(1)
			refuse(w, http.StatusUnauthorized, portal.Errorf(portal.GrantChanged, "Your role has changed."))
		case r.URL.Path == "/v1/clients":
			reply(w, http.StatusOK, portal.ClientPage{Total: 7})
		default:
			return false
		}
		return true
	})
	_, err := b.Clients(t.Context(), portal.ClientQuery{})
	wantCode(t, err, portal.GrantChanged)
	if len(b.emitted(EventRoleChanged)) != 1 {
		t.Error("got no event that asks the screens to load the user")
	}
	me, err := b.Me(t.Context())
	if err != nil || me.Grant.ID == lost {
		t.Fatalf("who is signed in: %+v, %v", me.Grant, err)
	}
	tries := refused.Load()
	if page, err := b.Clients(t.Context(), portal.ClientQuery{}); err != nil || page.Total != 7 || refused.Load() != tries {
		t.Errorf("the list has %d, %v after %d tries under the lost grant", page.Total, err, refused.Load()-tries)
	}
}

// respondAs makes the API reply to /v1/me with the grant that current returns, unless the request names another, and
// returns the grant that the last other request named.
func (b *testApp) respondAs(current func() string) (named func() string) {
	var last atomic.Value
	b.api.before(func(w http.ResponseWriter, r *http.Request) bool {
		name := r.Header.Get("Portal-Grant")
		switch {
		case strings.HasPrefix(r.URL.Path, "/v1/auth/"):
			return false
		case r.URL.Path != "/v1/me":
			last.Store(name)
			reply(w, http.StatusOK, map[string]any{})
		case name != "" && name != current():
			refuse(w, http.StatusUnauthorized, portal.Errorf(portal.GrantChanged, "Your role has changed."))
		default:
			grant := portal.Grant{ID: current(), Role: portal.MSSPAdmin}
			reply(w, http.StatusOK, portal.NewMe(testUser, grant, []portal.Grant{grant}))
		}
		return true
	})
	return func() string { name, _ := last.Load().(string); return name }
}

func testRoleShownGrantIsNamedByEveryCall(t *testing.T) {
	b := newTestApp(t)
	shown := uuid.NewString()
	named := b.respondAs(func() string { return shown })
	b.signIn(t)
	for name, call := range dataCalls {
		if err := call(t.Context(), b); err != nil || named() != shown {
			t.Errorf("%s: got grant %q, %v, want %q", name, named(), err, shown)
		}
	}
	var kept keyring.Session
	if err := json.Unmarshal([]byte(b.ring.kept()), &kept); err != nil || kept.GrantID != "" {
		t.Errorf("got %q kept as the user's choice, %v, want none", kept.GrantID, err)
	}
}

func testRoleShownGrantIsDroppedWhenRemoved(t *testing.T) {
	b := newTestApp(t)
	var current atomic.Value
	current.Store(uuid.NewString())
	named := b.respondAs(func() string { return current.Load().(string) })
	b.signIn(t)
	current.Store(uuid.NewString())
	if me, err := b.Me(t.Context()); err != nil || me.Grant.ID != current.Load() {
		t.Fatalf("got grant %q, %v, want %q", me.Grant.ID, err, current.Load())
	}
	if _, err := b.Overview(t.Context()); err != nil || named() != current.Load() {
		t.Errorf("afterwards got grant %q, %v, want %q", named(), err, current.Load())
	}
}

func testRoleShownGrantEndsWithTheSession(t *testing.T) {
	b := newTestApp(t)
	var shown atomic.Value
	shown.Store(uuid.NewString())
	b.respondAs(func() string { return shown.Load().(string) })
	b.signIn(t)
	if err := b.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := b.endpoint.session.grant(); got != "" {
		t.Errorf("after the sign-out got grant %q, want none", got)
	}
	shown.Store(uuid.NewString())
	b.signIn(t)
	if got := b.endpoint.session.grant(); got != shown.Load() {
		t.Errorf("after another sign-in got grant %q, want %q", got, shown.Load())
	}
}
