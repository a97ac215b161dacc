// Command withpostgres runs a command beside the PostgreSQL of the tests, which PORTAL_TEST_DATABASE_URL names to it.
// Without a command it prints that URL and keeps the server until Ctrl-C: the databases of failed tests stay there to
// be looked into. Development only.
//
//	withpostgres [COMMAND [ARGUMENT...]]
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
	server, err := embedded.Shared(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Release()) }()
	if len(command) == 0 {
		fmt.Println(server.URL)
		<-ctx.Done()
		return nil
	}
	child := exec.CommandContext(ctx, command[0], command[1:]...)
	child.Env = append(os.Environ(), "PORTAL_TEST_DATABASE_URL="+server.URL)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	child.Cancel = func() error { return child.Process.Signal(syscall.SIGTERM) }
	child.WaitDelay = 5 * time.Second
	return child.Run()
}
