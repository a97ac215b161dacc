// Command bench measures a real portal-api, with 10 MSSPs of 50 MSPs of 40 clients each that it synced itself, beside a
// bare net/http handler that answers the same bytes. Development only; build/bench runs it.
//
//	bench PORTAL-API    prints a row of the table for each measurement, fields separated by tabs
//	bench bare          serves what it is told to, for the other half of the comparison
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const (
	mssps         = 10
	mspsPerMSSP   = 50
	clientsPerMSP = 40
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: bench PORTAL-API | bench bare")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	run := measureServer
	if os.Args[1] == "bare" {
		run = func(ctx context.Context, _ string) error { return serveBare(ctx) }
	}
	err := run(ctx, os.Args[1])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measureServer prints every row about the server.
func measureServer(ctx context.Context, program string) (err error) {
	world, err := buildWorld(ctx, program)
	if err != nil {
		return err
	}
	defer func() { world.close() }()
	bare, err := startBare(ctx)
	if err != nil {
		return err
	}
	defer bare.stop()
	for _, page := range pages {
		if err := comparePage(ctx, world, bare, page); err != nil {
			return fmt.Errorf("%s: %w", page.name, err)
		}
	}
	if err := compareWalk(ctx, world, bare); err != nil {
		return fmt.Errorf("walk: %w", err)
	}
	if err := measureSessions(ctx, world); err != nil {
		return err
	}
	return countRoundTrips(ctx, world)
}
