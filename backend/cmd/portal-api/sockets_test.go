package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"fs-client-portal/backend/testkit"
	"fs-client-portal/backend/testkit/child"
	"fs-client-portal/backend/testkit/wait"
)

func TestPassedSockets(t *testing.T) {
	t.Parallel()
	t.Run("serve_api_and_metrics", testPassedSocketsServe)
	t.Run("of_wrong_number_are_refused", testPassedSocketsOfWrongNumber)
	t.Run("other_than_tcp_are_refused", testPassedSocketsOtherThanTCP)
	t.Run("refuse_no_connection_during_restart", testPassedSocketsDuringRestart)
	t.Run("wait_for_database", testPassedSocketsWaitForDatabase)
}

// manager plays the service manager: it keeps the sockets open and passes them to each process that it starts.
type manager struct {
	*testing.T
	database, key string
	api, metrics  net.Listener
	notifications *net.UnixConn
}

func newManager(t *testing.T) *manager {
	t.Helper()
	m := &manager{T: t, database: testkit.Database(t).Server, key: secretKeyFile(t), api: loopbackListener(t), metrics: loopbackListener(t)}
	// A path in t.TempDir may be too long for the address of a socket.
	dir, err := os.MkdirTemp("", "notify-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	m.notifications, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.notifications.Close() })
	return m
}

func loopbackListener(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

// command returns `portal-api serve` with the named sockets. The shell sets LISTEN_PID, which must be the process's own.
func (m *manager) command(names []string, sockets ...net.Listener) (*exec.Cmd, *bytes.Buffer) {
	m.Helper()
	command := exec.Command("sh", "-c", `LISTEN_PID=$$ exec "$0" serve --no-jobs --metrics-listen=127.0.0.1:0`, buildProgram(m.T))
	command.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "PORTAL_") }),
		"PORTAL_DATABASE_URL="+m.database, "PORTAL_SECRET_KEY_FILE="+m.key, "PORTAL_PUBLIC_URL=https://portal.example.com",
		"PORTAL_TRUSTED_PROXIES=127.0.0.1", "PORTAL_AUTH_RATE=0", "PORTAL_ACCOUNT_RATE=0",
		"NOTIFY_SOCKET="+m.notifications.LocalAddr().String(),
		fmt.Sprint("LISTEN_FDS=", len(sockets)), "LISTEN_FDNAMES="+strings.Join(names, ":"))
	for _, socket := range sockets {
		file, err := socket.(interface{ File() (*os.File, error) }).File()
		if err != nil {
			m.Fatal(err)
		}
		m.Cleanup(func() { file.Close() })
		command.ExtraFiles = append(command.ExtraFiles, file)
	}
	log := &bytes.Buffer{}
	command.Stderr = log
	return command, log
}

func (m *manager) start(names []string, sockets ...net.Listener) (*child.Process, *bytes.Buffer) {
	m.Helper()
	command, log := m.command(names, sockets...)
	process, err := child.Start(command, syscall.SIGTERM)
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() { process.Stop(wait.Timeout(20*time.Second), syscall.SIGTERM) })
	return process, log
}

// wantNotification fails unless the next notification is the wanted one.
func (m *manager) wantNotification(want string) {
	m.Helper()
	if err := m.notifications.SetReadDeadline(time.Now().Add(wait.Timeout(time.Minute))); err != nil {
		m.Fatal(err)
	}
	buffer := make([]byte, 100)
	n, err := m.notifications.Read(buffer)
	if got := string(buffer[:n]); err != nil || got != want {
		m.Fatalf("notification: got %q (%v), want %q", got, err, want)
	}
}

func testPassedSocketsServe(t *testing.T) {
	t.Parallel()
	m := newManager(t)
	process, log := m.start([]string{"metrics", "portal-api.socket"}, m.metrics, m.api)
	m.wantNotification("READY=1")
	for _, address := range []string{m.api.Addr().String() + "/readyz", m.metrics.Addr().String() + "/metrics"} {
		if err := fetch(t.Context(), http.DefaultClient, "http://"+address); err != nil {
			t.Error(err)
		}
	}
	go process.Stop(wait.Timeout(time.Minute), syscall.SIGTERM)
	m.wantNotification("STOPPING=1")
	if code := process.Code(); code != 0 {
		t.Errorf("got exit code %d, want 0", code)
	}
	for _, want := range []string{"PORTAL_LISTEN is ignored", "PORTAL_METRICS_LISTEN is ignored", m.api.Addr().String()} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q: %s", want, log)
		}
	}
}

