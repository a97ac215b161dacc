package desktop

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

// instanceVariable makes the test binary an instance of the app in the folder it names, as a process of its own.
const instanceVariable = "FSPORTAL_TEST_INSTANCE"

func init() {
	dir := os.Getenv(instanceVariable)
	if dir == "" {
		return
	}
	instance, err := takeInstance(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		panic(err)
	}
	mode, _ := os.ReadFile(filepath.Join(dir, "mode"))
	go instance.Serve(InstanceWindow{
		Raise: func(ctx context.Context) error {
			if string(mode) == "hangs" {
				<-ctx.Done()
			}
			return ctx.Err()
		},
		Drawn: func() bool { return string(mode) != "starting" },
		Open:  func(link string) { _, _ = os.Stdout.WriteString(link + "\n") },
	})
	_, _ = os.Stdout.WriteString("open\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// startOther starts an instance in a process of its own and waits until it is one.
func startOther(t *testing.T, dir, mode, program string) *exec.Cmd {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "mode"), []byte(mode), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program)
	command.Env = append(os.Environ(), instanceVariable+"="+dir)
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	lines := bufio.NewScanner(out)
	if !wait.Do(t, time.Minute, "the other instance to open", lines.Scan) || lines.Text() != "open" {
		t.Fatalf("the other instance did not open: %q %v", lines.Text(), lines.Err())
	}
	return command
}

func TestInstance(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	never := func() bool { t.Error("the user was asked"); return false }
	t.Run("the_first_start_is_the_instance", func(t *testing.T) {
		instance, err := startInstance(t.TempDir(), "", log, never, neverLate)
		if err != nil || instance == nil {
			t.Fatalf("got %v, %v", instance, err)
		}
		instance.Close()
	})
	t.Run("a_second_start_shows_the_window_and_ends", func(t *testing.T) {
		dir := t.TempDir()
		startOther(t, dir, "shows", os.Args[0])
		if instance, err := startInstance(dir, "", log, never, neverLate); err != nil || instance != nil {
			t.Errorf("got %v, %v, want to end", instance, err)
		}
	})
	t.Run("a_window_that_is_still_opening_does_not_hang", func(t *testing.T) {
		dir := t.TempDir()
		startOther(t, dir, "starting", os.Args[0])
		if instance, err := startInstance(dir, "", log, never, neverLate); err != nil || instance != nil {
			t.Errorf("got %v, %v, want to end", instance, err)
		}
	})
	t.Run("a_crashed_instance_leaves_nothing_in_the_way", func(t *testing.T) {
		dir := t.TempDir()
		other := startOther(t, dir, "shows", os.Args[0])
		if err := other.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = other.Wait()
		instance, err := startInstance(dir, "", log, never, neverLate)
		if err != nil || instance == nil {
			t.Fatalf("got %v, %v", instance, err)
		}
		instance.Close()
	})
	t.Run("a_folder_that_cannot_be_written_keeps_nobody_from_starting", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if instance, err := startInstance(filepath.Join(file, "state"), "", log, never, neverLate); err == nil || instance != nil {
			t.Errorf("got %v, %v, want an error", instance, err)
		}
	})
}

