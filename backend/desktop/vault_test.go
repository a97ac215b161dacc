package desktop

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
	"github.com/zalando/go-keyring"
)

func TestASpentTokenIsRemovedWhereItCannotBeMarked(t *testing.T) {
	ring := &platformKeyring{system: "linux"}
	b := newPlatform(t, ring)
	b.signIn(t)
	b.conn.session.vault.turns.file = "/dev/null/no folder"
	ring.writing = lockedFault()
	b.api.expireAccess()
	if _, err := b.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ring.kept() != "" {
		t.Error("the spent token is still in the keyring")
	}
}

func TestTheEndOfOneSignInLeavesAnothersEntryAlone(t *testing.T) {
	b := newBench(t)
	b.signIn(t)
	if err := b.conn.session.forgetLine(t.Context(), uuid.NewString()); err != nil || b.ring.kept() == "" {
		t.Errorf("%v, kept %q", err, b.ring.kept())
	}
	again := b.another(t, func(o *Options) { o.StateDir = b.options.StateDir })
	if _, err := again.Resume(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestASignInWaitsForAnotherProcessThatRenews(t *testing.T) {
	b := newBench(t)
	var released atomic.Bool
	ring := &watchedKeyring{stored: func() {
		if !released.Load() {
			t.Error("the keyring was written while another process renewed")
		}
	}}
	s := b.another(t, func(o *Options) { o.Keyring = ring }).conn.session
	lock := flock.New(s.lockFile)
	if err := lock.Lock(); err != nil {
		t.Fatal(err)
	}
	b.api.mu.Lock()
	tokens := b.api.tokens()
	b.api.mu.Unlock()
	adopted := make(chan error, 1)
	go func() { adopted <- s.adopt(t.Context(), tokens, "", s.generation()) }()
	// Long enough to be caught by; a sign-in that does wait passes however long this is.
	time.Sleep(30 * time.Millisecond)
	released.Store(true)
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := <-adopted; err != nil {
		t.Error(err)
	}
}

// slowKeyring answers its first reader with what was there when it came.
type slowKeyring struct {
	memoryKeyring
	hold    chan struct{}
	entered chan struct{}
	readers atomic.Int32
}

func (s *slowKeyring) Get(service, account string) (string, error) {
	secret, err := s.memoryKeyring.Get(service, account)
	if s.readers.Add(1) == 1 {
		close(s.entered)
		<-s.hold
	}
	return secret, err
}

func TestWhoSharesAPromptDoesNotShareWhatWasReadBeforeIt(t *testing.T) {
	const api = "https://host"
	ring := &slowKeyring{hold: make(chan struct{}), entered: make(chan struct{})}
	v := newVault(ring, "host", api, time.Minute, turns{})
	before := goodEntry(api, func(e map[string]any) { e["turn"] = 1 })
	after := goodEntry(api, func(e map[string]any) { e["turn"] = 2 })
	if err := ring.Set(keyringService, "host", before); err != nil {
		t.Fatal(err)
	}
	read := make(chan int, 2)
	load := func() {
		kept, err := v.load(t.Context())
		if err != nil {
			t.Error(err)
		}
		read <- kept.Turn
	}
	go load()
	<-ring.entered
	go load()
	time.Sleep(30 * time.Millisecond) // for the second to join the first; one that comes late reads for itself
	if err := ring.Set(keyringService, "host", after); err != nil {
		t.Fatal(err)
	}
	close(ring.hold)
	if first, second := <-read, <-read; max(first, second) != 2 || (ring.readers.Load() > 2 && min(first, second) != 2) {
		t.Errorf("read turns %d and %d", first, second)
	}
}

func TestAHangingKeyringIsAskedOnceHoweverManyComeLater(t *testing.T) {
	ring := &countingKeyring{hold: make(chan struct{}), entered: make(chan struct{}, 100)}
	v := newVault(ring, "host", "https://host", 10*time.Millisecond, turns{})
	if _, err := v.read(t.Context()); ProblemOf(err).Cause != keyringWaiting {
		t.Fatalf("%v", err)
	}
	// Later ones fail at once: this would take hours else.
	v.wait = time.Hour
	for range 20 {
		if _, err := v.read(t.Context()); ProblemOf(err).Cause != keyringWaiting {
			t.Fatalf("%v", err)
		}
	}
	<-ring.entered
	if len(ring.entered) != 0 {
		t.Errorf("%d more calls hang", len(ring.entered))
	}
	close(ring.hold)
	eventually(t, func() bool { return !v.hanging() })
	if _, err := v.read(t.Context()); !errors.Is(err, errNothingKept) {
		t.Errorf("after it answered: %v", err)
	}
}

func TestCallsOfAKeyringTakeTurns(t *testing.T) {
	ring := &countingKeyring{hold: make(chan struct{}), entered: make(chan struct{}, 100)}
	v := newVault(ring, "host", "https://host", time.Hour, turns{})
	first := make(chan error, 1)
	go func() { _, err := v.read(t.Context()); first <- err }()
	<-ring.entered
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := v.read(ctx); !errors.Is(err, context.DeadlineExceeded) || len(ring.entered) != 0 {
		t.Errorf("%v, %d more calls", err, len(ring.entered))
	}
	close(ring.hold)
	if err := <-first; !errors.Is(err, errNothingKept) {
		t.Errorf("the first: %v", err)
	}
}

// countingKeyring hangs and counts who came in.
type countingKeyring struct {
	memoryKeyring
	hold    chan struct{}
	entered chan struct{}
}

func (c *countingKeyring) Get(string, string) (string, error) {
	c.entered <- struct{}{}
	<-c.hold
	return "", keyring.ErrNotFound
}

func TestCancellingASignInDoesNotWaitForAHangingKeyringAndLeavesNothing(t *testing.T) {
	b := newBench(t)
	b.conn.session.vault.wait = time.Hour
	result, link := b.start(t, "google")
	hold := make(chan struct{})
	b.ring.hang(hold)
	target := follow(t, link)
	go func() { _, _ = noRedirects.Get(target.Get("redirect_uri") + "?" + b.answer(target).Encode()) }()
	<-b.ring.waiting
	if err := b.CancelSignIn(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, (<-result).err, Cancelled)
	if b.api.count(&b.api.logouts) != 1 {
		t.Errorf("%d logouts", b.api.logouts)
	}
	// The prompt is answered after all: what the keyring took then is removed again.
	b.ring.hang(nil)
	close(hold)
	eventually(t, func() bool { return b.ring.writes() > 0 && b.ring.kept() == "" })
}

func TestTheWaitForTheKeyringsPasswordAtTheStartCanBeCancelled(t *testing.T) {
	b := newBench(t)
	b.signIn(t)
	hold := make(chan struct{})
	defer close(hold)
	b.ring.hang(hold)
	again := b.another(t)
	resumed := make(chan error, 1)
	go func() {
		_, err := again.Resume(t.Context())
		resumed <- err
	}()
	<-b.ring.waiting
	if err := again.CancelSignIn(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, <-resumed, Cancelled)
}

func TestTheFirstScreenDoesNotWaitForTheKeyringsPassword(t *testing.T) {
	b := newBench(t)
	hold := make(chan struct{})
	defer close(hold)
	b.ring.hang(hold)
	b.conn.session.screenWait = time.Millisecond
	if s := b.Startup(t.Context()); !s.HasSession || s.KeyringProblem != "" {
		t.Errorf("startup %+v", s)
	}
}

func TestASessionOnlyIsKeptWhenTheHangingKeyringAnswersAfterAll(t *testing.T) {
	b := newBench(t)
	b.conn.session.vault.wait = 10 * time.Millisecond
	hold := make(chan struct{})
	b.ring.hang(hold)
	b.signIn(t)
	if told := b.emitted(EventSessionOnly); len(told) != 1 || told[0].(SessionOnly).Cause != keyringWaiting {
		t.Fatalf("told %+v", told)
	}
	b.api.expireAccess()
	if _, err := b.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.conn.session.vault.wait = time.Minute
	b.ring.hang(nil)
	close(hold)
	eventually(t, func() bool { return len(b.emitted(EventSessionOnly)) == 2 })
	if last := b.emitted(EventSessionOnly)[1]; last != (SessionOnly{}) {
		t.Errorf("told %+v", last)
	}
	// Not what it took late, but what is good now.
	if _, err := b.another(t).Resume(t.Context()); err != nil {
		t.Error(err)
	}
}