// fetch returns an error unless the response has the status 200.
func fetch(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: got status %d, want 200", url, response.StatusCode)
	}
	return nil
}

func testPassedSocketsOfWrongNumber(t *testing.T) {
	t.Parallel()
	m := newManager(t)
	for name, names := range map[string][]string{
		"two for the API":     {"api", "api"},
		"two for the metrics": {"metrics", "metrics"},
	} {
		process, log := m.start(names, m.api, m.metrics)
		const want = "LISTEN_FDS: passes 2 sockets"
		if code := process.Code(); code != exitInvalid || !strings.Contains(log.String(), want) ||
			!strings.Contains(log.String(), "one socket for the API and at most one with the name metrics") {
			t.Errorf("%s: got exit code %d and %q, want 2, %q and what is expected", name, code, log, want)
		}
	}
}

func testPassedSocketsOtherThanTCP(t *testing.T) {
	t.Parallel()
	m := newManager(t)
	dir, err := os.MkdirTemp("", "socket-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	local, err := net.Listen("unix", filepath.Join(dir, "api"))
	if err != nil {
		t.Fatal(err)
	}
	defer local.Close()
	process, log := m.start([]string{"api"}, local)
	if code := process.Code(); code != exitInvalid || !strings.Contains(log.String(), "it should be a TCP socket") {
		t.Errorf("got exit code %d and %q, want 2 and that it should be a TCP socket", code, log)
	}
}

// testPassedSocketsDuringRestart sends requests, each over a connection of its own, while the server restarts twice.
func testPassedSocketsDuringRestart(t *testing.T) {
	t.Parallel()
	m := newManager(t)
	process, _ := m.start([]string{"api"}, m.api)
	m.wantNotification("READY=1")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: wait.Timeout(time.Minute)}
	load := startLoad(t, func() error { return fetch(context.Background(), client, "http://"+m.api.Addr().String()+"/readyz") })
	for range 2 {
		load.wantMore(50)
		go process.Stop(wait.Timeout(time.Minute), syscall.SIGTERM)
		m.wantNotification("STOPPING=1")
		process.Code()
		process, _ = m.start([]string{"api"}, m.api)
		m.wantNotification("READY=1")
	}
	load.wantMore(50)
	load.end()
}

// load sends requests until end, a few at a time.
type load struct {
	*testing.T
	served  atomic.Int64
	ended   atomic.Bool
	senders sync.WaitGroup
}

func startLoad(t *testing.T, send func() error) *load {
	t.Helper()
	l := &load{T: t}
	for range 4 {
		l.senders.Go(func() {
			for !l.ended.Load() {
				if err := send(); err != nil {
					t.Error(err)
					return
				}
				l.served.Add(1)
			}
		})
	}
	t.Cleanup(l.end)
	return l
}

// wantMore returns when that many more requests have succeeded.
func (l *load) wantMore(requests int64) {
	l.Helper()
	want := l.served.Load() + requests
	wait.Until(l, time.Minute, fmt.Sprint(requests, " more requests"), func() bool { return l.Failed() || l.served.Load() >= want })
}

func (l *load) end() {
	l.ended.Store(true)
	wait.Group(l, time.Minute, "the senders to end", &l.senders)
}

// testPassedSocketsWaitForDatabase starts the server before its database, which a service manager may do after a power
// failure.
func testPassedSocketsWaitForDatabase(t *testing.T) {
	t.Parallel()
	m := newManager(t)
	m.database = "postgres://portal@127.0.0.1:1/portal"
	command, _ := m.command([]string{"api"}, m.api)
	command.Stderr = nil
	log, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	process, err := child.Start(command, syscall.SIGTERM)
	if err != nil {
		t.Fatal(err)
	}
	lines := make([]byte, 0, 4096)
	wait.Do(t, time.Minute, "portal-api to wait for the database", func() bool {
		for !bytes.Contains(lines, []byte("waiting for the database")) {
			n, err := log.Read(lines[len(lines):cap(lines)])
			lines = lines[:len(lines)+n]
			if err != nil {
				return false
			}
		}
		return true
	})
	if !bytes.Contains(lines, []byte("waiting for the database")) {
		t.Errorf("got the log %q, want that it waits for the database", lines)
	}
	process.Stop(wait.Timeout(time.Minute), syscall.SIGTERM)
}
