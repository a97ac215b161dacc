//go:build !linux

package child

import (
	"os"
	"os/exec"
)

func setAttributes(*exec.Cmd, os.Signal) {}

// Detach changes nothing where commands outlive us anyway.
func Detach(*exec.Cmd) {}
