//go:build !linux

package keyring

import (
	"errors"
	"os/exec"
	"runtime"
)

// reachable returns nil: Windows and macOS always have a keyring.
func reachable() error { return nil }

// itemNotFound is the exit code of macOS' security for a missing entry: the last byte of errSecItemNotFound.
const itemNotFound = 44

// identify returns ErrNotFound for the exit code of a missing entry. The library recognises it by its text, which
// depends on the system's language.
func identify(err error) error {
	var ended *exec.ExitError
	if runtime.GOOS == "darwin" && errors.As(err, &ended) && ended.ExitCode() == itemNotFound {
		return ErrNotFound
	}
	return err
}
