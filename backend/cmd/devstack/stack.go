package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"

	"fs-client-portal/backend/testkit/child"
	"fs-client-portal/backend/testkit/embedded"
	"fs-client-portal/backend/testkit/fakeheimdal"
	"fs-client-portal/backend/testkit/provider"
)

// stack is everything that runs.
type stack struct {
	options  options
	folder   *folder
	postgres *embedded.Server
	google   *provider.Server
	entra    *provider.Server
	heimdal  *fakeheimdal.Server
	sample   []fakeheimdal.Customer
	// heimdalOrders is where the fake Heimdal takes orders.
	heimdalOrders string
	program       string // portal-api
	api           *child.Process
	listen        string
	metrics       string
	closers       []io.Closer
}

// start brings the parts up in the order they need each other, and makes what an earlier run has not made yet.
func (s *stack) start(ctx context.Context) error {
	for _, step := range []struct {
		what string
		take func(context.Context) error
	}{
		{"find portal-api", s.findProgram},
		{"start PostgreSQL", s.startPostgres},
		{"start the identity providers", s.startProviders},
		{"start the fake Heimdal", s.startHeimdal},
		{"choose the API's addresses", s.chooseAddresses},
		{"prepare the database", s.prepareDatabase},
		{"create the MSSP", s.bootstrap},
		{"add the MSSP's Heimdal account", s.addProduct},
		{"read the customers from Heimdal", s.sync},
		{"start portal-api", s.serve},
		{"invite users", s.invite},
		{"make room for another portal-api", s.makeRoom},
	} {
		if err := step.take(ctx); err != nil {
			return fmt.Errorf("could not %s: %w", step.what, err)
		}
	}
	return nil
}

// stop ends what has been started, portal-api first.
func (s *stack) stop() {
	if s.api != nil {
		s.api.Stop(20*time.Second, syscall.SIGTERM)
	}
	for i := len(s.closers) - 1; i >= 0; i-- {
		s.closers[i].Close()
	}
}

// makeRoom ends the API again where another one is to take its place: until here it was needed to invite users.
func (s *stack) makeRoom(context.Context) error {
	if s.options.NoAPI {
		s.api.Stop(20*time.Second, syscall.SIGTERM)
		s.api = nil
	}
	return nil
}

// wait returns nil when ctx ends, and an error when a part of the stack dies.
func (s *stack) wait(ctx context.Context) error {
	var ended <-chan struct{}
	if s.api != nil {
		ended = s.api.Done()
	}
	select {
	case <-ctx.Done():
		return nil
	case <-ended:
		return fmt.Errorf("portal-api ended by itself with %d; the end of %s:\n%s", s.api.Code(), s.apiLog(), tail(s.apiLog()))
	case <-s.postgres.Done():
		return fmt.Errorf("PostgreSQL ended by itself:\n%s", s.postgres.Log())
	}
}

func (s *stack) startPostgres(ctx context.Context) (err error) {
	s.postgres, err = embedded.Start(ctx, embedded.Config{Dir: s.folder.file("postgres"), Volatile: s.folder.ephemeral})
	if err != nil {
		return err
	}
	s.closers = append(s.closers, s.postgres)
	return nil
}

func (s *stack) startProviders(ctx context.Context) error {
	kept := &s.folder.state
	// Not ctx itself: stop ends them, after portal-api.
	ctx = context.WithoutCancel(ctx)
	err := s.listenWhereKept(&kept.GooglePort, 8482, func(address string) (err error) {
		s.google, err = provider.StartGoogle(ctx, provider.Config{
			Listen: address, ClientID: googleClient, ClientSecret: googleSecret, Accounts: googleAccounts,
		})
		return err
	})
	if err != nil {
		return err
	}
	s.closers = append(s.closers, s.google)
	err = s.listenWhereKept(&kept.EntraPort, 8483, func(address string) (err error) {
		s.entra, err = provider.StartEntra(ctx, provider.Config{
			Listen: address, ClientID: entraClient, Accounts: entraAccounts, TenantIDs: entraTenants,
		})
		return err
	})
	if err != nil {
		return err
	}
	s.closers = append(s.closers, s.entra)
	return nil
}

func (s *stack) startHeimdal(ctx context.Context) error {
	s.sample = fakeheimdal.Sample(sampleSeed)
	err := s.listenWhereKept(&s.folder.state.HeimdalPort, 8484, func(address string) (err error) {
		s.heimdal, err = fakeheimdal.Start(context.WithoutCancel(ctx), fakeheimdal.Config{
			Listen: address, APIKey: heimdalKey, CustomerID: heimdalCustomer, PerMinute: s.options.HeimdalPerMinute, Customers: s.sample,
			Shape: fakeheimdal.Shape{Names: fakeheimdal.Spellings["listed"]},
		})
		return err
	})
	if err != nil {
		return err
	}
	s.closers = append(s.closers, s.heimdal)
	s.heimdalOrders, err = s.heimdal.Control(context.WithoutCancel(ctx))
	return err
}

// listenWhereKept listens on the port of earlier runs, whose data names it; at first on the usual port or a free one.
func (s *stack) listenWhereKept(kept *int, usual int, listen func(address string) error) error {
	if *kept != 0 {
		if err := listen(loopback(*kept)); err != nil {
			return fmt.Errorf("%w: the kept data belongs to this port; end what has it, or start with --fresh", err)
		}
		return nil
	}
	address, err := usualOrFree(usual)
	if err != nil {
		return err
	}
	if err := listen(address); err != nil {
		return err
	}
	_, port, _ := net.SplitHostPort(address)
	*kept, _ = strconv.Atoi(port)
	return s.folder.save()
}

// chooseAddresses takes the addresses asked for as they are, and says where a usual one is taken.
func (s *stack) chooseAddresses(context.Context) error {
	for _, choice := range []struct {
		chosen *string
		asked  string
		usual  int
		what   string
	}{{&s.listen, s.options.Listen, 8480, "the API"}, {&s.metrics, s.options.MetricsListen, 8481, "the metrics"}} {
		*choice.chosen = choice.asked
		if choice.asked != "" {
			continue
		}
		address, err := usualOrFree(choice.usual)
		if err != nil {
			return err
		}
		if address != loopback(choice.usual) {
			fmt.Fprintf(os.Stderr, "port %d is taken: %s listens on %s\n", choice.usual, choice.what, address)
		}
		*choice.chosen = address
	}
	return nil
}

// usualOrFree returns the loopback address of a port if it is free, else that of another free port.
func usualOrFree(port int) (string, error) {
	l, err := net.Listen("tcp", loopback(port))
	if err != nil {
		if l, err = net.Listen("tcp", loopback(0)); err != nil {
			return "", err
		}
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
