package desktop

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"fs-client-portal/backend/portal"
)

const (
	// pageWait is how long after its end a sign-in waits for the browser to fetch the last page, and flushWait how
	// long for that to be sent. Together they stay below the second within which the port is gone.
	pageWait  = 600 * time.Millisecond
	flushWait = 200 * time.Millisecond
)

// listenLoopback opens a port of this computer alone. Entra ID knows the redirect as localhost, which may mean
// either loopback address, so there both are opened where the computer has both.
func listenLoopback(provider portal.ProviderID) ([]net.Listener, error) {
	var lastErr error
	for range 5 {
		four, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		if provider != portal.Entra {
			return []net.Listener{four}, nil
		}
		six, err := net.Listen("tcp6", net.JoinHostPort("::1", portOf(four)))
		switch {
		case err == nil:
			return []net.Listener{four, six}, nil
		case !addressInUse(err):
			return []net.Listener{four}, nil
		}
		lastErr = errors.Join(err, four.Close())
	}
	return nil, lastErr
}

// addressInUse asks whether somebody else holds the port on the other loopback address: they would be sent what
// is meant for us. Any other failure means that this computer has no such address.
func addressInUse(err error) bool {
	return strings.Contains(strings.ToLower(err.Error()), "in use") ||
		strings.Contains(err.Error(), "Only one usage of each socket address")
}

func portOf(l net.Listener) string {
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// serve answers the browser until the returned function is called, which closes the port: at once where no browser
// waits, else as soon as it has its last page. Requests are only accepted once the redirect knows what to expect.
func (d *Desktop) serve(listeners []net.Listener, r *redirect) (stop func()) {
	server := newRedirectServer(r, d.options.Log)
	for _, listener := range listeners {
		go func() {
			<-r.ready.c
			err := server.Serve(listener)
			if !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
				d.options.Log.Error("loopback", "error", err.Error())
			}
		}()
	}
	return func() {
		if r.close() {
			go func() {
				awaitPage(r)
				closePort(listeners)
				closeServer(server)
			}()
			return
		}
		closePort(listeners)
		r.ready.give()
		go closeServer(server)
	}
}

func awaitPage(r *redirect) {
	timer := time.NewTimer(pageWait)
	defer timer.Stop()
	select {
	case <-r.told.c:
	case <-timer.C:
	}
}

func closePort(listeners []net.Listener) {
	for _, listener := range listeners {
		_ = listener.Close()
	}
}

// closeServer lets a page on its way out; a browser that keeps a spare connection is not waited for.
func closeServer(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), flushWait)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close()
	}
}
