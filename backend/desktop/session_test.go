package desktop

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	system "github.com/zalando/go-keyring"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

func TestSession(t *testing.T) {
	t.Run("is_resumed_at_the_next_start", testSessionIsResumedAtTheNextStart)
	t.Run("is_absent_at_the_first_start", testSessionIsAbsentAtTheFirstStart)
	t.Run("of_a_provider_forbidden_since_is_ended", testSessionOfAProviderForbiddenSinceIsEnded)
	t.Run("renews_a_refused_access_token", testSessionRenewsARefusedAccessToken)
	t.Run("renews_an_access_token_before_it_expires", testSessionRenewsAnAccessTokenBeforeItExpires)
	t.Run("renews_once_for_concurrent_calls", testSessionRenewsOnceForConcurrentCalls)
	t.Run("is_renewed_by_two_windows_in_turn", testSessionIsRenewedByTwoWindowsInTurn)
	t.Run("renews_although_one_caller_gives_up", testSessionRenewsAlthoughOneCallerGivesUp)
	t.Run("ends_with_a_reason_after_a_refused_renewal", testSessionEndsWithAReasonAfterARefusedRenewal)
	t.Run("survives_a_foreign_network", testSessionSurvivesAForeignNetwork)
	t.Run("sign_out_ends_it_on_server_and_keyring", testSessionSignOutEndsItOnServerAndKeyring)
	t.Run("sign_out_before_resume_ends_it", testSessionSignOutBeforeResumeEndsIt)
	t.Run("sign_out_offline_empties_the_keyring", testSessionSignOutOfflineEmptiesTheKeyring)
	t.Run("sign_out_is_not_undone_by_a_renewal", testSessionSignOutIsNotUndoneByARenewal)
	t.Run("without_keyring_lasts_for_this_run", testSessionWithoutKeyringLastsForThisRun)
	t.Run("that_must_be_stored_opens_no_browser", testSessionThatMustBeStoredOpensNoBrowserWithoutKeyring)
	t.Run("that_cannot_be_stored_is_ended_everywhere", testSessionThatCannotBeStoredIsEndedEverywhere)
	t.Run("does_not_wait_for_a_password_without_end", testSessionDoesNotWaitForAPasswordWithoutEnd)
	t.Run("uses_and_remembers_another_grant", testSessionUsesAndRemembersAnotherGrant)
	t.Run("drops_a_removed_grant", testSessionDropsARemovedGrant)
	t.Run("has_this_name_in_the_keyring", testSessionHasThisNameInTheKeyring)
}

func testSessionIsResumedAtTheNextStart(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	again := b.another(t)
	if s := again.Startup(t.Context()); !s.HasSession || s.KeyringProblem != "" || s.APIURL != b.api.URL {
		t.Errorf("got startup %+v", s)
	}
	me, err := again.Resume(t.Context())
	if err != nil || me.User.ID != testUser.ID {
		t.Fatalf("%+v %v", me, err)
	}
	if len(b.browser) != 0 {
		t.Error("the browser was opened")
	}
}

func testSessionOfAProviderForbiddenSinceIsEnded(t *testing.T) {
	for _, allowed := range [][]string{nil, {"google"}, {"entra", "google"}} {
		b := newTestApp(t)
		b.signIn(t)
		if _, err := b.another(t, func(o *Options) { o.Settings.Providers = allowed }).Resume(t.Context()); err != nil {
			t.Errorf("with %v allowed: got %v, want the session of a sign-in with Google", allowed, err)
		}
	}
	b := newTestApp(t)
	b.signIn(t)
	again := b.another(t, func(o *Options) { o.Settings.Providers = []string{"entra"} })
	_, err := again.Resume(t.Context())
	wantCode(t, err, SignedOut)
	if message := ProblemOf(err).Message; !strings.Contains(message, "no longer allows") {
		t.Errorf("got the message %q, want that policy no longer allows it", message)
	}
	if s := again.Startup(t.Context()); s.HasSession {
		t.Error("the keyring still has the session")
	}
	if _, err := again.Me(t.Context()); !hasCode(err, SignedOut) {
		t.Errorf("got %v, want signed_out", err)
	}
}

func testSessionIsAbsentAtTheFirstStart(t *testing.T) {
	b := newTestApp(t)
	if s := b.Startup(t.Context()); s.HasSession || s.KeyringProblem != "" {
		t.Errorf("got startup %+v", s)
	}
	_, err := b.Resume(t.Context())
	wantCode(t, err, SignedOut)
	if len(b.events) != 0 {
		t.Errorf("events %v", b.events)
	}
}

func testSessionRenewsARefusedAccessToken(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	before := b.ring.kept()
	b.api.expireAccess()
	if _, err := b.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.api.count(&b.api.refreshes) != 1 || b.ring.kept() == before {
		t.Errorf("%d renewals, keyring changed: %v", b.api.refreshes, b.ring.kept() != before)
	}
}

func testSessionRenewsAnAccessTokenBeforeItExpires(t *testing.T) {
	b := newTestApp(t)
	b.api.expiresIn = 30
	b.signIn(t)
	if n := b.api.count(&b.api.refreshes); n != 1 {
		t.Errorf("%d renewals, want 1: a token of 30 seconds is too old to send", n)
	}
}

