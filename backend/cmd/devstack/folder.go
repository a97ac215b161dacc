package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

const stateFile = "devstack.json"

// state is what one run leaves to the next.
type state struct {
	GooglePort, EntraPort, HeimdalPort int
	OwnerPassword, ServerPassword      string
	MSSPID, AdminCode                  string
	ProductAdded, Synced, Invited      bool
}

// folder is where the stack keeps everything; one stack at a time uses it.
type folder struct {
	path      string
	ephemeral bool
	lock      *flock.Flock
	state     state
}

func openFolder(o options) (*folder, error) {
	f := &folder{path: o.Data, ephemeral: o.Ephemeral}
	if err := f.make(); err != nil {
		return nil, err
	}
	f.lock = flock.New(filepath.Join(f.path, "lock"))
	if locked, err := f.lock.TryLock(); err != nil || !locked {
		return nil, fmt.Errorf("%s is in use by another devstack", f.path)
	}
	if o.Fresh {
		if err := f.empty(); err != nil {
			return nil, err
		}
	}
	return f, f.load()
}

// make makes the folder, one that PostgreSQL's own user can pass where root starts the stack.
func (f *folder) make() (err error) {
	if f.ephemeral {
		if f.path, err = os.MkdirTemp("", "fs-client-portal-devstack-"); err != nil {
			return err
		}
		return os.Chmod(f.path, 0o755)
	}
	if f.path == "" {
		if f.path, err = defaultFolder(); err != nil {
			return err
		}
	}
	return os.MkdirAll(f.path, 0o755)
}

// defaultFolder is the user's state folder; root's own is closed to the user PostgreSQL runs as.
func defaultFolder() (string, error) {
	const name = "fs-client-portal/devstack"
	if os.Geteuid() == 0 {
		return filepath.Join("/var/lib", name), nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, name), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", name), err
}

// empty removes what a stack has kept, and refuses a folder in which something else lies.
func (f *folder) empty() error {
	entries, err := os.ReadDir(f.path)
	if err != nil {
		return err
	}
	if _, err := os.Stat(f.file(stateFile)); err != nil && len(entries) > 1 {
		return fmt.Errorf("%s holds other things than a devstack's data: --fresh leaves it alone", f.path)
	}
	for _, e := range entries {
		if e.Name() == "lock" {
			continue
		}
		if err := os.RemoveAll(f.file(e.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (f *folder) load() error {
	content, err := os.ReadFile(f.file(stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		f.state = state{OwnerPassword: rand.Text(), ServerPassword: rand.Text()}
		return f.save()
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, &f.state); err != nil {
		return fmt.Errorf("%s is damaged (%w): start with --fresh", f.file(stateFile), err)
	}
	return nil
}

func (f *folder) save() error {
	content, err := json.MarshalIndent(f.state, "", "  ")
	if err != nil {
		return err
	}
	return writePrivate(f.file(stateFile), content)
}

// secret returns the name of a file with a secret of this stack. It writes the file at the first call.
func (f *folder) secret(name string, content func() string) (string, error) {
	path := f.file(name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, writePrivate(path, []byte(content()))
}

// newSealingKey is what PORTAL_SECRET_KEY_FILE holds: 32 bytes, base64.
func newSealingKey() string {
	key := make([]byte, 32)
	rand.Read(key) //nolint:errcheck // it never fails
	return base64.StdEncoding.EncodeToString(key)
}

func (f *folder) file(name string) string { return filepath.Join(f.path, name) }

func (f *folder) close() error {
	err := f.lock.Unlock()
	if f.ephemeral {
		err = errors.Join(err, os.RemoveAll(f.path))
	}
	return err
}

// writePrivate replaces a file in one step by one that only its owner reads.
func writePrivate(path string, content []byte) error {
	unfinished := path + ".new"
	if err := os.WriteFile(unfinished, content, 0o600); err != nil {
		return err
	}
	if err := os.Chmod(unfinished, 0o600); err != nil {
		return err
	}
	return os.Rename(unfinished, path)
}
