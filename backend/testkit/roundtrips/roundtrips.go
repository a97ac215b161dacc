// Package roundtrips counts how often a server waits for PostgreSQL, and how many rows it reads.
package roundtrips

import (
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"sync/atomic"
)

// Counter is a proxy between a server and its PostgreSQL. A round trip is counted when PostgreSQL responds after the
// server has sent something, however much that was.
type Counter struct {
	listener   net.Listener
	target     string
	trips      atomic.Int64
	statements atomic.Int64
	rows       atomic.Int64
}

// Start starts a proxy to the database at databaseURL. It runs until Close.
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

// Address returns the host and port of the proxy.
func (c *Counter) Address() string { return c.listener.Addr().String() }

// Trips returns the number of round trips so far.
func (c *Counter) Trips() int64 { return c.trips.Load() }

// Statements returns how many statements the server has executed.
func (c *Counter) Statements() int64 { return c.statements.Load() }

// Rows returns how many rows PostgreSQL has sent.
func (c *Counter) Rows() int64 { return c.rows.Load() }

// Close accepts no further connections.
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
		sent := &messages{count: func(kind byte) {
			if kind == execute || kind == simpleQuery {
				c.statements.Add(1)
			}
		}}
		received := &messages{started: true, count: func(kind byte) {
			if kind == dataRow {
				c.rows.Add(1)
			}
		}}
		go copyCounting(database, server, func(part []byte) {
			asked.Store(true)
			sent.read(part)
		})
		go copyCounting(server, database, func(part []byte) {
			received.read(part)
			if asked.Swap(false) {
				c.trips.Add(1)
			}
		})
	}
}

// The types of messages that are counted (PostgreSQL's protocol, "Message Formats").
const (
	execute     = 'E'
	simpleQuery = 'Q'
	dataRow     = 'D'
)

// messages parses one direction of a connection without TLS: messages with a type and a length. A client sends a
// start-up message without a type first.
type messages struct {
	count   func(kind byte)
	started bool   // whether the start-up message is over
	head    []byte // the start of a message that has not arrived completely
	skip    int    // the remaining bytes of the body
}

func (m *messages) read(part []byte) {
	for len(part) > 0 {
		if m.skip > 0 {
			n := min(m.skip, len(part))
			m.skip, part = m.skip-n, part[n:]
			continue
		}
		m.head, part = append(m.head, part[0]), part[1:]
		length := 4
		if m.started {
			length = 5
		}
		if len(m.head) < length {
			continue
		}
		if m.started {
			m.count(m.head[0])
		}
		m.skip = int(binary.BigEndian.Uint32(m.head[length-4:])) - 4
		m.head, m.started = nil, true
	}
}

// copyCounting copies until an error, and calls arrived for each part.
func copyCounting(to io.WriteCloser, from io.Reader, arrived func([]byte)) {
	defer to.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			arrived(buffer[:n])
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
