// Package roundtrips counts how often a server waits for PostgreSQL.
package roundtrips

import (
	"io"
	"net"
	"net/url"
	"sync/atomic"
)

// Counter stands between a server and its PostgreSQL. A round trip is a change of who speaks: the server has sent
// something, however much at once, and PostgreSQL answers.
type Counter struct {
	listener net.Listener
	target   string
	trips    atomic.Int64
}

// Start counts before the database at url until Close.
func Start(databaseURL string) (*Counter, error) {
	database, err := url.Parse(databaseURL)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &Counter{listener: listener, target: database.Host}
	go c.accept()
	return c, nil
}

// Address is host and port to reach the database at.
func (c *Counter) Address() string { return c.listener.Addr().String() }

// Trips answers how many round trips there have been.
func (c *Counter) Trips() int64 { return c.trips.Load() }

// Close takes no further connections.
func (c *Counter) Close() error { return c.listener.Close() }

func (c *Counter) accept() {
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
