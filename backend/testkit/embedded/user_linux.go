package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	osuser "os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// user is the user that PostgreSQL runs as; nil is the user of this process.
type user struct {
	name     string
	uid, gid uint32
}

// runner returns nil for an ordinary user. Root needs another user, because PostgreSQL refuses to run as root.
func runner() (*user, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := osuser.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(found.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(found.Gid, 10, 32)
		if errUID == nil && errGID == nil {
			return &user{name: name, uid: uint32(uid), gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody")
}

// command makes a command that runs as u and sees nothing of our environment.
func (u *user) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, name, args...)
	command.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	command.Dir = "/"
	if u != nil {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: u.uid, Gid: u.gid}}
	}
	return command
}

func (u *user) own(paths ...string) error {
	if u == nil {
		return nil
	}
	for _, path := range paths {
		if err := os.Chown(path, int(u.uid), int(u.gid)); err != nil {
			return err
		}
	}
	return nil
}

// reaches says which folder on the way to path, path included, u may not pass.
func (u *user) reaches(path string) error {
	if u == nil {
		return nil
	}
	for dir := path; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return err
		}
		if !u.mayPass(info) {
			return fmt.Errorf("%s cannot be reached by the user %s, whom PostgreSQL runs as: %s is closed to others", path, u.name, dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

func (u *user) mayPass(info fs.FileInfo) bool {
	owner, mode := info.Sys().(*syscall.Stat_t), info.Mode().Perm()
	switch {
	case owner.Uid == u.uid:
		return mode&0o100 != 0
	case owner.Gid == u.gid:
		return mode&0o010 != 0
	}
	return mode&0o001 != 0
}

// sharedDir is where root keeps what another user must be able to read.
const sharedDir = "/var/cache/fs-client-portal"

// reachableCopy returns bin, or a copy of its installation that u can read if u cannot read bin.
func (u *user) reachableCopy(bin string) (string, error) {
	real, err := filepath.EvalSymlinks(filepath.Join(bin, "postgres"))
	if err != nil {
		return "", err
	}
	if bin = filepath.Dir(real); u.reaches(bin) == nil {
		return bin, nil
	}
	info, err := os.Stat(real)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Append(nil, bin, info.Size(), info.ModTime()))
	copied := filepath.Join(sharedDir, "postgres-"+hex.EncodeToString(sum[:8]))
	if hasBinaries(filepath.Join(copied, "bin")) {
		return filepath.Join(copied, "bin"), nil
	}
	if err := os.MkdirAll(sharedDir, 0o755); err != nil {
		return "", err
	}
	return filepath.Join(copied, "bin"), copyTree(filepath.Dir(bin), copied)
}

// copyTree copies by way of a name of its own, so that a half-made copy is never taken for a whole one.
func copyTree(from, to string) error {
	unfinished, err := os.MkdirTemp(filepath.Dir(to), "unfinished-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(unfinished)
	if output, err := exec.Command("cp", "-a", "--no-preserve=ownership", from+"/.", unfinished).CombinedOutput(); err != nil {
		return fmt.Errorf("could not copy PostgreSQL to %s: %w: %s", to, err, output)
	}
	if output, err := exec.Command("chmod", "-R", "a+rX", unfinished).CombinedOutput(); err != nil {
		return fmt.Errorf("could not open %s to others: %w: %s", unfinished, err, output)
	}
	if err := os.Rename(unfinished, to); err != nil && !hasBinaries(filepath.Join(to, "bin")) {
		return err
	}
	return nil
}

// ours reports whether a folder belongs to this process's user, and others may not write in it.
func ours(info fs.FileInfo) bool {
	return int(info.Sys().(*syscall.Stat_t).Uid) == os.Geteuid() && info.Mode().Perm()&0o022 == 0
}
