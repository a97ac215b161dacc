package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
)

// metricsSocket is the name of the passed socket that serves the metrics: FileDescriptorName= of a systemd socket unit.
const metricsSocket = "metrics"

// sockets are the listeners of the API and the metrics; nil where neither the service manager nor listen has set one.
type sockets struct {
	api, metrics net.Listener
}

// passedSockets returns the sockets that the service manager has passed to this process (LISTEN_FDS). They remain open
// in the service manager, so that connections wait there while the server restarts.
func passedSockets() (sockets, error) {
	passed, err := activation.ListenersWithNames()
	if err != nil {
		return sockets{}, settingError{"LISTEN_FDS", err.Error()}
	}
	return chooseSockets(passed)
}

// chooseSockets tells the sockets apart by their names. The API's may have any name but metrics, because systemd names
// a socket after its unit by default.
func chooseSockets(passed map[string][]net.Listener) (chosen sockets, err error) {
	for name, listeners := range passed {
		for _, listener := range listeners {
			place := &chosen.api
			if name == metricsSocket {
				place = &chosen.metrics
			}
			if *place != nil {
				return sockets{}, errSockets(passed)
			}
			if listener.Addr().Network() != "tcp" {
				return sockets{}, settingError{"LISTEN_FDS", fmt.Sprintf("passes the %s socket %s (%s); it should be a TCP socket",
					listener.Addr().Network(), listener.Addr(), name)}
			}
			*place = listener
		}
	}
	return chosen, nil
}

func errSockets(passed map[string][]net.Listener) error {
	count := 0
	for _, listeners := range passed {
		count += len(listeners)
	}
	return settingError{"LISTEN_FDS", fmt.Sprintf(
		"passes %d sockets, of which %d have the name %s; it should pass one socket for the API and at most one with the name %s",
		count, len(passed[metricsSocket]), metricsSocket, metricsSocket)}
}

// replaceAddresses makes the settings of addresses those of the passed sockets, and logs which settings are ignored.
func (s sockets) replaceAddresses(c *serveCommand, log *slog.Logger) {
	if s.api != nil {
		log.Info("the service manager passed the API's socket: PORTAL_LISTEN is ignored", "listen", s.api.Addr().String())
		c.Listen = s.api.Addr().String()
	}
	if s.metrics != nil {
		log.Info("the service manager passed the metrics' socket: PORTAL_METRICS_LISTEN is ignored",
			"metrics", s.metrics.Addr().String())
		c.MetricsListen = s.metrics.Addr().String()
	}
}

// listen opens the sockets that were not passed.
func (s *sockets) listen(api, metrics string) (err error) {
	if s.api == nil {
		if s.api, err = listen("PORTAL_LISTEN", api); err != nil {
			return err
		}
	}
	if s.metrics == nil {
		s.metrics, err = listen("PORTAL_METRICS_LISTEN", metrics)
	}
	return err
}

func (s sockets) close() {
	for _, listener := range []net.Listener{s.api, s.metrics} {
		if listener != nil {
			listener.Close()
		}
	}
}

func listen(setting, address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, settingError{setting,
			fmt.Sprintf("cannot listen on %q; it should be a free address such as 127.0.0.1:8480 (%v)", address, errors.Unwrap(err))}
	}
	return listener, nil
}

// notifies reports whether a service manager waits until the server is ready. Then a database that is not up yet, as
// after a power failure, delays the start instead of ending it.
func notifies() bool { return os.Getenv("NOTIFY_SOCKET") != "" }

// notify sends a state to the service manager, where one waits for it (NOTIFY_SOCKET).
func notify(state string, log *slog.Logger) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		log.Warn("the service manager could not be notified", "state", state, "error", err)
	}
}