func TestHungInstance(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	const soon = 100 * time.Millisecond
	hung := func(t *testing.T, mode string) (dir string, other *exec.Cmd) {
		dir = t.TempDir()
		other = startOther(t, dir, mode, os.Args[0])
		return dir, other
	}
	for _, c := range []struct {
		name string
		hang func(*testing.T) (string, *exec.Cmd)
	}{
		{"is_ended_if_the_user_wants", func(t *testing.T) (string, *exec.Cmd) { return hung(t, "hangs") }},
		{"is_ended_though_it_is_stopped", func(t *testing.T) (string, *exec.Cmd) {
			dir, other := hung(t, "shows")
			if err := other.Process.Signal(syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the instance to stop", func() bool { return stopped(other.Process.Pid) })
			return dir, other
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, other := c.hang(t)
			asked := 0
			instance, err := startInstance(dir, "", log, func() bool { asked++; return true }, soon)
			if !errors.Is(err, ErrEnded) || instance != nil || asked != 1 {
				t.Fatalf("got %v, %v after %d questions, want %v after one", instance, err, asked, ErrEnded)
			}
			_ = wait.Do(t, time.Minute, "the hung instance to end", other.Wait)
			again, err := takeInstance(dir, log)
			if err != nil {
				t.Fatalf("its place is not free: %v", err)
			}
			again.Close()
		})
	}
	t.Run("is_one_whose_reply_is_another", func(t *testing.T) {
		dir := t.TempDir()
		listener, err := net.Listen("unix", instanceSocket(dir))
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		go func() {
			if conn, err := listener.Accept(); err == nil {
				_, _ = conn.Read(make([]byte, 64)) // a close before the request would end its write
				_, _ = conn.Write([]byte("lowered\n"))
				_ = conn.Close()
			}
		}()
		if err := raiseOther(dir, raiseRequest, neverLate); err == nil || !strings.Contains(err.Error(), "unknown reply") {
			t.Errorf("got %v, want that the reply is unknown", err)
		}
	})
	t.Run("is_logged", func(t *testing.T) {
		dir, _ := hung(t, "hangs")
		var text bytes.Buffer
		_, _ = startInstance(dir, "", slog.New(slog.NewTextHandler(&text, nil)), func() bool { return false }, soon)
		if !strings.Contains(text.String(), "the app that is open does not respond") {
			t.Errorf("logged %q", text.String())
		}
	})
	t.Run("is_never_this_process", func(t *testing.T) {
		dir := t.TempDir()
		instance, err := takeInstance(dir, log)
		if err != nil {
			t.Fatal(err)
		}
		defer instance.Close()
		if err := endOther(dir, log); err == nil || !strings.Contains(err.Error(), "is not another app") {
			t.Errorf("got %v, want that it is not another app", err)
		}
	})
	t.Run("is_left_alone_if_the_user_does_not", func(t *testing.T) {
		dir, other := hung(t, "hangs")
		if instance, err := startInstance(dir, "", log, func() bool { return false }, soon); err != nil || instance != nil {
			t.Errorf("got %v, %v, want to end", instance, err)
		}
		if err := other.Process.Signal(syscall.Signal(0)); err != nil {
			t.Errorf("it was ended: %v", err)
		}
	})
	t.Run("is_not_ended_if_it_runs_another_program", func(t *testing.T) {
		dir := t.TempDir()
		other := startOther(t, dir, "hangs", copyOf(t, os.Args[0]))
		_, err := startInstance(dir, "", log, func() bool { return true }, soon)
		var kept *NotEnded
		if !errors.As(err, &kept) || !strings.Contains(err.Error(), "another program") {
			t.Errorf("got %v, want that it runs another program", err)
		}
		if err := other.Process.Signal(syscall.Signal(0)); err != nil {
			t.Errorf("it was ended: %v", err)
		}
	})
	t.Run("is_not_ended_if_nobody_listens", func(t *testing.T) {
		dir, _ := hung(t, "hangs")
		if err := os.Remove(instanceSocket(dir)); err != nil {
			t.Fatal(err)
		}
		var kept *NotEnded
		if _, err := startInstance(dir, "", log, func() bool { return true }, soon); !errors.As(err, &kept) {
			t.Errorf("got %v, want that it cannot be ended", err)
		}
	})
}

// startShell runs a script that prints a line when it has begun. exited is closed when it has ended.
func startShell(t *testing.T, script string) (process *exec.Cmd, exited func() bool) {
	t.Helper()
	command := exec.Command("/bin/sh", "-c", script)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if lines := bufio.NewScanner(out); !wait.Do(t, time.Minute, "the shell to start", lines.Scan) {
		t.Fatalf("the shell ended before its first line: %v", lines.Err())
	}
	over := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(over)
	}()
	t.Cleanup(func() {
		_ = command.Process.Kill()
		wait.Signal(t, time.Minute, "the shell to end", over)
	})
	return command, func() bool {
		select {
		case <-over:
			return true
		default:
			return false
		}
	}
}

func TestEndProcess(t *testing.T) {
	t.Run("lets_it_end_by_itself", func(t *testing.T) {
		command, exited := startShell(t, `trap "sleep 0.2; exit 7" TERM; echo; while :; do sleep 0.02; done`)
		if err := endProcess(command.Process, neverLate, neverLate, exited); err != nil || command.ProcessState.ExitCode() != 7 {
			t.Errorf("got %v and exit code %d, want the program's own 7", err, command.ProcessState.ExitCode())
		}
	})
	t.Run("makes_it_end_where_it_does_not", func(t *testing.T) {
		command, exited := startShell(t, `trap "" TERM; echo; while :; do sleep 0.02; done`)
		if err := endProcess(command.Process, 50*time.Millisecond, neverLate, exited); err != nil || !exited() {
			t.Errorf("got %v, want it to have ended", err)
		}
	})
	t.Run("says_that_it_did_not", func(t *testing.T) {
		command, _ := startShell(t, `echo; while :; do sleep 0.02; done`)
		never := func() bool { return false }
		if err := endProcess(command.Process, 0, 0, never); err == nil || !strings.Contains(err.Error(), "did not end") {
			t.Errorf("got %v, want that it did not end", err)
		}
	})
}

func stopped(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, state, _ := strings.Cut(string(stat), ") ")
	return err == nil && strings.HasPrefix(state, "T")
}

func copyOf(t *testing.T, program string) string {
	t.Helper()
	content, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(path, content, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInstanceIgnoresWhatIsNoStart(t *testing.T) {
	dir := t.TempDir()
	instance, err := takeInstance(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer instance.Close()
	go instance.Serve(InstanceWindow{
		Raise: func(context.Context) error { t.Error("the window was raised"); return nil },
		Drawn: func() bool { return true },
		Open:  func(string) { t.Error("a link was opened") },
	})
	conn, err := net.Dial("unix", instanceSocket(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(wait.Timeout(time.Minute))); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte("lower\n")); err != nil {
		t.Fatal(err)
	}
	if reply, err := io.ReadAll(conn); err != nil || len(reply) != 0 {
		t.Errorf("got reply %q, %v, want none", reply, err)
	}
}
