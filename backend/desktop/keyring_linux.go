package desktop

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

var errNoBus = errors.New("no D-Bus session bus")

// reachable reports a session without D-Bus. The library would start a bus of its own that nobody ends, and
// that has no keyring either.
func reachable() error {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return nil
	}
	run := os.Getenv("XDG_RUNTIME_DIR")
	if run == "" {
		run = fmt.Sprintf("/run/user/%d", os.Getuid())
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(filepath.Join(run, name)); err == nil {
			return nil
		}
	}
	return errNoBus
}
