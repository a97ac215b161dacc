package loopback

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"fs-client-portal/backend/portal"
)

const (
	// pageWait limits how long a closed Server waits for the browser to fetch the last page, flushWait how long it
	// waits for that page to be sent. Together they stay below one second, after which the port must be closed.
	pageWait  = 600 * time.Millisecond
	flushWait = 200 * time.Millisecond
)

// Server is the loopback server of one sign-in attempt.
type Server struct {
	redirect  *redirect
	listeners []net.Listener
	server    *http.Server
	log       *slog.Logger
	started   signal
}

// Expectation is what a Server needs to know about an attempt before it accepts requests.
type Expectation struct {
	// AuthorizationURL is the provider's page with all its parameters, State among them.
	AuthorizationURL string
	// Issuer is the value that an iss parameter must have; IssuerPromised makes the parameter mandatory.
	Issuer         string
	IssuerPromised bool
	// LinkUsed is called with a new link when the one for the user to copy has been used. It may be nil.
	LinkUsed func(link string)
}

// Listen opens a port on the loopback address. Requests wait until Start is called.
func Listen(provider portal.ProviderID, log *slog.Logger) (*Server, error) {
	listeners, err := listenLoopback(provider)
	if err != nil {
		return nil, err
	}
	s := newServer(newRedirect(provider, portOf(listeners[0])), listeners, log)
	for _, listener := range listeners {
		go s.serve(listener)
	}
	return s, nil
}

func newServer(r *redirect, listeners []net.Listener, log *slog.Logger) *Server {
	return &Server{redirect: r, listeners: listeners, server: newHTTPServer(r, log), log: log, started: newSignal()}
}

func (s *Server) serve(listener net.Listener) {
	<-s.started.c
	err := s.server.Serve(listener)
	if !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		s.log.Error("loopback", "error", err.Error())
	}
}

// RedirectURI returns the address that the provider must send the browser back to.
func (s *Server) RedirectURI() string { return s.redirect.uri() }

// State returns the attempt's state parameter, which the provider must send back.
func (s *Server) State() string { return s.redirect.state }

// Start begins to accept requests. It must be called at most once, and before NewLink, CopyLink and Responses.
func (s *Server) Start(e Expectation) {
	s.redirect.target, s.redirect.issuer, s.redirect.issuerPromised = e.AuthorizationURL, e.Issuer, e.IssuerPromised
	if e.LinkUsed != nil {
		s.redirect.linkUsed = e.LinkUsed
	}
	s.started.set()
}

// NewLink returns a link to the provider's page that works once.
func (s *Server) NewLink() string { return s.redirect.newLink() }

// CopyLink returns a link for the user to copy. After its use, LinkUsed receives the next one.
func (s *Server) CopyLink() string { return s.redirect.copyLink() }

// Responses returns the channel that receives the provider's response. At most one is ever sent.
func (s *Server) Responses() <-chan Response { return s.redirect.responses }

// Conclude sets the page that tells the browser how the sign-in ended. Only the first call has an effect.
func (s *Server) Conclude(p Page) { s.redirect.conclude(p) }

// Close invalidates all links and closes the port: immediately if no browser waits for the last page, otherwise as
// soon as the page was sent, within a second.
func (s *Server) Close() {
	if s.redirect.close() {
		go func() {
			s.awaitPage()
			s.closePort()
			s.shutdown()
		}()
		return
	}
	s.closePort()
	s.started.set()
	go s.shutdown()
}

func (s *Server) awaitPage() {
	timer := time.NewTimer(pageWait)
	defer timer.Stop()
	select {
	case <-s.redirect.pageSent.c:
	case <-timer.C:
	}
}

func (s *Server) closePort() { closeAll(s.listeners) }

// shutdown waits for a page that is being sent, but not for an idle connection that a browser keeps open.
func (s *Server) shutdown() {
	ctx, cancel := context.WithTimeout(context.Background(), flushWait)
	defer cancel()
	if s.server.Shutdown(ctx) != nil {
		_ = s.server.Close()
	}
}

// listenLoopback opens one port number. Entra ID registers the redirect as localhost, which may resolve to either
// loopback address, so for Entra ID both are opened if the computer has both.
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

// addressInUse reports whether another program holds the port on the other loopback address: it would receive the
// callback. Any other failure means that this computer has no such address.
func addressInUse(err error) bool {
	return strings.Contains(strings.ToLower(err.Error()), "in use") ||
		strings.Contains(err.Error(), "Only one usage of each socket address")
}

func portOf(l net.Listener) string {
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

func closeAll(listeners []net.Listener) {
	for _, listener := range listeners {
		_ = listener.Close()
	}
}

// newHTTPServer returns a server with limits for a single browser that sends few requests. Connections are kept alive
// so that the browser can fetch the last page after the port was closed. Browsers send the cookies of every server on
// this computer, so large headers are allowed.
func newHTTPServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		IdleTimeout:       5 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
