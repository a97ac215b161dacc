package keyring

import (
	"errors"
	"testing"
)

// examined is a keyring of one entry that notes the accounts it is called with.
type examined struct {
	accounts map[string]bool
	entry    string
	setErr   error
	getErr   error
	getPanic bool
}

func (e *examined) note(account string) {
	if e.accounts == nil {
		e.accounts = map[string]bool{}
	}
	e.accounts[account] = true
}

func (e *examined) Get(_, account string) (string, error) {
	e.note(account)
	if e.getPanic {
		panic("broken")
	}
	return e.entry, e.getErr
}

func (e *examined) Set(_, account, secret string) error {
	e.note(account)
	if e.setErr == nil {
		e.entry = secret
	}
	return e.setErr
}

func (e *examined) Delete(_, account string) error {
	e.note(account)
	if e.entry == "" {
		return ErrNotFound
	}
	e.entry = ""
	return nil
}

func TestExamine(t *testing.T) {
	for name, test := range map[string]struct {
		ring  *examined
		cause string
	}{
		"accepts_a_keyring_that_works":     {&examined{}, ""},
		"reports_one_that_refuses":         {&examined{setErr: &Fault{Refused, "x", errors.New("x")}}, Refused},
		"reports_one_that_does_not_return": {&examined{getErr: ErrNotFound}, Locked},
		"reports_one_that_panics":          {&examined{getPanic: true}, Failed},
	} {
		t.Run(name, func(t *testing.T) {
			err := Examine(test.ring, "linux")
			var fault *Error
			if test.cause == "" && err != nil || test.cause != "" && (!errors.As(err, &fault) || fault.Cause != test.cause) {
				t.Errorf("got %v, want cause %q", err, test.cause)
			}
			if test.ring.entry != "" || len(test.ring.accounts) != 1 || !test.ring.accounts[testAccount] {
				t.Errorf("entry %q is left, accounts %v were used, want none and %q", test.ring.entry, test.ring.accounts, testAccount)
			}
		})
	}
}
