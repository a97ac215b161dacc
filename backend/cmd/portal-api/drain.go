package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// arrivalTimeout is how long a connection that was accepted before the shutdown may take to send its first request.
const arrivalTimeout = 5 * time.Second

// server serves one listener. Unlike http.Server alone, it also serves what was accepted just before the shutdown:
// http.Server drops a request that it reads after the beginning of Shutdown.
type server struct {
	http     *http.Server
	listener net.Listener
	accepts  sync.WaitGroup
	mu       sync.Mutex
	// arriving are the accepted connections whose first request has not reached the handler.
	arriving map[net.Conn]struct{}
}

type connectionKey struct{}

// newServer limits the duration of requests and the size of their headers.
func newServer(listener net.Listener, handler http.Handler) *server {
	s := &server{listener: listener, arriving: map[net.Conn]struct{}{}}
	s.http = &http.Server{
		Handler: s.arrive(handler), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ConnState: s.follow,
		ConnContext: func(ctx context.Context, connection net.Conn) context.Context {
			return context.WithValue(ctx, connectionKey{}, connection)
		},
	}
	return s
}

// follow counts a connection from when it is accepted; arrive ends that, or the end of the connection.
func (s *server) follow(connection net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateNew:
		s.arriving[connection] = struct{}{}
	case http.StateClosed, http.StateHijacked:
		delete(s.arriving, connection)
	}
}

func (s *server) arrive(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if connection, ok := r.Context().Value(connectionKey{}).(net.Conn); ok {
			s.mu.Lock()
			delete(s.arriving, connection)
			s.mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
}

func (s *server) start(failed chan<- error) {
	s.accepts.Go(func() { failed <- s.http.Serve(s.listener) })
}

// shutdown accepts no further connections, waits for the first requests of those accepted, then for all requests.
func (s *server) shutdown(ctx context.Context) error {
	err := ignoreClosed(s.listener.Close())
	s.accepts.Wait()
	waiting, cancel := context.WithTimeout(ctx, arrivalTimeout)
	defer cancel()
	for s.arrivals() > 0 && waiting.Err() == nil {
		select {
		case <-waiting.Done():
		case <-time.After(5 * time.Millisecond):
		}
	}
	return errors.Join(err, ignoreClosed(s.http.Shutdown(ctx)))
}

func (s *server) arrivals() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.arriving)
}

// ignoreClosed drops the error of closing a listener that is closed.
func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// serveUntil serves until ctx ends or one of the servers fails. It calls beforeShutdown to end requests that would not
// end by themselves.
func serveUntil(ctx context.Context, servers []*server, beforeShutdown func()) error {
	failed := make(chan error, len(servers))
	for _, s := range servers {
		s.start(failed)
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	beforeShutdown()
	for _, s := range servers {
		err = errors.Join(err, s.shutdown(ctx))
	}
	return err
}
