//go:build !linux

package embedded

import (
	"context"
	"io/fs"
	"os/exec"
)

// user runs commands as the current user: root is usual in Linux's containers only.
type user struct{}

func runner() (*user, error) { return nil, nil }

func (*user) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, name, args...)
}

func (*user) own(...string) error { return nil }

func (*user) reaches(string) error { return nil }

func (*user) reachableCopy(bin string) (string, error) { return bin, nil }

// ours holds: the temporary folder is each user's own.
func ours(fs.FileInfo) bool { return true }
