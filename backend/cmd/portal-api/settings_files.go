package main

import (
	"fmt"
	"io/fs"
	"os"
)

// checkPrivate refuses a file with a secret that others may read or change. A file of root's may be readable by its
// group: so it reaches a server that is not root, from systemd's credentials and from a mounted secret.
func checkPrivate(setting, file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return nil // who reads it says why it cannot
	}
	forbidden := forbiddenBits(ownedByRoot(info), os.Geteuid())
	if found := info.Mode().Perm() & forbidden; checksModes && found != 0 {
		return unusable{setting, fmt.Sprintf("names %s, which others than its owner may use (mode %04o); it should be readable by its owner alone (chmod 600)",
			file, info.Mode().Perm())}
	}
	return nil
}

// forbiddenBits returns what a secret's mode must not have for a server that runs as user.
func forbiddenBits(rootOwns bool, user int) fs.FileMode {
	if rootOwns && user != 0 {
		return 0o037
	}
	return 0o077
}
