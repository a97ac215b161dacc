package desktop

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"

	"fs-client-portal/backend/desktop/keyring"
	"fs-client-portal/backend/testkit/wait"
)

func TestStoredSession(t *testing.T) {
	t.Run("is_removed_if_it_cannot_be_marked", testStoredSessionIsRemovedIfItCannotBeMarkedAsOutdated)
	t.Run("survives_the_end_of_another_sign_in", testStoredSessionSurvivesTheEndOfAnotherSignIn)
	t.Run("waits_for_the_renewal_of_another_process", testStoredSessionIsWrittenAfterTheRenewalOfAnotherProcess)
	t.Run("is_removed_after_a_cancel_at_the_prompt", testStoredSessionIsRemovedAfterACancelAtThePrompt)
	t.Run("is_not_waited_for_after_a_cancel", testStoredSessionIsNotWaitedForAfterACancel)
	t.Run("does_not_delay_the_first_screen", testStoredSessionDoesNotDelayTheFirstScreen)
	t.Run("is_stored_when_a_hanging_keyring_responds", testStoredSessionIsStoredWhenAHangingKeyringResponds)
}

func testStoredSessionIsRemovedIfItCannotBeMarkedAsOutdated(t *testing.T) {
	ring := &platformKeyring{system: "linux"}
	b := newPlatform(t, ring)
	b.signIn(t)
	b.endpoint.session.generations.path = "/dev/null/no folder"
	ring.writing = lockedFault()
	b.api.expireAccess()
	if _, err := b.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ring.kept() != "" {
		t.Error("the spent token is still in the keyring")
	}
}

func testStoredSessionSurvivesTheEndOfAnotherSignIn(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	if err := b.endpoint.session.removeFamily(t.Context(), uuid.NewString()); err != nil || b.ring.kept() == "" {
		t.Errorf("%v, kept %q", err, b.ring.kept())
	}
	again := b.another(t, func(o *Options) { o.StateDir = b.options.StateDir })
	if _, err := again.Resume(t.Context()); err != nil {
		t.Error(err)
	}
}

func testStoredSessionIsWrittenAfterTheRenewalOfAnotherProcess(t *testing.T) {
	b := newTestApp(t)
	var released atomic.Bool
	ring := &watchedKeyring{stored: func() {
		if !released.Load() {
			t.Error("the keyring was written while another process renewed")
		}
	}}
	s := b.another(t, func(o *Options) { o.Keyring = ring }).endpoint.session
	lock := flock.New(s.lockFile)
	if err := lock.Lock(); err != nil {
		t.Fatal(err)
	}
	b.api.mu.Lock()
	tokens := b.api.tokens()
	b.api.mu.Unlock()
	// In the bubble, Wait returns once the sign-in waits for the lock, or has gone on without it.
	synctest.Test(t, func(t *testing.T) {
		adopted := make(chan error, 1)
		go func() { adopted <- s.adopt(t.Context(), tokens, "", s.endCount()) }()
		synctest.Wait()
		released.Store(true)
		if err := lock.Unlock(); err != nil {
			t.Fatal(err)
		}
		if err := <-adopted; err != nil {
			t.Error(err)
		}
	})
}

func testStoredSessionIsRemovedAfterACancelAtThePrompt(t *testing.T) {
	b := newTestApp(t)
	b.endpoint.session.vault.Wait = time.Hour
	result, link := b.start(t, "google")
	hold := make(chan struct{})
	b.ring.hang(t, hold)
	target := follow(t, link)
	go func() { _, _ = noRedirects.Get(target.Get("redirect_uri") + "?" + b.response(target).Encode()) }()
	b.ring.awaitCall(t)
	if err := b.CancelSignIn(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, ended(t, result).err, Cancelled)
	if b.api.count(&b.api.logouts) != 1 {
		t.Errorf("%d logouts", b.api.logouts)
	}
	// The user accepts the prompt after all: what the keyring took then is removed again.
	b.ring.hang(t, nil)
	close(hold)
	eventually(t, "the late write to be removed", func() bool { return b.ring.writes() > 0 && b.ring.kept() == "" })
}

func testStoredSessionIsNotWaitedForAfterACancel(t *testing.T) {
	b := newTestApp(t)
	b.signIn(t)
	hold := make(chan struct{})
	defer close(hold)
	b.ring.hang(t, hold)
	again := b.another(t)
	resumed := make(chan error, 1)
	go func() {
		_, err := again.Resume(t.Context())
		resumed <- err
	}()
	b.ring.awaitCall(t)
	if err := again.CancelSignIn(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, wait.For(t, time.Minute, "the start to end", resumed), Cancelled)
}

func testStoredSessionDoesNotDelayTheFirstScreen(t *testing.T) {
	b := newTestApp(t)
	hold := make(chan struct{})
	defer close(hold)
	b.ring.hang(t, hold)
	b.endpoint.session.screenWait = time.Millisecond
	if s := b.Startup(t.Context()); !s.HasSession || s.KeyringProblem != "" {
		t.Errorf("got startup %+v", s)
	}
}

func testStoredSessionIsStoredWhenAHangingKeyringResponds(t *testing.T) {
	b := newTestApp(t)
	b.endpoint.session.vault.Wait = 10 * time.Millisecond
	hold := make(chan struct{})
	b.ring.hang(t, hold)
	b.signIn(t)
	if got := b.emitted(EventSessionOnly); len(got) != 1 || got[0].(SessionOnly).Cause != keyring.Waiting {
		t.Fatalf("got events %+v", got)
	}
	b.api.expireAccess()
	if _, err := b.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.endpoint.session.vault.Wait = time.Minute
	b.ring.hang(t, nil)
	close(hold)
	eventually(t, "the session to be stored", func() bool { return len(b.emitted(EventSessionOnly)) == 2 })
	if last := b.emitted(EventSessionOnly)[1]; last != (SessionOnly{}) {
		t.Errorf("got events %+v", last)
	}
	// Not what it took late, but what is good now.
	if _, err := b.another(t).Resume(t.Context()); err != nil {
		t.Error(err)
	}
}
