package desktop

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/portal"
)

// window is an app on the real sessions, in this process.
type window struct {
	*session
	mu       sync.Mutex
	payloads []any
}

func TestRenew(t *testing.T) {
	t.Run("has_these_time_limits", testRenewHasTheseTimeLimits)
	t.Run("survives_lost_responses", testRenewSurvivesLostResponses)
	t.Run("repeats_a_lost_request_for_a_limited_time", testRenewRepeatsALostRequestForALimitedTime)
	t.Run("signs_out_a_restored_computer", testRenewSignsOutARestoredComputer)
	t.Run("accepts_a_keyring_restored_from_a_backup", testRenewAcceptsAKeyringRestoredFromABackup)
	t.Run("does_not_send_a_token_renewed_elsewhere", testRenewDoesNotSendATokenRenewedElsewhere)
	t.Run("measures_the_age_on_this_computer", testRenewMeasuresTheAgeOnThisComputer)
	t.Run("ignores_a_wrong_clock", testRenewIgnoresAWrongClock)
	t.Run("uses_two_clocks", testRenewUsesTwoClocks)
	t.Run("stores_the_new_token_before_it_is_used", testRenewStoresTheNewTokenBeforeItIsUsed)
	t.Run("prompts_again_after_an_hour", testRenewPromptsAgainAfterAnHour)
	t.Run("ends_the_previous_sign_in_of_a_window", testRenewEndsThePreviousSignInOfAWindow)
	t.Run("trusts_the_keyring_without_a_session_file", testRenewTrustsTheKeyringWithoutASessionFile)
	t.Run("adopts_a_session_stored_despite_an_error", testRenewAdoptsASessionStoredDespiteAnError)
	t.Run("sees_a_sign_out_the_keyring_did_not_record", testRenewSeesASignOutTheKeyringDidNotRecord)
}

func testRenewHasTheseTimeLimits(t *testing.T) {
	got := map[string]time.Duration{
		"another process": lockWait, "a refresh": exchangeWait, "between refreshes": exchangePause, "all refreshes": exchangeWithin,
		"a sign-out": logoutWait, "a dismissed prompt": promptPause, "a token's end": renewBefore, "the keyring": keyring.Wait,
		"the first screen": firstScreenWait, "a sign-in": signInLimit, "the network": networkEvery, "sleep": sleepGap,
	}
	want := map[string]time.Duration{
		"another process": 20 * time.Second, "a refresh": 18 * time.Second, "between refreshes": time.Second,
		"all refreshes": 20 * time.Second, "a sign-out": 10 * time.Second, "a dismissed prompt": time.Hour,
		"a token's end": 30 * time.Second, "the keyring": 30 * time.Second, "the first screen": 1500 * time.Millisecond,
		"a sign-in": 5 * time.Minute, "the network": 2 * time.Second, "sleep": 8 * time.Second,
	}
	if !maps.Equal(got, want) || exchangeTries != 3 {
		t.Errorf("got %v and %d tries, want %v and 3", got, exchangeTries, want)
	}
}

func newWindow(t testing.TB, apiURL, state string, ring keyring.Keyring) *window {
	t.Helper()
	address, err := url.Parse(apiURL)
	if err != nil {
		t.Fatal(err)
	}
	w := &window{}
	log := slog.New(slog.DiscardHandler)
	o := Options{StateDir: state, Log: log, Keyring: ring, Settings: Settings{AllowSessionOnly: true}, Emit: func(_ string, payload any) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.payloads = append(w.payloads, payload)
	}}
	w.session = newSession(newAPIClient(apiURL, "window", nil, log), o, apiURL, address.Host, time.Minute)
	w.pause = func(context.Context, time.Duration) error { return nil }
	return w
}

func (w *window) ends() (ended []SessionEnded) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, payload := range w.payloads {
		if e, is := payload.(SessionEnded); is {
			ended = append(ended, e)
		}
	}
	return ended
}

