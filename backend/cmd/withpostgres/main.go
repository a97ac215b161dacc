// Command withpostgres runs a command beside a real PostgreSQL of its own, which PORTAL_TEST_DATABASE_URL names to it
// and which is gone when it ends. Development only.
//
//	withpostgres COMMAND [ARGUMENT...]
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"fs-client-portal/backend/testkit/embedded"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: withpostgres COMMAND [ARGUMENT...]")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	var ended *exec.ExitError
	switch {
	case err == nil:
	case errors.As(err, &ended) && ended.ExitCode() >= 0:
		os.Exit(ended.ExitCode())
	default:
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
		os.Exit(2)
	}
}

func run(ctx context.Context, command []string) (err error) {
	server, err := embedded.Start(ctx, embedded.Config{Volatile: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	child := exec.CommandContext(ctx, command[0], command[1:]...)
	child.Env = append(os.Environ(), "PORTAL_TEST_DATABASE_URL="+server.URL(embedded.Superuser, "postgres"))
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	child.Cancel = func() error { return child.Process.Signal(syscall.SIGTERM) }
	child.WaitDelay = 5 * time.Second
	return child.Run()
}
