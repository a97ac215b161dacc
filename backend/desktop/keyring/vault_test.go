package keyring

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// holdingKeyring has one entry. Its first read waits until hold is closed, and returns what was there when it began.
type holdingKeyring struct {
	secret atomic.Value
	hold   chan struct{}
	reads  atomic.Int32
}

func newHoldingKeyring() *holdingKeyring { return &holdingKeyring{hold: make(chan struct{})} }

// Get is called in a bubble of synctest only.
func (k *holdingKeyring) Get(string, string) (string, error) {
	secret, stored := k.secret.Load().(string)
	if k.reads.Add(1) == 1 {
		<-k.hold
	}
	if !stored {
		return "", ErrNotFound
	}
	return secret, nil
}

func (k *holdingKeyring) Set(_, _, secret string) error { k.secret.Store(secret); return nil }
func (k *holdingKeyring) Delete(string, string) error   { return ErrNotFound }

func newTestVault(k Keyring, wait time.Duration) *Vault {
	return NewVault(Config{
		Keyring: k, Account: "host", SameOrigin: isTestAPI, Check: func(Session) error { return nil }, Wait: wait,
	})
}

func causeIn(err error) string {
	if unusable := (*Error)(nil); errors.As(err, &unusable) {
		return unusable.Cause
	}
	return ""
}

func TestVault(t *testing.T) {
	t.Run("shares_a_prompt_but_not_its_result", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ring := newHoldingKeyring()
			v := newTestVault(ring, time.Minute)
			_ = ring.Set("", "", entry(t, map[string]any{"turn": 1}))
			loaded := make(chan int, 2)
			for range 2 {
				go func() {
					s, err := v.Load(t.Context())
					if err != nil {
						t.Error(err)
					}
					loaded <- s.Generation
				}()
				synctest.Wait()
			}
			_ = ring.Set("", "", entry(t, map[string]any{"turn": 2}))
			close(ring.hold)
			if a, b := <-loaded, <-loaded; a != 2 || b != 2 {
				t.Errorf("got generations %d and %d, want 2 and 2", a, b)
			}
		})
	})
	t.Run("makes_no_second_call_while_one_hangs", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ring := newHoldingKeyring()
			v := newTestVault(ring, time.Hour)
			for range 20 {
				if _, err := v.read(t.Context()); causeIn(err) != Waiting {
					t.Fatalf("got %v, want cause %s", err, Waiting)
				}
			}
			if got := ring.reads.Load(); got != 1 {
				t.Errorf("got %d calls of the keyring, want 1", got)
			}
			close(ring.hold)
			synctest.Wait()
			if _, err := v.read(t.Context()); !errors.Is(err, ErrEmpty) {
				t.Errorf("after the call returned: got %v, want %v", err, ErrEmpty)
			}
		})
	})
	t.Run("makes_one_call_at_a_time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ring := newHoldingKeyring()
			v := newTestVault(ring, time.Hour)
			first := make(chan error, 1)
			go func() { _, err := v.read(t.Context()); first <- err }()
			synctest.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, err := v.read(ctx); !errors.Is(err, context.DeadlineExceeded) || ring.reads.Load() != 1 {
				t.Errorf("got %v and %d calls, want %v and 1", err, ring.reads.Load(), context.DeadlineExceeded)
			}
			close(ring.hold)
			if err := <-first; !errors.Is(err, ErrEmpty) {
				t.Errorf("the first call: got %v, want %v", err, ErrEmpty)
			}
		})
	})
	t.Run("survives_a_panic_of_the_library", func(t *testing.T) {
		err := newTestVault(newHoldingKeyring(), time.Minute).call(t.Context(), func() error { panic("assertion") })
		if got := causeOf("linux", err); err == nil || got != Failed {
			t.Errorf("got %v, cause %s, want %s", err, got, Failed)
		}
	})
}

func TestMessages(t *testing.T) {
	for system, texts := range messages {
		t.Run(system, func(t *testing.T) {
			seen := map[string]bool{}
			for _, cause := range []string{Absent, Missing, Locked, Waiting, TooBig, Refused, Failed} {
				got := texts[cause]
				if seen[got] || !strings.HasSuffix(got, "to stay signed in.") || strings.Contains(got, "!") ||
					strings.Count(got, ".") != 2 {
					t.Errorf("%s: got %q, want two sentences of its own that end with the next step", cause, got)
				}
				seen[got] = true
			}
		})
	}
}
