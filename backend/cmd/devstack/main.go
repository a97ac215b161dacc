// Command devstack runs the whole system on one machine, with sample data: a PostgreSQL of its own, two identity
// providers, a fake Heimdal and portal-api. Development only.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

type options struct {
	Data             string `help:"${data}" type:"path" placeholder:"DIR"`
	Ephemeral        bool   `help:"Keep nothing: everything lies in a temporary folder and goes with the stack." xor:"data"`
	Fresh            bool   `help:"Throw away what earlier runs have kept."`
	EnvFile          string `help:"${env_file}" type:"path" placeholder:"FILE"`
	PortalAPI        string `help:"${portal_api}" name:"portal-api" type:"existingfile" placeholder:"PATH"`
	Listen           string `help:"Address of the API (default: 127.0.0.1:8480, or a free port where that is taken)." placeholder:"ADDRESS"`
	MetricsListen    string `help:"${metrics_listen}" placeholder:"ADDRESS"`
	HeimdalPerMinute int    `help:"Calls a minute the fake Heimdal allows; 0 for any number." default:"5"`
	NoHistory        bool   `help:"Sync once, instead of making up three weeks in which customers came, went and changed."`
	NoAPI            bool   `help:"${no_api}" name:"no-api"`
	NoInvites        bool   `help:"Invite nobody but the admin, whose invite code stays unused."`
}

func main() {
	var o options
	kong.Parse(&o, kong.Name("devstack"), kong.Description("Runs the whole portal on this machine, with sample data."), helpTexts)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "devstack:", err)
		os.Exit(1)
	}
}

// run starts everything, serves until ctx ends or a part of the stack dies, and ends everything.
func run(ctx context.Context, o options) (err error) {
	f, err := openFolder(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	s := &stack{options: o, folder: f}
	defer s.stop()
	if err := s.start(ctx); err != nil {
		return ended(ctx, err)
	}
	if err := s.report(os.Stdout); err != nil {
		return err
	}
	return s.wait(ctx)
}

// ended returns nil if the error is only that the stack was stopped while it started.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
