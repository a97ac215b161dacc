//go:build unix

package main

import (
	"io/fs"
	"syscall"
)

// checksModes says that the system keeps who may read a file in its mode.
const checksModes = true

func ownedByRoot(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid == 0
}
