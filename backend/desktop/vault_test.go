package desktop

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

func TestASpentTokenIsRemovedWhereItCannotBeMarked(t *testing.T) {
	ring := &platformKeyring{system: "linux"}
	b := newPlatform(t, ring)
	b.signIn(t)
	b.conn.session.vault.turns.file = "/dev/null/no folder"
	ring.writing = secretServiceWords("Cannot create an item in a locked collection")
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
