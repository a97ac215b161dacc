package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

const (
	// keeperVariable makes a program the keeper of the folder it names.
	keeperVariable = "PORTAL_POSTGRES_KEEPER"
	// idle is how long the server outlives its last user: packages that are compiled one after the other share it.
	idle       = 5 * time.Second
	keeperPoll = 200 * time.Millisecond
)

// A test binary that needs a keeper starts itself as one: no other program has to be found or built.
func init() {
	folder := os.Getenv(keeperVariable)
	if folder == "" {
		return
	}
	if err := keep(shareFolder(folder)); err != nil {
		fmt.Print(err)
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// keep runs the server of a folder until it has no user, SIGTERM is received or the server ends by itself.
func keep(folder shareFolder) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	own, users := folder.lock("keeper"), folder.lock("users")
	if ok, err := own.TryLock(); err != nil || !ok {
		return fmt.Errorf("another keeper runs: %w", err)
	}
	defer func() { err = errors.Join(err, own.Unlock(), users.Unlock()) }()
	server, err := folder.startServer(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.removeURL(), server.Close()) }()
	if err := folder.announce(server.URL(Superuser, "postgres")); err != nil {
		return err
	}
	awaitIdle(ctx, server, users)
	return nil
}

// startServer starts a server on new data and removes the data of keepers that were killed.
func (f shareFolder) startServer(ctx context.Context) (*Server, error) {
	old, err := filepath.Glob(f.file("data-*"))
	if err != nil {
		return nil, err
	}
	for _, dir := range old {
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp(string(f), "data-")
	if err != nil {
		return nil, err
	}
	// PostgreSQL's own user passes it.
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, err
	}
	// A database each for many tests at once, on a machine with many processors.
	connections := 200 + 50*runtime.NumCPU()
	return Start(ctx, Config{Dir: dir, Disposable: true, Volatile: true, MaxConnections: connections})
}

// announce publishes the URL in one step and reports to the process that started this one.
func (f shareFolder) announce(url string) error {
	unfinished := f.url() + ".new"
	if err := os.WriteFile(unfinished, []byte(url), 0o600); err != nil {
		return err
	}
	if err := os.Rename(unfinished, f.url()); err != nil {
		return err
	}
	fmt.Print(ready)
	return os.Stdout.Close()
}

// awaitIdle returns when the server has had no user for a while, holding the users' lock, or has to end all the same.
func awaitIdle(ctx context.Context, server *Server, users *flock.Flock) {
	for used := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-server.Done():
			return
		case <-time.After(keeperPoll):
		}
		free, err := users.TryLock()
		switch {
		case err != nil || !free:
			used = time.Now()
		case time.Since(used) > idle:
			return
		default:
			users.Unlock() //nolint:errcheck // the next round tries again
		}
	}
}
