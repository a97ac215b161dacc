package embedded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"fs-client-portal/backend/testkit/wait"
)

// TestMain runs the test binary as a program that starts a server, or uses the shared one, and is then killed.
func TestMain(m *testing.M) {
	switch os.Getenv("EMBEDDED_TEST_CHILD") {
	case "":
		os.Exit(m.Run())
	case "shared":
		playUser()
	}
	s, err := Start(context.Background(), Config{Dir: os.Getenv("EMBEDDED_TEST_CHILD"), Volatile: true})
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	fmt.Println(s.address())
	select {}
}

func start(t *testing.T, c Config) *Server {
	t.Helper()
	s, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// openDir is a folder that another user can reach, as t.TempDir is not.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "embedded-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestServer(t *testing.T) {
	t.Run("requires_password", testServerRequiresPassword)
	t.Run("bounds_lock_waits", testServerBoundsLockWaits)
	t.Run("keeps_data_between_starts", testServerKeepsDataBetweenStarts)
	t.Run("leaves_nothing_if_temporary", testServerLeavesNothingIfTemporary)
	t.Run("ends_with_its_starter", testServerEndsWithItsStarter)
	t.Run("refuses_data_of_another_server", testServerRefusesDataOfAnotherServer)
	t.Run("repeats_interrupted_initialization", testServerRepeatsInterruptedInitialization)
}

func testServerRequiresPassword(t *testing.T) {
	s := start(t, Config{Volatile: true})
	var version int
	row := connect(t, s.URL(Superuser, "postgres")).QueryRow(t.Context(), "select current_setting('server_version_num')::int / 10000")
	if err := row.Scan(&version); err != nil || version < oldestSystem {
		t.Errorf("version %d, %v", version, err)
	}
	for _, password := range []string{"", "guess"} {
		_, err := pgx.Connect(t.Context(), s.URLWithPassword(Superuser, password, "postgres"))
		var refused *pgconn.PgError
		if !errors.As(err, &refused) && !strings.Contains(fmt.Sprint(err), "password") {
			t.Errorf("with the password %q: %v", password, err)
		}
	}
}

func testServerBoundsLockWaits(t *testing.T) {
	conn := connect(t, start(t, Config{Volatile: true}).URL(Superuser, "postgres"))
	var got int64
	row := conn.QueryRow(t.Context(), "select setting::bigint from pg_settings where name = 'lock_timeout'")
	if err := row.Scan(&got); err != nil || got < lockWait.Milliseconds() {
		t.Errorf("got a lock timeout of %d ms, %v, want at least %s", got, err, lockWait)
	}
}

func testServerKeepsDataBetweenStarts(t *testing.T) {
	dir := openDir(t)
	first := start(t, Config{Dir: dir})
	if _, err := connect(t, first.URL(Superuser, "postgres")).Exec(t.Context(), "create database kept"); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	connect(t, start(t, Config{Dir: dir}).URL(Superuser, "kept"))
}

func testServerLeavesNothingIfTemporary(t *testing.T) {
	s := start(t, Config{Volatile: true})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", s.dir, err)
	}
	if _, err := net.Dial("tcp", s.address()); err == nil {
		t.Error("the port still accepts connections")
	}
	if err := s.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
}

func testServerEndsWithItsStarter(t *testing.T) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "EMBEDDED_TEST_CHILD="+openDir(t))
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { child.Process.Kill() }) //nolint:errcheck // it has ended, unless the test has failed
	lines := bufio.NewScanner(output)
	wait.Do(t, time.Minute, "the child's server", lines.Scan)
	address := lines.Text()
	if _, _, err := net.SplitHostPort(address); err != nil {
		t.Fatalf("the child wrote %q, %v", address, err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait() //nolint:errcheck // it was killed
	wait.Until(t, 10*time.Second, "the server to end after the process that started it", func() bool {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return true
		}
		conn.Close()
		return false
	})
}

func testServerRefusesDataOfAnotherServer(t *testing.T) {
	dir := openDir(t)
	start(t, Config{Dir: dir})
	second, err := Start(t.Context(), Config{Dir: dir})
	if err == nil {
		second.Close()
		t.Fatal("two servers share their data")
	}
	if !strings.Contains(err.Error(), "postmaster.pid") {
		t.Errorf("the reason is not given: %v", err)
	}
}

func testServerRepeatsInterruptedInitialization(t *testing.T) {
	dir := openDir(t)
	if err := os.MkdirAll(filepath.Join(dir, "unfinished", "data", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	connect(t, start(t, Config{Dir: dir}).URL(Superuser, "postgres"))
}

func TestBinaries(t *testing.T) {
	t.Run("in_closed_folder_are_copied", testBinariesInClosedFolderAreCopied)
	t.Run("named_precede_cached_and_system", testBinariesNamedPrecedeCachedAndSystem)
}

func testBinariesInClosedFolderAreCopied(t *testing.T) {
	real, err := findBinaries()
	if err != nil {
		t.Fatal(err)
	}
	closed := filepath.Join(t.TempDir(), "closed", "bin")
	if err := os.MkdirAll(filepath.Dir(closed), 0o700); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.Command("cp", "-a", filepath.Dir(real)+"/.", filepath.Dir(closed)).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	if err := os.Chmod(filepath.Dir(closed), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PORTAL_POSTGRES_BIN", closed)
	removeCopy(t, closed)
	connect(t, start(t, Config{Volatile: true}).URL(Superuser, "postgres"))
}

func removeCopy(t *testing.T, bin string) {
	who, err := runner()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if used, err := who.reachableCopy(bin); err == nil && used != bin {
			os.RemoveAll(filepath.Dir(used))
		}
	})
}

func testBinariesNamedPrecedeCachedAndSystem(t *testing.T) {
	install := func(bin string) string {
		if err := os.MkdirAll(bin, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"initdb", "postgres"} {
			if err := os.WriteFile(filepath.Join(bin, name), nil, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		return bin
	}
	cache, system := t.TempDir(), t.TempDir()
	for _, version := range []string{"9.6", "13", "14", "16"} {
		install(filepath.Join(system, version, "bin"))
	}
	if got, want := newestSystem(system), filepath.Join(system, "16", "bin"); got != want {
		t.Errorf("of the system's, %q was taken, want %q", got, want)
	}
	if got, err := installed(t.TempDir(), t.TempDir()); got != "" || !errors.Is(err, ErrNoBinaries) {
		t.Errorf("found %q, %v where there is none", got, err)
	}
	t.Setenv("PORTAL_EMBEDDED_DIR", cache)
	packaged := install(filepath.Join(packageDir(cache), "native", "bin"))
	if got, err := findBinaries(); got != packaged || err != nil {
		t.Errorf("found %q, %v, want the package's", got, err)
	}
	named := install(filepath.Join(t.TempDir(), "named"))
	t.Setenv("PORTAL_POSTGRES_BIN", named)
	if got, err := findBinaries(); got != named || err != nil {
		t.Errorf("found %q, %v, want the named one", got, err)
	}
	t.Setenv("PORTAL_POSTGRES_BIN", t.TempDir())
	if got, err := findBinaries(); err == nil {
		t.Errorf("an empty folder was named, and %q was taken instead", got)
	}
}