func testSessionRenewsOnceForConcurrentCalls(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	b.api.expireAccess()
	b.api.held = make(chan struct{})
	var group sync.WaitGroup
	errs := make([]error, 40)
	for i := range errs {
		group.Go(func() { _, errs[i] = b.Me(t.Context()) })
	}
	close(b.api.held)
	wait.Group(t, time.Minute, "forty calls", &group)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if n := b.api.count(&b.api.refreshes); n != 1 {
		t.Errorf("%d renewals", n)
	}
}

func testSessionIsRenewedByTwoWindowsInTurn(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	var group sync.WaitGroup
	errs := make([]error, 8)
	state := t.TempDir()
	for i := range errs {
		other := b.another(t, func(o *Options) { o.StateDir = state })
		group.Go(func() {
			other.endpoint.session.vault.Wait = time.Minute
			errs[i] = other.endpoint.session.resume(t.Context())
		})
	}
	wait.Group(t, 2*time.Minute, "eight renewals", &group)
	// Each renewed with the token the one before left in the keyring: the API takes none twice.
	if err := errors.Join(errs...); err != nil || b.api.count(&b.api.refreshes) != len(errs) {
		t.Fatalf("%v after %d renewals", err, b.api.refreshes)
	}
}

func testSessionRenewsAlthoughOneCallerGivesUp(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	b.api.expireAccess()
	b.api.held = make(chan struct{})
	ctx, giveUp := context.WithCancel(t.Context())
	first, second := make(chan error, 1), make(chan error, 1)
	token := b.endpoint.session.currentAccess()
	go func() { _, err := b.endpoint.session.renew(ctx, token); first <- err }()
	go func() { _, err := b.endpoint.session.renew(t.Context(), token); second <- err }()
	giveUp()
	if err := wait.For(t, time.Minute, "the caller that gave up", first); !errors.Is(err, context.Canceled) {
		t.Errorf("the caller that gave up got %v", err)
	}
	close(b.api.held)
	if err := wait.For(t, time.Minute, "the other caller", second); err != nil {
		t.Errorf("the other got %v", err)
	}
}

func testSessionEndsWithAReasonAfterARefusedRenewal(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	b.api.expireAccess()
	b.api.refuseRefresh = portal.Errorf(portal.SessionRevoked, "")
	_, err := b.Me(t.Context())
	wantCode(t, err, portal.SessionRevoked)
	ended := b.emitted(EventSessionEnded)
	if len(ended) != 1 || ended[0].(SessionEnded).Code != portal.SessionRevoked || ended[0].(SessionEnded).Message == "" {
		t.Errorf("events %v", ended)
	}
	if b.ring.kept() != "" {
		t.Error("the keyring still holds the session")
	}
	_, err = b.Me(t.Context())
	wantCode(t, err, SignedOut)
}

func testSessionSurvivesAForeignNetwork(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	again := b.another(t)
	proxy := false
	handler := b.api.Config.Handler
	b.api.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if proxy {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusForbidden)
			return
		}
		handler.ServeHTTP(w, r)
	})
	proxy = true
	_, err := again.Resume(t.Context())
	wantCode(t, err, portal.Unavailable)
	if b.ring.kept() == "" || len(b.emitted(EventSessionEnded)) != 0 {
		t.Fatal("a proxy's 403 ended the session")
	}
	proxy = false
	if _, err := again.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func testSessionSignOutEndsItOnServerAndKeyring(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	if err := b.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.api.count(&b.api.logouts) != 1 || b.ring.kept() != "" {
		t.Errorf("%d logouts, keyring %q", b.api.logouts, b.ring.kept())
	}
	_, err := b.Me(t.Context())
	wantCode(t, err, SignedOut)
	if _, err := b.another(t).Resume(t.Context()); ProblemOf(err).Code != SignedOut {
		t.Errorf("a second start got %v", err)
	}
}

func testSessionSignOutBeforeResumeEndsIt(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	if err := b.another(t).SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.api.count(&b.api.logouts) != 1 || b.ring.kept() != "" {
		t.Errorf("%d logouts, keyring %q", b.api.logouts, b.ring.kept())
	}
}

func testSessionSignOutOfflineEmptiesTheKeyring(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	b.api.Close()
	if err := b.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ended := b.emitted(EventSessionEnded); len(ended) != 1 || ended[0].(SessionEnded).Code != Offline {
		t.Errorf("events %v", ended)
	}
	if b.ring.kept() != "" {
		t.Error("the keyring still holds the session")
	}
}