func (w *window) signIn(t testing.TB, tokens portal.Tokens) {
	t.Helper()
	if err := w.adopt(context.Background(), tokens, "", w.endCount()); err != nil {
		t.Fatal(err)
	}
}

func testRenewSurvivesLostResponses(t *testing.T) {
	api := newRealAPI(t, 0)
	ring := &memoryKeyring{}
	w := newWindow(t, api.URL, t.TempDir(), ring)
	w.signIn(t, api.signIn(portal.MSSPAdmin))
	var mu sync.Mutex // of random and lost, for requests that overlap
	random := rand.New(rand.NewPCG(8, 4))
	lost := 0
	api.onStep(func(moment, _ string) bool {
		mu.Lock()
		defer mu.Unlock()
		if moment == "responded" || random.IntN(5) < 3 {
			return true
		}
		lost++
		return false
	})
	renewed := 0
	for range 40 {
		_, err := w.renew(t.Context(), w.currentAccess())
		if err == nil {
			renewed++
		} else if ProblemOf(err).Code != Offline {
			t.Fatalf("after %d renewals: %v", renewed, err)
		}
	}
	api.onStep(nil)
	mu.Lock()
	defer mu.Unlock()
	if lost < 20 || renewed < 20 || len(w.ends()) != 0 {
		t.Errorf("%d lost, %d renewed, got %+v", lost, renewed, w.ends())
	}
	if err := newWindow(t, api.URL, t.TempDir(), ring).resume(t.Context()); err != nil {
		t.Errorf("the next start: %v", err)
	}
}

func testRenewRepeatsALostRequestForALimitedTime(t *testing.T) {
	for _, c := range []struct {
		took time.Duration
		want int
	}{{time.Second, exchangeTries}, {25 * time.Second, 1}} {
		b := newTestApp(t)
		b.signIn(t)
		b.endpoint.session.clock = func() moment { return moment{running: time.Duration(b.api.count(&b.api.refreshes)) * c.took} }
		b.api.mu.Lock()
		b.api.drop = true
		b.api.mu.Unlock()
		_, err := b.endpoint.session.renew(t.Context(), b.endpoint.session.currentAccess())
		wantCode(t, err, Offline)
		if n := b.api.count(&b.api.refreshes); n != c.want {
			t.Errorf("asked %d times when each took %s, want %d", n, c.took, c.want)
		}
	}
}

