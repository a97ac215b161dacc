package child

import (
	"bufio"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

func start(t *testing.T, script string) *Process {
	t.Helper()
	command := exec.Command("sh", "-c", script)
	ready, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Start(command, syscall.SIGTERM)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Stop(time.Minute) })
	if lines := bufio.NewScanner(ready); !wait.Do(t, time.Minute, "the shell to start", lines.Scan) {
		t.Fatalf("the shell ended before its first line: %v", lines.Err())
	}
	return p
}

func TestStop(t *testing.T) {
	t.Run("sends_next_signal_if_one_is_ignored", testStopSendsNextSignalIfOneIsIgnored)
	t.Run("kills_child_that_ignores_signals", testStopKillsChildThatIgnoresSignals)
}

func testStopSendsNextSignalIfOneIsIgnored(t *testing.T) {
	p := start(t, `trap 'exit 7' TERM; trap '' INT; echo; while :; do sleep 0.01; done`)
	p.Stop(wait.Timeout(300*time.Millisecond), os.Interrupt, syscall.SIGTERM)
	if p.Code() != 7 {
		t.Errorf("it ended with %d", p.Code())
	}
}

func testStopKillsChildThatIgnoresSignals(t *testing.T) {
	p := start(t, `trap '' TERM; echo; while :; do sleep 0.01; done`)
	p.Stop(50*time.Millisecond, syscall.SIGTERM)
	if p.Code() != -1 {
		t.Errorf("it ended with %d", p.Code())
	}
}

func TestStart(t *testing.T) {
	t.Run("reports_missing_program", func(t *testing.T) {
		if _, err := Start(exec.Command("/nowhere/at-all"), syscall.SIGTERM); err == nil {
			t.Error("it started")
		}
	})
}
