package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gofrs/flock"

	"fs-client-portal/backend/testkit/child"
	"fs-client-portal/backend/testkit/wait"
)

const (
	// shareWait bounds the wait for a server that starts, and for one that ends before it; a busy machine gets longer.
	shareWait = 2 * time.Minute
	sharePoll = 20 * time.Millisecond
	ready     = "ready"
)

// Share is a use of the PostgreSQL that all test processes of a checkout have in common.
type Share struct {
	// URL is the superuser's.
	URL   string
	users *flock.Flock
}

// Shared returns a use of this checkout's PostgreSQL and starts the server where none runs. The server ends some
// seconds after its last user has released it or ended, in whichever way.
//
// The server belongs to a process of its own, the keeper. Each user holds a shared lock on a file, which the system
// releases when the process ends; the keeper ends when it gets the exclusive lock.
func Shared(ctx context.Context) (*Share, error) {
	ctx, cancel := context.WithTimeout(ctx, wait.Timeout(shareWait))
	defer cancel()
	bin, err := findBinaries()
	if err != nil {
		return nil, err
	}
	folder, err := openShareFolder(bin)
	if err != nil {
		return nil, err
	}
	share := &Share{users: folder.lock("users")}
	if ok, err := share.users.TryRLockContext(ctx, sharePoll); !ok {
		return nil, fmt.Errorf("PostgreSQL of earlier tests has not ended in time, see %s: %w", folder.log(), err)
	}
	if share.URL, err = folder.join(ctx, bin); err != nil {
		return nil, errors.Join(err, share.Release())
	}
	return share, nil
}

// Release ends the use. So does the end of the process.
func (s *Share) Release() error { return s.users.Unlock() }

// shareFolder is where a checkout's test processes meet. It lies outside the checkout: go test caches no test that
// reads a changing file below the module, and PostgreSQL's own user may not pass the way to a checkout of root's.
type shareFolder string

func openShareFolder(bin string) (shareFolder, error) {
	root, err := checkout()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Append(nil, root, "\n", bin))
	name := "fs-client-portal-tests-" + strconv.Itoa(os.Geteuid()) + "-" + hex.EncodeToString(sum[:6])
	folder := filepath.Join(os.TempDir(), name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	info, err := os.Lstat(folder)
	if err != nil {
		return "", err
	}
	if !info.IsDir() || !ours(info) {
		return "", fmt.Errorf("%s belongs to another user: remove it, or set TMPDIR", folder)
	}
	return shareFolder(folder), nil
}

func (f shareFolder) file(name string) string { return filepath.Join(string(f), name) }
func (f shareFolder) lock(name string) *flock.Flock {
	return flock.New(f.file(name), flock.SetPermissions(0o600))
}
func (f shareFolder) url() string { return f.file("url") }
func (f shareFolder) log() string { return f.file("keeper.log") }

// join returns the URL of the server that runs, or starts one; one process at a time does.
func (f shareFolder) join(ctx context.Context, bin string) (string, error) {
	starting := f.lock("starting")
	if ok, err := starting.TryLockContext(ctx, sharePoll); !ok {
		return "", fmt.Errorf("another test process has not started PostgreSQL in time, see %s: %w", f.log(), err)
	}
	defer starting.Unlock() //nolint:errcheck // the lock ends with the process at the latest
	for {
		kept, err := f.kept()
		if err != nil {
			return "", err
		}
		if !kept {
			if err := f.startKeeper(ctx, bin); err != nil {
				return "", err
			}
		}
		if url, err := os.ReadFile(f.url()); err == nil {
			return string(url), nil
		}
		// A keeper that was started by a process since killed, or that is about to end.
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("PostgreSQL has not started in time, see %s", f.log())
		case <-time.After(sharePoll):
		}
	}
}

// kept reports whether a keeper lives.
func (f shareFolder) kept() (bool, error) {
	keeper := f.lock("keeper")
	free, err := keeper.TryLock()
	if err != nil || !free {
		return true, err
	}
	return false, errors.Join(f.removeURL(), keeper.Unlock())
}

// removeURL removes the URL of a server that has ended.
func (f shareFolder) removeURL() error {
	if err := os.Remove(f.url()); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// startKeeper starts this program once more, as the keeper, and returns when its server accepts connections.
func (f shareFolder) startKeeper(ctx context.Context, bin string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(f.log(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	result, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer result.Close()
	defer write.Close()
	command := exec.Command(self)
	command.Dir = string(f)
	command.Env = append(os.Environ(), keeperVariable+"="+string(f), "PORTAL_POSTGRES_BIN="+bin)
	// go test waits until no process holds its output: the keeper must not hold it.
	command.Stdout, command.Stderr = write, log
	child.Detach(command)
	if err := command.Start(); err != nil {
		return fmt.Errorf("could not start the keeper of PostgreSQL: %w", err)
	}
	defer command.Process.Release() //nolint:errcheck // it is not waited for: it outlives this process
	write.Close()
	return readResult(ctx, result)
}

func readResult(ctx context.Context, result *os.File) error {
	if deadline, ok := ctx.Deadline(); ok {
		if err := result.SetReadDeadline(deadline); err != nil {
			return err
		}
	}
	report, err := io.ReadAll(result)
	switch {
	case err != nil:
		return fmt.Errorf("PostgreSQL has not started in time: %w", err)
	case string(report) != ready:
		return fmt.Errorf("could not start PostgreSQL for the tests: %s", report)
	}
	return nil
}
