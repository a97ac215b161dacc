package main

import (
	"context"
	"os/exec"
	"syscall"
	"time"
)

// grace is the time that an ended command has to remove what it made.
const grace = 10 * time.Second

// command is one whose whole group of processes ends with ctx: tests start processes of their own.
func command(ctx context.Context, folder, name string, arguments ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, arguments...)
	c.Dir = folder
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGINT) }
	c.WaitDelay = grace
	return c
}