func testRenewSignsOutARestoredComputer(t *testing.T) {
	api := newRealAPI(t, time.Nanosecond)
	ring, state := &memoryKeyring{}, t.TempDir()
	w := newWindow(t, api.URL, state, ring)
	w.signIn(t, api.signIn(portal.MSSPAdmin))
	snapshot := ring.kept()
	turn, err := os.ReadFile(w.generations.path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.renew(t.Context(), w.currentAccess()); err != nil {
		t.Fatal(err)
	}
	ring.secrets[keyring.Service+" "+w.vault.Account] = snapshot
	if err := os.WriteFile(w.generations.path, turn, 0o600); err != nil {
		t.Fatal(err)
	}
	restored := newWindow(t, api.URL, state, ring)
	err = restored.resume(t.Context())
	p := wantCode(t, err, portal.SessionRevoked)
	if ended := restored.ends(); len(ended) != 1 || ended[0].Message != p.Message || !strings.Contains(p.Message, "ended for safety") {
		t.Errorf("got events %+v", ended)
	}
	if ring.kept() != "" {
		t.Error("the keyring still holds the session")
	}
}

func testRenewAcceptsAKeyringRestoredFromABackup(t *testing.T) {
	api := newRealAPI(t, time.Nanosecond)
	ring, state := &memoryKeyring{}, t.TempDir()
	w := newWindow(t, api.URL, state, ring)
	w.signIn(t, api.signIn(portal.MSSPAdmin))
	backup := ring.kept()
	if _, err := w.renew(t.Context(), w.currentAccess()); err != nil {
		t.Fatal(err)
	}
	ring.secrets[keyring.Service+" "+w.vault.Account] = backup
	next := newWindow(t, api.URL, state, ring)
	wantCode(t, next.resume(t.Context()), SignedOut)
	// The window that renewed it goes on, and mends the keyring.
	if _, err := w.renew(t.Context(), w.currentAccess()); err != nil {
		t.Fatal(err)
	}
	if err := newWindow(t, api.URL, state, ring).resume(t.Context()); err != nil {
		t.Error(err)
	}
}

func testRenewDoesNotSendATokenRenewedElsewhere(t *testing.T) {
	api := newRealAPI(t, time.Nanosecond)
	ring, state := &memoryKeyring{}, t.TempDir()
	first, second := newWindow(t, api.URL, state, ring), newWindow(t, api.URL, state, ring)
	first.signIn(t, api.signIn(portal.MSSPAdmin))
	if err := second.resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	ring.fail(lockedFault())
	_, err := first.renew(t.Context(), first.currentAccess())
	wantCode(t, err, KeyringUnavailable)
	ring.fail(nil)
	if _, err := first.renew(t.Context(), first.currentAccess()); err != nil {
		t.Errorf("after unlocking: %v", err)
	}
}

func testRenewMeasuresTheAgeOnThisComputer(t *testing.T) {
	start := moment{wall: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), running: time.Hour}
	for _, c := range []struct {
		name          string
		wall, running time.Duration
		renews        int
	}{
		{"a minute later", time.Minute, time.Minute, 0},
		{"almost at its end", 9 * time.Minute, 9 * time.Minute, 0},
		{"at its end", 10*time.Minute - renewBefore, 10*time.Minute - renewBefore, 1},
		{"the clock was set back five hours", -5 * time.Hour, time.Minute, 0},
		{"the clock was set back, and it ended", -5 * time.Hour, 11 * time.Minute, 1},
		{"after two hours' sleep", 2 * time.Hour, time.Second, 1},
	} {
		b := newTestApp(t)
		now := start
		b.endpoint.session.clock = func() moment { return now }
		b.signIn(t)
		now = moment{wall: start.wall.Add(c.wall), running: start.running + c.running}
		for range 2 {
			if _, err := b.Me(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n := b.api.count(&b.api.refreshes); n != c.renews {
			t.Errorf("%s: %d renewals, want %d", c.name, n, c.renews)
		}
	}
}

func testRenewIgnoresAWrongClock(t *testing.T) {
	for _, wrong := range []time.Duration{-20 * time.Hour, 20 * time.Hour, 40 * 365 * 24 * time.Hour} {
		b := newTestApp(t)
		b.endpoint.session.clock = func() moment { return moment{wall: time.Now().Add(wrong), running: time.Minute} }
		b.signIn(t)
		if n := b.api.count(&b.api.refreshes); n != 0 {
			t.Errorf("%s: %d renewals", wrong, n)
		}
	}
}

func testRenewUsesTwoClocks(t *testing.T) {
	first := thisMoment()
	second := thisMoment()
	if second.since(first) < 0 || second.running < first.running || time.Since(first.wall) > time.Hour {
		t.Errorf("%+v then %+v", first, second)
	}
	if strings.Contains(first.wall.String(), "m=") {
		t.Error("the wall clock still carries the monotonic one: sleep would go unnoticed")
	}
}

func testRenewStoresTheNewTokenBeforeItIsUsed(t *testing.T) {
	b := newTestApp(t)
	ring := &watchedKeyring{}
	app := b.another(t, func(o *Options) { o.Keyring = ring })
	s := app.endpoint.session
	ring.stored = func() {
		if s.currentAccess() != "" && !strings.Contains(ring.kept(), s.kept.RefreshToken) {
			t.Error("a token was in use before the keyring held it")
		}
		ring.seen = append(ring.seen, s.kept.Generation)
	}
	b.api.mu.Lock()
	tokens := b.api.tokens()
	b.api.mu.Unlock()
	if err := s.adopt(t.Context(), tokens, "", s.endCount()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.renew(t.Context(), s.currentAccess()); err != nil {
		t.Fatal(err)
	}
	// At each write the session in use was still the one before.
	// The second write keeps the request id before it is sent.
	if !slices.Equal(ring.seen, []int{0, 1, 1}) || s.kept.Generation != 2 {
		t.Errorf("in use at the writes: %v, at the end %d", ring.seen, s.kept.Generation)
	}
}

// watchedKeyring tells when a secret is about to be stored.
type watchedKeyring struct {
	memoryKeyring
	stored func()
	seen   []int
}

func (w *watchedKeyring) Set(service, account, secret string) error {
	w.stored()
	return w.memoryKeyring.Set(service, account, secret)
}

func testRenewPromptsAgainAfterAnHour(t *testing.T) {
	b := newTestApp(t)
	now := moment{running: time.Hour}
	b.endpoint.session.clock = func() moment { return now }
	b.ring.fail(lockedFault())
	b.signIn(t)
	b.ring.fail(nil)
	for _, c := range []struct {
		later  time.Duration
		events int
	}{{10 * time.Minute, 1}, {59 * time.Minute, 1}, {time.Hour, 2}} {
		now = moment{running: time.Hour + c.later}
		if _, err := b.endpoint.session.renew(t.Context(), b.endpoint.session.currentAccess()); err != nil {
			t.Fatal(err)
		}
		if got := b.emitted(EventSessionOnly); len(got) != c.events {
			t.Errorf("after %s got %+v", c.later, got)
		}
	}
	if b.ring.kept() == "" {
		t.Error("not kept after all")
	}
}

func testRenewEndsThePreviousSignInOfAWindow(t *testing.T) {
	api := newRealAPI(t, 0)
	w := newWindow(t, api.URL, t.TempDir(), &memoryKeyring{})
	first := api.signIn(portal.MSSPAdmin)
	w.signIn(t, first)
	w.signIn(t, api.signIn(portal.MSPUser))
	grant := portal.RefreshGrant{RefreshToken: first.RefreshToken}
	if _, err := api.sessions.Refresh(t.Context(), grant); ProblemOf(err).Code != portal.SessionRevoked {
		t.Errorf("the first session lives on: %v", err)
	}
}

func testRenewTrustsTheKeyringWithoutASessionFile(t *testing.T) {
	for _, content := range []string{"", "{", `{"line":7}`, strings.Repeat("x", 5000)} {
		b := newTestApp(t)
		b.signIn(t)
		if err := os.WriteFile(b.endpoint.session.generations.path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		again := b.another(t, func(o *Options) { o.StateDir = b.options.StateDir })
		if _, err := again.Resume(t.Context()); err != nil {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func testRenewAdoptsASessionStoredDespiteAnError(t *testing.T) {
	api := newRealAPI(t, time.Nanosecond)
	ring, state := &platformKeyring{system: "linux"}, t.TempDir()
	ring.reading, ring.deleting = errors.New("busy"), errors.New("busy")
	first, second := newWindow(t, api.URL, state, ring), newWindow(t, api.URL, state, ring)
	first.signIn(t, api.signIn(portal.MSSPAdmin))
	ring.reading, ring.deleting = nil, nil
	if err := second.resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := first.renew(t.Context(), first.currentAccess()); err != nil {
		t.Errorf("the first window: %v", err)
	}
}

func testRenewSeesASignOutTheKeyringDidNotRecord(t *testing.T) {
	api := newRealAPI(t, 0)
	ring, state := &platformKeyring{system: "linux"}, t.TempDir()
	first, second := newWindow(t, api.URL, state, ring), newWindow(t, api.URL, state, ring)
	first.signIn(t, api.signIn(portal.MSSPAdmin))
	ring.deleting = errors.New("busy")
	if err := second.signOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := first.renew(t.Context(), first.currentAccess())
	wantCode(t, err, SignedOut)
	if len(first.ends()) != 1 {
		t.Errorf("got events %+v", first.ends())
	}
}
