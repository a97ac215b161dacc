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

// Detach lets a command that is not started yet live on after us, in a session of its own, which Ctrl-C does not reach.
func Detach(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
