package keyring

import (
	"crypto/rand"
)

// testAccount is the account of Examine's entry. It has a blank, which the account of an API, a host, never has.
const testAccount = "self test"

// Examine stores an entry of its own, reads it back and removes it, without a prompt where the keyring reports that it
// is locked. system is the operating system that the messages are for. The error is an *Error.
func Examine(ring Keyring, system string) error {
	err := recovered(func() error { return examine(ring) })
	if err != nil {
		return Describe(system, err)
	}
	return nil
}

func examine(ring Keyring) (err error) {
	if looker, looks := ring.(interface{ Look() error }); looks {
		if err := looker.Look(); err != nil {
			return err
		}
	}
	secret := rand.Text()
	defer func() {
		removed := ring.Delete(Service, testAccount)
		if err == nil {
			err = removed
		}
	}()
	if err := ring.Set(Service, testAccount, secret); err != nil {
		return err
	}
	stored, err := ring.Get(Service, testAccount)
	if err == nil && stored != secret {
		err = errDismissed
	}
	return err
}
