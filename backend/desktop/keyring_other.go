//go:build !linux

package desktop

import (
	"errors"
	"os/exec"
	"runtime"

	"github.com/zalando/go-keyring"
)

// reachable: Windows and macOS always have a keyring to ask.
func reachable() error { return nil }

// itemNotFound is how macOS' security ends where there is no such entry: the last byte of errSecItemNotFound.
const itemNotFound = 44

// identify returns ErrNotFound for the exit code that means it. The library knows it by its text, which is in the
// system's language.
func identify(err error) error {
	var ended *exec.ExitError
	if runtime.GOOS == "darwin" && errors.As(err, &ended) && ended.ExitCode() == itemNotFound {
		return keyring.ErrNotFound
	}
	return err
}
