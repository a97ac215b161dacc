package embedded

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
	"github.com/jackc/pgx/v5"
)

// endsWithin is the documented limit: by then the server has ended.
const endsWithin = 10 * time.Second

// playUser is a test process: it uses the shared server until its input ends.
func playUser() {
	share, err := Shared(context.Background())
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println(share.URL)
	io.Copy(io.Discard, os.Stdin) //nolint:errcheck // only its end matters
	os.Exit(0)
}

// testProcess is another test process.
type testProcess struct {
	command *exec.Cmd
	input   io.Closer
	url     string
}

// newUser starts a test process and returns when it has its server.
func newUser(t *testing.T) *testProcess {
	t.Helper()
	u := &testProcess{command: exec.Command(os.Args[0])}
	u.command.Env = append(os.Environ(), "EMBEDDED_TEST_CHILD=shared")
	var err error
	if u.input, err = u.command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	output, err := u.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := u.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(u.kill)
	lines := bufio.NewScanner(output)
	wait.Do(t, time.Minute, "the server of a user", lines.Scan)
	if u.url = lines.Text(); !strings.HasPrefix(u.url, "postgres://") {
		t.Fatalf("the user printed %q, want a URL", u.url)
	}
	return u
}

func (u *testProcess) end() {
	u.input.Close()
	u.command.Wait() //nolint:errcheck // it may have been killed
}

func (u *testProcess) kill() {
	u.command.Process.Kill() //nolint:errcheck // it may have ended
	u.command.Wait()         //nolint:errcheck // it was killed
}

// ownFolder gives the test a server of its own, and returns its folder.
func ownFolder(t *testing.T) shareFolder {
	t.Helper()
	t.Setenv("TMPDIR", openDir(t))
	bin, err := findBinaries()
	if err != nil {
		t.Fatal(err)
	}
	folder, err := openShareFolder(bin)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		signalKeeper(t, folder, syscall.SIGTERM)
		awaitGone(t, folder, "")
	})
	return folder
}

// awaitGone waits until nothing is left of the keeper of a folder and of its server.
func awaitGone(t *testing.T, folder shareFolder, serverURL string) {
	t.Helper()
	var left string
	defer func() {
		if left != "" {
			t.Logf("there is still %s", left)
		}
	}()
	wait.Until(t, endsWithin, "the keeper and its server to end after the last user", func() bool {
		left = remains(t, folder, serverURL)
		return left == ""
	})
}

func remains(t *testing.T, folder shareFolder, serverURL string) string {
	t.Helper()
	if accepts(serverURL) {
		return "the server"
	}
	if kept, err := folder.kept(); err != nil || kept {
		return fmt.Sprint("the keeper, ", err)
	}
	data, err := filepath.Glob(folder.file("data-*"))
	if err != nil || len(data) != 0 {
		return fmt.Sprint("data: ", data, err)
	}
	return ""
}

func accepts(serverURL string) bool {
	u, err := url.Parse(serverURL)
	if err != nil || u.Host == "" {
		return false
	}
	conn, err := net.DialTimeout("tcp", u.Host, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

func TestShared(t *testing.T) {
	t.Run("one_server_for_all_processes", func(t *testing.T) {
		ownFolder(t)
		urls := make([]string, 4)
		var started sync.WaitGroup
		for i := range urls {
			started.Go(func() { urls[i] = newUser(t).url })
		}
		wait.Group(t, time.Minute, "four users to start", &started)
		for _, got := range urls[1:] {
			if got != urls[0] {
				t.Errorf("got the servers %v, want one", urls)
			}
		}
		connect(t, urls[0])
	})
	t.Run("ends_after_the_last_user", func(t *testing.T) {
		folder := ownFolder(t)
		first, last := newUser(t), newUser(t)
		first.end()
		time.Sleep(idle + 3*keeperPoll)
		if !accepts(last.url) {
			t.Fatal("the server ended while it had a user")
		}
		last.end()
		awaitGone(t, folder, last.url)
	})
	t.Run("ends_after_its_users_were_killed", func(t *testing.T) {
		folder := ownFolder(t)
		first, last := newUser(t), newUser(t)
		first.kill()
		last.kill()
		awaitGone(t, folder, last.url)
	})
	t.Run("outlives_the_pause_between_two_users", func(t *testing.T) {
		ownFolder(t)
		first := newUser(t)
		first.end()
		time.Sleep(idle / 5)
		if second := newUser(t); second.url != first.url {
			t.Errorf("got %s, want the server that runs, %s", second.url, first.url)
		}
	})
	t.Run("starts_anew_after_its_keeper_was_killed", func(t *testing.T) {
		folder := ownFolder(t)
		first := newUser(t)
		signalKeeper(t, folder, syscall.SIGKILL)
		second := newUser(t)
		conn := connect(t, second.url)
		if err := conn.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if second.url == first.url {
			t.Errorf("got the URL of the server that was killed, %s", first.url)
		}
		first.end()
		second.end()
		awaitGone(t, folder, second.url)
	})
	t.Run("serves_its_own_process_until_release", func(t *testing.T) {
		folder := ownFolder(t)
		share, err := Shared(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		conn, err := pgx.Connect(t.Context(), share.URL)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close(t.Context())
		if err := share.Release(); err != nil {
			t.Fatal(err)
		}
		awaitGone(t, folder, share.URL)
	})
	t.Run("reports_why_the_server_does_not_start", func(t *testing.T) {
		bin := filepath.Join(t.TempDir(), "bin")
		if err := os.Mkdir(bin, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"initdb", "postgres"} {
			if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\necho broken; exit 1\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv("PORTAL_POSTGRES_BIN", bin)
		removeCopy(t, bin)
		ownFolder(t)
		if _, err := Shared(t.Context()); err == nil || !strings.Contains(err.Error(), "broken") {
			t.Errorf("got %v, want what initdb printed", err)
		}
	})
	t.Run("needs_a_folder_of_its_own_user", func(t *testing.T) {
		folder := ownFolder(t)
		if err := os.Chmod(string(folder), 0o777); err != nil {
			t.Fatal(err)
		}
		if _, err := Shared(t.Context()); err == nil || !strings.Contains(err.Error(), string(folder)) {
			t.Errorf("got %v, want a refusal that names %s", err, folder)
		}
	})
	t.Run("names_the_command_that_sets_it_up", func(t *testing.T) {
		if got := ErrNoBinaries.Error(); strings.Contains(got, "\n") || !strings.Contains(got, "build/dev setup") {
			t.Errorf("got %q, want one line with `build/dev setup`", got)
		}
	})
}

// signalKeeper sends a signal to the keeper of a folder, if there is one, and waits until it has ended.
func signalKeeper(t *testing.T, folder shareFolder, signal os.Signal) {
	t.Helper()
	environments, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range environments {
		variables, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(variables), keeperVariable+"="+string(folder)+"\x00") {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(path, "/proc/%d/environ", &pid); err != nil {
			t.Fatal(err)
		}
		process, err := os.FindProcess(pid)
		if err != nil {
			t.Fatal(err)
		}
		process.Signal(signal) //nolint:errcheck // it may have ended
	}
	wait.Until(t, endsWithin, fmt.Sprintf("the keeper to end after the signal %s", signal), func() bool {
		kept, err := folder.kept()
		return err != nil || !kept
	})
}
