// Command bench measures a real portal-api. Development only; build/bench runs it. Each measurement prints a row of the
// table, its fields separated by tabs.
//
//	bench server PORTAL-API    measures requests, with 10 MSSPs of 50 MSPs of 40 clients each that it synced itself,
//	                           next to a bare net/http handler that returns the same bytes
//	bench sync PORTAL-API      measures syncs of an MSSP with a million customers, and exports of its clients, next to a
//	                           bare COPY of the same rows
//	bench bare                 runs the bare handler
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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var err error
	switch {
	case len(os.Args) == 2 && os.Args[1] == "bare":
		err = serveBare(ctx)
	case len(os.Args) == 3 && os.Args[1] == "server":
		err = measureServer(ctx, os.Args[2])
	case len(os.Args) == 3 && os.Args[1] == "sync":
		err = measureSync(ctx, os.Args[2])
	default:
		fmt.Fprintln(os.Stderr, "usage: bench server PORTAL-API | bench sync PORTAL-API | bench bare")
		os.Exit(2)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measureServer prints the rows about the server.
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
	if err := measureRestarts(ctx, world); err != nil {
		return err
	}
	return countRoundTrips(ctx, world)
}
