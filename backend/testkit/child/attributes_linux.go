package child

import (
	"os"
	"os/exec"
	"syscall"
)

func setAttributes(command *exec.Cmd, orphaned os.Signal) {
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	command.SysProcAttr.Setpgid = true
	command.SysProcAttr.Pdeathsig = orphaned.(syscall.Signal)
}
