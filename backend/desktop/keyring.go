package desktop

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
	"golang.org/x/sync/singleflight"
)

const (
	keyringService = "fs-client-portal"
	// keyringWait is long enough for somebody to type the keyring's password.
	keyringWait = 30 * time.Second
)

// Keyring is the operating system's store of secrets; tests bring their own.
type Keyring interface {
	Get(service, account string) (string, error)
	Set(service, account, secret string) error
	Delete(service, account string) error
}

// SystemKeyring is the keyring of the operating system.
type SystemKeyring struct{}

// Get answers a secret, keyring.ErrNotFound where there is none.
func (SystemKeyring) Get(service, account string) (string, error) {
	return keyring.Get(service, account)
}

// Set stores a secret.
func (SystemKeyring) Set(service, account, secret string) error {
	return keyring.Set(service, account, secret)
}

// Delete forgets a secret, keyring.ErrNotFound where there is none.
func (SystemKeyring) Delete(service, account string) error {
	return keyring.Delete(service, account)
}

var (
	errNothingKept    = errors.New("the keyring holds no session")
	errKeyringTimeout = errors.New("the keyring did not answer")
	errNotKept        = errors.New("the keyring was dismissed and kept nothing")
)

// keptSession is all that outlives the app: what renews the session, and which grant was in use. Windows takes
// 2,560 bytes at most; this is some 150.
type keptSession struct {
	RefreshToken string `json:"refresh_token"`
	UserID       string `json:"user_id"`
	GrantID      string `json:"grant_id,omitempty"`
}

// vault keeps one API's session in the keyring. A keyring may wait for its password for ever, so no call
// waits longer than wait; the abandoned one ends with the prompt.
type vault struct {
	ring    Keyring
	account string
	wait    time.Duration
	reads   singleflight.Group
}

// load answers the kept session, errNothingKept where there is none. Readers that come while one waits for
// the keyring's password share its answer, and so its prompt.
func (v *vault) load() (keptSession, error) {
	answer := <-v.reads.DoChan("load", func() (any, error) {
		return guarded(v.wait, func() (string, error) { return v.ring.Get(keyringService, v.account) })
	})
	if errors.Is(answer.Err, keyring.ErrNotFound) {
		return keptSession{}, errNothingKept
	}
	if answer.Err != nil {
		return keptSession{}, keyringProblem(answer.Err)
	}
	var kept keptSession
	if json.Unmarshal([]byte(answer.Val.(string)), &kept) != nil || kept.RefreshToken == "" {
		return keptSession{}, errNothingKept
	}
	return kept, nil
}

// store replaces the kept session and reads it back: on Linux a dismissed prompt looks like success.
func (v *vault) store(kept keptSession) error {
	secret, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	_, err = guarded(v.wait, func() (struct{}, error) {
		if err := v.ring.Set(keyringService, v.account, string(secret)); err != nil {
			return struct{}{}, err
		}
		back, err := v.ring.Get(keyringService, v.account)
		if err == nil && back != string(secret) {
			err = errNotKept
		}
		return struct{}{}, err
	})
	if err != nil {
		return keyringProblem(err)
	}
	return nil
}

// clear forgets the kept session; that there was none is as good.
func (v *vault) clear() error {
	_, err := guarded(v.wait, func() (struct{}, error) {
		return struct{}{}, v.ring.Delete(keyringService, v.account)
	})
	if err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return keyringProblem(err)
	}
	return nil
}

func guarded[T any](wait time.Duration, call func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if broken := recover(); broken != nil {
				a.err = fmt.Errorf("the keyring library failed: %v", broken)
			}
			answers <- a
		}()
		a.value, a.err = call()
	}()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case a := <-answers:
		return a.value, a.err
	case <-timer.C:
		var none T
		return none, errKeyringTimeout
	}
}

// keyringProblem says which of the few ways a keyring fails this is. The keyring's own words are not for the
// user, and differ on every system.
func keyringProblem(err error) *Problem {
	text := strings.ToLower(err.Error())
	says := func(words ...string) bool {
		for _, word := range words {
			if strings.Contains(text, word) {
				return true
			}
		}
		return false
	}
	switch {
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return problem(KeyringUnavailable, "The session is too big for this computer's keyring.")
	case errors.Is(err, errKeyringTimeout):
		return problem(KeyringUnavailable, "The keyring did not answer. It may be waiting for its password.")
	case errors.Is(err, errNotKept), errors.Is(err, keyring.ErrNotFound),
		says("unlock", "locked", "dismiss", "cancel", "interaction is not allowed"):
		return problem(KeyringUnavailable, "The keyring is locked. Unlock it and try again.")
	}
	return problem(KeyringUnavailable, "This computer has no keyring that can be used.")
}
