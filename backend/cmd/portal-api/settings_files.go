package main

import (
	"fmt"
	"io/fs"
	"os"
)

// checkPrivate rejects a secret file that other users can read or write. A file owned by root may be readable by its
// group, because systemd's credentials and mounted secrets reach a non-root server that way.
func checkPrivate(setting, file string) error {
	info, err := os.Stat(file)
	if err != nil {
		return nil // the caller's read returns the error
	}
	forbidden := forbiddenBits(ownedByRoot(info), os.Geteuid())
	if found := info.Mode().Perm() & forbidden; checksModes && found != 0 {
		return settingError{setting, fmt.Sprintf("names %s, which other users can access (mode %04o); it should be accessible to its "+
			"owner only (chmod 600)",
			file, info.Mode().Perm())}
	}
	return nil
}

// forbiddenBits returns the permission bits that a secret file must not have for a server that runs as user.
func forbiddenBits(rootOwns bool, user int) fs.FileMode {
	if rootOwns && user != 0 {
		return 0o037
	}
	return 0o077
}
