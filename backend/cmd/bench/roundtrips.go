package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync/atomic"
)

// countRoundTrips asks for each page once more, through a proxy that counts how often the server waits for PostgreSQL.
func countRoundTrips(ctx context.Context, w *world) error {
	counter, err := startCounter(w.serverURL(""))
	if err != nil {
		return err
	}
	defer counter.listener.Close()
	api, err := w.serve(ctx, w.serverURL(counter.listener.Addr().String()))
	if err != nil {
		return err
	}
	defer api.stop()
	for _, p := range pages {
		bearer := w.admin
		if p.user {
			bearer = w.mspUser
		}
		if err := counter.print(ctx, api.base, p, bearer); err != nil {
			return err
		}
	}
	behind := *w
	behind.api = api
	return counter.printSignIns(ctx, &behind)
}

// The first requests fill caches: prepared statements, signing keys.
const requestsBeforeCounting = 20

func (c *counter) print(ctx context.Context, base string, p page, bearer string) error {
	for range requestsBeforeCounting {
		if err := expectOK(ctx, base+p.path, bearer); err != nil {
			return err
		}
	}
	const requests = 20
	before := c.trips.Load()
	for range requests {
		if err := expectOK(ctx, base+p.path, bearer); err != nil {
			return err
		}
	}
	row(p.name+", database round trips", float64(c.trips.Load()-before)/requests, "per request", "limit", 1)
	return nil
}

// newcomers are people who sign in for the first time while round trips are counted.
const newcomers = 10

func newcomer(number int) string { return fmt.Sprintf("newcomer%d", number) }

// printSignIns counts whole sign-ins, attempt and token, of somebody known and of people with a fresh invite.
func (c *counter) printSignIns(ctx context.Context, w *world) error {
	if _, err := w.tryCode(ctx, "user", ""); err != nil {
		return err
	}
	known, err := c.during(newcomers, func(int) error { _, err := w.tryCode(ctx, "user", ""); return err })
	if err != nil {
		return err
	}
	for i := range newcomers {
		if _, err := w.invite(ctx, newcomer(i)+"@bench.example"); err != nil {
			return err
		}
	}
	first, err := c.during(newcomers, func(i int) error { _, err := w.tryCode(ctx, newcomer(i), ""); return err })
	if err != nil {
		return err
	}
	row("sign-in, database round trips", known, "per sign-in", "limit", 4)
	row("first sign-in, database round trips", first, "per sign-in", "limit", 4)
	return nil
}

// during answers the round trips each of several pieces of work took.
func (c *counter) during(times int, work func(int) error) (each float64, err error) {
	before := c.trips.Load()
	for i := range times {
		if err := work(i); err != nil {
			return 0, err
		}
	}
	return float64(c.trips.Load()-before) / float64(times), nil
}

// counter stands between portal-api and PostgreSQL. A round trip is a change of who speaks: the server has sent
// something, however much at once, and PostgreSQL answers.
type counter struct {
	listener net.Listener
	target   string
	trips    atomic.Int64
}

func startCounter(databaseURL string) (*counter, error) {
	database, err := url.Parse(databaseURL)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &counter{listener: listener, target: database.Host}
	go c.accept()
	return c, nil
}

func (c *counter) accept() {
	for {
		server, err := c.listener.Accept()
		if err != nil {
			return
		}
		database, err := net.Dial("tcp", c.target)
		if err != nil {
			server.Close()
			continue
		}
		asked := new(atomic.Bool)
		go copyCounting(database, server, func() { asked.Store(true) })
		go copyCounting(server, database, func() {
			if asked.Swap(false) {
				c.trips.Add(1)
			}
		})
	}
}

// copyCounting passes on what arrives, and says so each time.
func copyCounting(to io.WriteCloser, from io.Reader, arrived func()) {
	defer to.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			arrived()
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
