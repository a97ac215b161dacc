//go:build unix

package main

import (
	"io/fs"
	"syscall"
)

// checksModes reports whether the system stores access rights in the file mode.
const checksModes = true

func ownedByRoot(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid == 0
}
