//go:build !linux

package child

import (
	"os"
	"os/exec"
)

func setAttributes(*exec.Cmd, os.Signal) {}
