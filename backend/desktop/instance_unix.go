//go:build !windows

package desktop

import (
	"os"
	"syscall"
)

// StartAnew puts a fresh run of the app in the place of this process, whose window library can open one window only.
func StartAnew() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(program, os.Args, os.Environ())
}

func askToEnd(process *os.Process) error { return process.Signal(syscall.SIGTERM) }
