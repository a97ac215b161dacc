package embedded

import (
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// process is a running postgres.
type process struct {
	command *exec.Cmd
	done    chan struct{}
}

// startProcess starts the command on a thread of its own that lasts as long as it does: the signal a child gets when
// its parent dies is sent when the parent's *thread* ends.
func startProcess(command *exec.Cmd) (*process, error) {
	p := &process{command: command, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := command.Start()
		started <- err
		if err == nil {
			command.Wait() //nolint:errcheck // how it ended stands in its log
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// stop asks for PostgreSQL's fast shutdown, and for the immediate one if that takes long.
func (p *process) stop() error {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		p.command.Process.Signal(s) //nolint:errcheck // it may have ended
		select {
		case <-p.done:
			return nil
		case <-time.After(10 * time.Second):
		}
	}
	<-p.done
	return nil
}
