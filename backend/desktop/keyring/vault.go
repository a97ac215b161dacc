package keyring

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

var (
	// ErrEmpty is the error of Load for a keyring without an entry.
	ErrEmpty     = errors.New("the keyring holds no session")
	errTimeout   = errors.New("the keyring did not respond in time")
	errDismissed = errors.New("the keyring's prompt was dismissed and the entry was not stored")
)

// Config says where a Vault keeps the session.
type Config struct {
	Keyring Keyring
	Account string
	// FormerAccounts are the accounts that older versions of the app may have used.
	FormerAccounts []string
	// SameOrigin reports whether an entry's API has the origin of the API in use.
	SameOrigin func(api string) bool
	// Check returns an error for a session that must not be used.
	Check func(Session) error
	// Wait limits every call.
	Wait time.Duration
	// System is the operating system that the messages are for; empty means the running one.
	System string
	// LateWrite is called when a write has ended after its time limit. It may have had its effect. It may be nil.
	LateWrite func()
}

// Vault keeps one API's session in the keyring. A keyring may wait for its password without end. Therefore no caller
// waits longer than Wait, and while a call hangs, further calls fail at once.
type Vault struct {
	Config
	// slot holds the call under way.
	slot  chan struct{}
	reads singleflight.Group
	mu    sync.Mutex
	hangs bool
}

// NewVault returns a Vault. It does not touch the keyring.
func NewVault(c Config) *Vault {
	if c.System == "" {
		c.System = runtime.GOOS
	}
	if c.LateWrite == nil {
		c.LateWrite = func() {}
	}
	return &Vault{Config: c, slot: make(chan struct{}, 1)}
}

// Load returns the stored session. The error is ErrEmpty, ErrBroken, ErrNewer, one of Check, the context's, or an
// *Error. Concurrent callers share the keyring's prompt but not its result, because another process may have written
// meanwhile.
func (v *Vault) Load(ctx context.Context) (Session, error) {
	read := func() (any, error) { return v.read(context.WithoutCancel(ctx)) }
	select {
	case result := <-v.reads.DoChan("load", read):
		s, _ := result.Val.(Session)
		if result.Shared && result.Err == nil {
			return v.read(ctx)
		}
		return s, result.Err
	case <-ctx.Done():
		return Session{}, ctx.Err()
	}
}

func (v *Vault) read(ctx context.Context) (Session, error) {
	var secret string
	err := v.call(ctx, func() (err error) {
		secret, err = v.Keyring.Get(Service, v.Account)
		if errors.Is(err, ErrNotFound) {
			secret, err = v.moveFormer()
		}
		return err
	})
	switch {
	case errors.Is(err, ErrNotFound):
		return Session{}, ErrEmpty
	case err != nil && ctx.Err() != nil:
		return Session{}, ctx.Err()
	case err != nil:
		return Session{}, Describe(v.System, err)
	}
	s, err := Parse(secret, v.SameOrigin)
	if err != nil {
		return Session{}, err
	}
	return s, v.Check(s)
}

// moveFormer moves a session from a former account to the present one and returns it. The error is ErrNotFound if there
// is none.
func (v *Vault) moveFormer() (string, error) {
	for _, account := range v.FormerAccounts {
		secret, err := v.Keyring.Get(Service, account)
		if err != nil {
			continue
		}
		if _, err := Parse(secret, v.SameOrigin); err != nil {
			continue
		}
		if err := v.Keyring.Set(Service, v.Account, secret); err != nil {
			return "", err
		}
		return secret, v.Keyring.Delete(Service, account)
	}
	return "", ErrNotFound
}

// Store replaces the entry and reads it back, because on Linux a dismissed prompt looks like success. An entry of a
// newer version of the app is not replaced. The error is the context's or an *Error.
func (v *Vault) Store(ctx context.Context, s Session) error {
	secret, err := json.Marshal(s)
	if err != nil {
		return err
	}
	err = v.write(ctx, func() error {
		if err := v.writable(); err != nil {
			return err
		}
		if err := v.Keyring.Set(Service, v.Account, string(secret)); err != nil {
			return err
		}
		stored, err := v.Keyring.Get(Service, v.Account)
		if err == nil && stored != string(secret) {
			err = errDismissed
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		return Describe(v.System, err)
	}
	return err
}

// writable returns ErrNewer if the entry is of a newer version of the app, and the error of a locked keyring, which
// would only prompt again.
func (v *Vault) writable() error {
	secret, err := v.Keyring.Get(Service, v.Account)
	switch {
	case err == nil && isNewer(secret):
		return ErrNewer
	case err != nil && !errors.Is(err, ErrNotFound) && causeOf(v.System, err) == Locked:
		return err
	}
	return nil
}

// Remove deletes the entry, unless keep reports true for its session or it is of a newer version of the app. It returns
// nil if there is no entry, otherwise the error is an *Error.
func (v *Vault) Remove(ctx context.Context, keep func(Session) bool) error {
	err := v.write(ctx, func() error {
		secret, err := v.Keyring.Get(Service, v.Account)
		if err == nil {
			s, err := Parse(secret, v.SameOrigin)
			if err == nil && keep(s) || errors.Is(err, ErrNewer) {
				return nil
			}
		} else if causeOf(v.System, err) == Locked {
			// Deleting would only prompt again; or there is nothing to delete.
			return err
		}
		if err := v.Keyring.Delete(Service, v.Account); err != nil {
			return err
		}
		if _, err := v.Keyring.Get(Service, v.Account); err == nil {
			return errDismissed
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Describe(v.System, err)
	}
	return nil
}

// call makes one call of the keyring and waits for it, at most as long as Wait.
func (v *Vault) call(ctx context.Context, do func() error) error {
	return v.await(ctx, do, func() {})
}

// write is call for a call that changes the keyring.
func (v *Vault) write(ctx context.Context, do func() error) error {
	return v.await(ctx, do, func() { v.LateWrite() })
}

func (v *Vault) await(ctx context.Context, do func() error, late func()) error {
	if v.hanging() {
		return errTimeout
	}
	timer := time.NewTimer(v.Wait)
	defer timer.Stop()
	select {
	case v.slot <- struct{}{}:
	case <-timer.C:
		return errTimeout
	case <-ctx.Done():
		return ctx.Err()
	}
	done := make(chan error, 1)
	go func() {
		done <- recovered(do)
		if v.finish() {
			late()
		}
	}()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return v.abandon(done, errTimeout)
	case <-ctx.Done():
		return v.abandon(done, ctx.Err())
	}
}

func (v *Vault) hanging() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.hangs
}

// abandon stops waiting for a call, unless it has just ended.
func (v *Vault) abandon(done <-chan error, why error) error {
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

// finish frees the slot and reports whether the call had been abandoned.
func (v *Vault) finish() (abandoned bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	abandoned = v.hangs
	v.hangs = false
	<-v.slot
	return abandoned
}

func recovered(do func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the keyring library failed: %v", cause)
		}
	}()
	return do()
}
