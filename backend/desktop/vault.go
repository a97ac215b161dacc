package desktop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/zalando/go-keyring"
	"golang.org/x/sync/singleflight"
)

var (
	errNothingKept    = errors.New("the keyring holds no session")
	errKeyringTimeout = errors.New("the keyring did not answer")
	errNotKept        = errors.New("the keyring was dismissed and kept nothing")
)

// vault keeps one API's session in the keyring. A keyring may wait for its password for ever, so nobody waits
// longer than wait, and no second call is made while one hangs: later ones fail at once.
type vault struct {
	ring         Keyring
	account, api string
	// former are the accounts under which older versions of the app may have kept the session.
	former []string
	wait   time.Duration
	turns  turns
	// system is whose keyring this is, for the words of what goes wrong.
	system string
	// late is told when a call nobody waited for any more has ended, and may have done what it was to do.
	late func()

	// slot holds the one call under way.
	slot  chan struct{}
	reads singleflight.Group
	mu    sync.Mutex
	hangs bool
}

func newVault(ring Keyring, account, api string, wait time.Duration, t turns) *vault {
	return &vault{ring: ring, account: account, api: api, wait: wait, turns: t, system: runtime.GOOS,
		late: func() {}, slot: make(chan struct{}, 1)}
}

// load returns the kept session; errNothingKept where there is none, errBroken, errLeftBehind or errOver where
// what there is must not be used, errNewer where only a newer version of the app can read it, else a *Problem. Readers that come while one waits for the keyring's password share its
// prompt, but not its answer: another process may have written meanwhile.
func (v *vault) load(ctx context.Context) (keptSession, error) {
	read := func() (any, error) { return v.read(context.WithoutCancel(ctx)) }
	select {
	case answer := <-v.reads.DoChan("load", read):
		kept, _ := answer.Val.(keptSession)
		if answer.Shared && answer.Err == nil {
			return v.read(ctx)
		}
		return kept, answer.Err
	case <-ctx.Done():
		return keptSession{}, ctx.Err()
	}
}

func (v *vault) read(ctx context.Context) (keptSession, error) {
	var secret string
	err := v.ask(ctx, func() (err error) {
		secret, err = v.ring.Get(keyringService, v.account)
		if errors.Is(err, keyring.ErrNotFound) {
			secret, err = v.inherit()
		}
		return err
	})
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return keptSession{}, errNothingKept
	case err != nil && ctx.Err() != nil:
		return keptSession{}, ctx.Err()
	case err != nil:
		return keptSession{}, keyringProblem(v.system, err)
	}
	kept, err := parseKept(secret, v.api)
	if err != nil {
		return keptSession{}, err
	}
	return kept, v.turns.check(kept)
}

// inherit moves the session that an older version of the app kept under another spelling of the API's host to where it
// belongs. It finds keyring.ErrNotFound where there is none.
func (v *vault) inherit() (string, error) {
	for _, account := range v.former {
		secret, err := v.ring.Get(keyringService, account)
		if err != nil {
			continue
		}
		if _, err := parseKept(secret, v.api); err != nil {
			continue
		}
		if err := v.ring.Set(keyringService, v.account, secret); err != nil {
			return "", err
		}
		return secret, v.ring.Delete(keyringService, account)
	}
	return "", keyring.ErrNotFound
}

// store replaces the kept session and reads it back: on Linux a dismissed prompt looks like success. What a newer version
// of the app keeps there stays: errNewer.
func (v *vault) store(ctx context.Context, kept keptSession) error {
	secret, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	err = v.change(ctx, func() error {
		if err := v.guardNewer(); err != nil {
			return err
		}
		if err := v.ring.Set(keyringService, v.account, string(secret)); err != nil {
			return err
		}
		back, err := v.ring.Get(keyringService, v.account)
		if err == nil && back != string(secret) {
			err = errNotKept
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		return keyringProblem(v.system, err)
	}
	return err
}

// guardNewer returns errNewer where a newer version of the app keeps its session, and the problem of a keyring that would
// only ask for its password once more.
func (v *vault) guardNewer() error {
	held, err := v.ring.Get(keyringService, v.account)
	switch {
	case err == nil && isNewer(held):
		return errNewer
	case err != nil && !errors.Is(err, keyring.ErrNotFound) && keyringCause(v.system, err) == keyringLocked:
		return err
	}
	return nil
}

// remove empties the keyring, but for a session that spare wants kept, and one of a newer version of the app. That there was none is as good.
func (v *vault) remove(ctx context.Context, spare func(keptSession) bool) error {
	err := v.change(ctx, func() error {
		secret, err := v.ring.Get(keyringService, v.account)
		if err == nil {
			kept, err := parseKept(secret, v.api)
			if err == nil && spare(kept) || errors.Is(err, errNewer) {
				return nil
			}
		} else if keyringCause(v.system, err) == keyringLocked {
			// Deleting would only ask for the password once more; or there is nothing to delete.
			return err
		}
		if err := v.ring.Delete(keyringService, v.account); err != nil {
			return err
		}
		if _, err := v.ring.Get(keyringService, v.account); err == nil {
			return errNotKept
		}
		return nil
	})
	if err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return keyringProblem(v.system, err)
	}
	return nil
}

func spareNone(keptSession) bool { return false }

// sparing keeps what a window may still have use for: one that renewed a session mends what was left behind.
func (v *vault) sparing(kept keptSession) bool { return !errors.Is(v.turns.check(kept), errOver) }

// ask makes one call of the keyring, in turn, and waits for it as long as it may.
func (v *vault) ask(ctx context.Context, call func() error) error {
	return v.await(ctx, call, func() {})
}

// change is ask for a call that writes.
func (v *vault) change(ctx context.Context, call func() error) error {
	return v.await(ctx, call, func() { v.late() })
}

func (v *vault) await(ctx context.Context, call func() error, late func()) error {
	if v.hanging() {
		return errKeyringTimeout
	}
	timer := time.NewTimer(v.wait)
	defer timer.Stop()
	select {
	case v.slot <- struct{}{}:
	case <-timer.C:
		return errKeyringTimeout
	case <-ctx.Done():
		return ctx.Err()
	}
	done := make(chan error, 1)
	go func() {
		done <- recovered(call)
		if v.finish() {
			late()
		}
	}()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return v.abandon(done, errKeyringTimeout)
	case <-ctx.Done():
		return v.abandon(done, ctx.Err())
	}
}

func (v *vault) hanging() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.hangs
}

// abandon leaves the call to itself, unless it has just ended.
func (v *vault) abandon(done <-chan error, why error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	select {
	case err := <-done:
		return err
	default:
		v.hangs = true
		return why
	}
}

// finish makes room for the next call, and reports whether this one had been abandoned.
func (v *vault) finish() (abandoned bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	abandoned = v.hangs
	v.hangs = false
	<-v.slot
	return abandoned
}

func recovered(call func() error) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("the keyring library failed: %v", broken)
		}
	}()
	return call()
}
