package keyring

import (
	"time"

	system "github.com/zalando/go-keyring"
)

const (
	// Service is the name of the app's entries in the keyring.
	Service = "fs-client-portal"
	// Wait is how long a call may take: long enough to type the keyring's password.
	Wait = 30 * time.Second
	// maxSecret is the limit of the smallest keyring, that of Windows. An entry has about 350 bytes.
	maxSecret = 2560
)

var (
	// ErrNotFound is the error of a Keyring that has no such entry.
	ErrNotFound = system.ErrNotFound
	// ErrTooBig is the error of a Keyring for a secret that is too long.
	ErrTooBig = system.ErrSetDataTooBig
)

// Keyring is the operating system's store of secrets. Tests have implementations of their own.
type Keyring interface {
	Get(service, account string) (string, error)
	Set(service, account, secret string) error
	Delete(service, account string) error
}

// System is the keyring of the operating system.
type System struct{}

// Get returns a secret, or ErrNotFound.
func (System) Get(service, account string) (string, error) {
	if err := reachable(); err != nil {
		return "", err
	}
	secret, err := system.Get(service, account)
	return secret, identify(err)
}

// Set stores a secret.
func (System) Set(service, account, secret string) error {
	if err := reachable(); err != nil {
		return err
	}
	return identify(system.Set(service, account, secret))
}

// Delete removes a secret. The error is ErrNotFound if there is none.
func (System) Delete(service, account string) error {
	if err := reachable(); err != nil {
		return err
	}
	return identify(system.Delete(service, account))
}
