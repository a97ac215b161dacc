package main

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

func TestDrain(t *testing.T) {
	t.Parallel()
	t.Run("serves_connection_accepted_before_shutdown", testDrainServesAcceptedConnection)
	t.Run("ends_connection_without_request", testDrainEndsConnectionWithoutRequest)
}

// drained is a server that has accepted one connection and begun to shut down.
type drained struct {
	connection net.Conn
	ended      chan error
}

func startDrain(t *testing.T) drained {
	t.Helper()
	s := newServer(loopbackListener(t), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	ctx, cancel := context.WithCancel(t.Context())
	d := drained{ended: make(chan error, 1)}
	begun := make(chan struct{})
	go func() { d.ended <- serveUntil(ctx, []*server{s}, func() { close(begun) }) }()
	var err error
	if d.connection, err = net.Dial("tcp", s.listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.connection.Close() })
	wait.Until(t, time.Minute, "the connection to be accepted", func() bool { return s.arrivals() == 1 })
	cancel()
	wait.Signal(t, time.Minute, "the shutdown to begin", begun)
	// No further connection is accepted: the shutdown waits for the first request.
	wait.Until(t, time.Minute, "the listener to be closed", func() bool {
		connection, err := net.Dial("tcp", s.listener.Addr().String())
		if err == nil {
			connection.Close()
		}
		return err != nil
	})
	return d
}

func testDrainServesAcceptedConnection(t *testing.T) {
	t.Parallel()
	d := startDrain(t)
	if _, err := d.connection.Write([]byte("GET / HTTP/1.1\r\nHost: portal\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(d.connection), nil)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("got %v, %v, want the status 200", response, err)
	}
	if err := wait.For(t, time.Minute, "the server to end", d.ended); err != nil {
		t.Errorf("got %v, want no error", err)
	}
}

func testDrainEndsConnectionWithoutRequest(t *testing.T) {
	t.Parallel()
	d := startDrain(t)
	if err := wait.For(t, time.Minute, "the server to end", d.ended); err != nil {
		t.Errorf("got %v, want no error", err)
	}
}