func testSessionSignOutIsNotUndoneByARenewal(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	s := b.endpoint.session
	endings := s.endCount()
	s.clear()
	if err := s.removeFamily(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	b.api.mu.Lock()
	late := b.api.tokens()
	b.api.mu.Unlock()
	wantCode(t, s.adopt(t.Context(), late, "", endings), SignedOut)
	if b.ring.kept() != "" || b.api.count(&b.api.logouts) != 1 {
		t.Errorf("keyring %q, %d logouts", b.ring.kept(), b.api.logouts)
	}
}

func testSessionWithoutKeyringLastsForThisRun(t *testing.T) {
	b := newTestApp(t)
	b.ring.fail(&keyring.Fault{Cause: keyring.Absent, Err: io.EOF})
	if s := b.Startup(t.Context()); s.HasSession || s.KeyringProblem == "" {
		t.Errorf("got startup %+v", s)
	}
	b.signIn(t)
	if len(b.emitted(EventSessionOnly)) != 1 {
		t.Errorf("events %v", b.events)
	}
	b.api.expireAccess()
	if _, err := b.Me(t.Context()); err != nil {
		t.Fatalf("the session did not renew from memory: %v", err)
	}
	_, err := b.another(t).Resume(t.Context())
	wantCode(t, err, KeyringUnavailable)
}

func testSessionThatMustBeStoredOpensNoBrowserWithoutKeyring(t *testing.T) {
	b := newTestApp(t, func(o *Options) { o.Settings.AllowSessionOnly = false })
	b.ring.fail(&keyring.Fault{Cause: keyring.Absent, Err: io.EOF})
	_, err := b.SignIn(t.Context(), string(portal.Google))
	p := wantCode(t, err, KeyringUnavailable)
	if !strings.Contains(p.Message, "organisation") || !strings.Contains(p.Message, "Start GNOME Keyring") || len(b.browser) != 0 {
		t.Errorf("got events %q, %d browsers", p.Message, len(b.browser))
	}
}

func testSessionThatCannotBeStoredIsEndedEverywhere(t *testing.T) {
	b := newTestApp(t, func(o *Options) { o.Settings.AllowSessionOnly = false })
	result, link := b.start(t, portal.Google)
	b.ring.fail(keyring.ErrTooBig)
	target := follow(t, link)
	page := get(t, target.Get("redirect_uri")+"?"+b.response(target).Encode())
	wantCode(t, ended(t, result).err, KeyringUnavailable)
	if !strings.Contains(page.body, "could not be kept") || b.api.count(&b.api.logouts) != 1 {
		t.Errorf("page %s, %d logouts", page.body, b.api.logouts)
	}
	_, err := b.Me(t.Context())
	wantCode(t, err, SignedOut)
}

func testSessionDoesNotWaitForAPasswordWithoutEnd(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	hold := make(chan struct{})
	b.ring.hang(t, hold)
	again := b.another(t)
	again.endpoint.session.vault.Wait = 10 * time.Millisecond
	if _, err := again.Resume(t.Context()); ProblemOf(err).Code != KeyringUnavailable {
		t.Errorf("resumed with %v", err)
	}
	close(hold)
	eventually(t, "the keyring to respond", func() bool {
		_, err := again.endpoint.session.vault.Load(t.Context())
		return ProblemOf(err).Cause != keyring.Waiting
	})
	if _, err := again.Resume(t.Context()); err != nil {
		t.Errorf("after the password: %v", err)
	}
}

func testSessionUsesAndRemembersAnotherGrant(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	grant := uuid.NewString()
	me, err := b.UseGrant(t.Context(), grant)
	if err != nil || me.Grant.ID != grant {
		t.Fatalf("%+v %v", me, err)
	}
	if me, err = b.Me(t.Context()); err != nil || me.Grant.ID != grant {
		t.Errorf("afterwards %q %v", me.Grant.ID, err)
	}
	if me, err = b.another(t).Resume(t.Context()); err != nil || me.Grant.ID != grant {
		t.Errorf("after a restart %q %v", me.Grant.ID, err)
	}
	_, err = b.UseGrant(t.Context(), "../../me")
	wantCode(t, err, portal.NotFound)
}

func testSessionDropsARemovedGrant(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	gone := uuid.NewString()
	if _, err := b.UseGrant(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	handler := b.api.Config.Handler
	b.api.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Portal-Grant") == gone {
			refuse(w, 403, portal.Errorf(portal.GrantChanged, "No longer yours."))
			return
		}
		handler.ServeHTTP(w, r)
	})
	me, err := b.Me(t.Context())
	if err != nil || me.Grant.ID != "" {
		t.Fatalf("%+v %v", me.Grant, err)
	}
	var kept keyring.Session
	if err := json.Unmarshal([]byte(b.ring.kept()), &kept); err != nil || kept.GrantID != "" || kept.RefreshToken == "" {
		t.Errorf("got keyring entry %+v", kept)
	}
}

func testSessionHasThisNameInTheKeyring(t *testing.T) {
	system.MockInit()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
	b := newTestApp(t, func(o *Options) { o.Keyring = keyring.System{} })
	b.signIn(t)
	host := strings.TrimPrefix(b.api.URL, "http://")
	if secret, err := system.Get("fs-client-portal", host); err != nil || !strings.Contains(secret, "refresh_token") {
		t.Errorf("%q %v", secret, err)
	}
	if err := b.SignOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := system.Get("fs-client-portal", host); !errors.Is(err, keyring.ErrNotFound) {
		t.Errorf("after the sign-out: %v", err)
	}
}
