// Package child runs programs that must not outlive the program that starts them. Development only.
package child

import (
	"os"
	"os/exec"
	"runtime"
	"time"
)

// Process is a running child.
type Process struct {
	command *exec.Cmd
	done    chan struct{}
}

// Start starts the command outside the terminal's process group, so that Ctrl-C reaches only us; on Linux it gets
// the signal `orphaned` when we die. It runs on a thread of its own that lasts as long as it does, because the system
// sends that signal when the parent's *thread* ends.
func Start(command *exec.Cmd, orphaned os.Signal) (*Process, error) {
	setAttributes(command, orphaned)
	p := &Process{command: command, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := command.Start()
		started <- err
		if err == nil {
			command.Wait() //nolint:errcheck // Code returns how it ended
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Code returns the exit code of a process that has ended, -1 if a signal ended it.
func (p *Process) Code() int {
	<-p.done
	return p.command.ProcessState.ExitCode()
}

// Stop sends one signal after the other, each with that much patience, and in the end the one nothing survives.
func (p *Process) Stop(patience time.Duration, signals ...os.Signal) {
	for _, s := range append(signals, os.Kill) {
		p.command.Process.Signal(s) //nolint:errcheck // it may have ended
		select {
		case <-p.done:
			return
		case <-time.After(patience):
		}
	}
	<-p.done
}
