package desktop

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"
)

// lifeLimits are the time limits for dead connections. After a change of the network the end of a connection is never
// reported, and without these limits a call would wait for its own.
type lifeLimits struct {
	// ping is how long an HTTP/2 connection may be silent before it is pinged, pong how long the response to a ping may
	// take.
	ping, pong time.Duration
	// first is how long a reused HTTP/1.1 connection may take for the first byte of a response, for calls that can be
	// repeated.
	first time.Duration
}

var usualLimits = lifeLimits{ping: 3 * time.Second, pong: 5 * time.Second, first: 8 * time.Second}

var (
	errConnectionSilent = errors.New("a connection that was used before gives no response")
	errNetworkChanged   = errors.New("the computer's network has changed")
)

// connections are the HTTP connections to one API. They can be replaced as a whole: later calls use new ones, while
// calls in progress may still finish on the old ones.
type connections struct {
	make  func() *http.Transport
	first time.Duration

	mu      sync.Mutex
	current *http.Transport
	// network ends when the computer's network changes.
	network context.Context
	changed context.CancelCauseFunc
}

func newConnections(secure *tls.Config, live lifeLimits) *connections {
	c := &connections{first: live.first, make: func() *http.Transport { return newTransport(secure.Clone(), live) }}
	c.current = c.make()
	c.network, c.changed = context.WithCancelCause(context.Background())
	return c
}

func newTransport(secure *tls.Config, live lifeLimits) *http.Transport {
	dialer := &net.Dialer{
		Timeout:         5 * time.Second,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3},
	}
	return &http.Transport{
		Proxy:                  systemProxy,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        secure,
		OnProxyConnectResponse: checkConnect,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  requestTimeout,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    4,
		ForceAttemptHTTP2:      true,
		HTTP2: &http.HTTP2Config{
			SendPingTimeout: live.ping, PingTimeout: live.pong, WriteByteTimeout: live.ping + live.pong,
		},
	}
}

// RoundTrip makes one request by the connections in use.
func (c *connections) RoundTrip(r *http.Request) (*http.Response, error) {
	return c.inUse().RoundTrip(r)
}

func (c *connections) inUse() *http.Transport {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current
}

// leave has further calls make new connections, unless that has happened since failed was in use.
func (c *connections) leave(failed *http.Transport) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == failed {
		c.current = c.make()
		failed.CloseIdleConnections()
	}
}

// move has all calls make new connections because the network is another: those under way that can be made again, and
// streams, end with errNetworkChanged.
func (c *connections) move() {
	c.leave(c.inUse())
	c.mu.Lock()
	changed := c.changed
	c.network, c.changed = context.WithCancelCause(context.Background())
	c.mu.Unlock()
	changed(errNetworkChanged)
}

// onMove calls do once, at the next change of the network, unless that is taken back by unhook.
func (c *connections) onMove(do func()) (unhook func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	stop := context.AfterFunc(c.network, do)
	return func() { stop() }
}

// guard returns a context for one call that can be repeated. It ends early if the network changes, or if a reused
// connection does not respond. stop must be called when the call has ended.
func (c *connections) guard(ctx context.Context) (guarded context.Context, stop func()) {
	guarded, cancel := context.WithCancelCause(ctx)
	unhook := c.onMove(func() { cancel(errNetworkChanged) })
	silence := &silence{limit: c.first, late: func() { cancel(errConnectionSilent) }}
	guarded = httptrace.WithClientTrace(guarded, &httptrace.ClientTrace{
		GotConn:              silence.begin,
		GotFirstResponseByte: silence.end,
	})
	return guarded, func() {
		unhook()
		silence.end()
		cancel(nil)
	}
}

// silence calls late when a used connection brings nothing within the limit.
type silence struct {
	limit time.Duration
	late  func()

	mu    sync.Mutex
	timer *time.Timer
}

// begin does nothing for HTTP/2, which has its pings: a connection that replies to them is alive, however slow the
// response.
func (s *silence) begin(got httptrace.GotConnInfo) {
	if secure, ok := got.Conn.(*tls.Conn); !got.Reused || ok && secure.ConnectionState().NegotiatedProtocol == "h2" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer = time.AfterFunc(s.limit, s.late)
}

func (s *silence) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
}

// connectionLost returns why a guarded call was cancelled, otherwise err.
func connectionLost(guarded context.Context, err error) error {
	cause := context.Cause(guarded)
	if err != nil && (errors.Is(cause, errConnectionSilent) || errors.Is(cause, errNetworkChanged)) {
		return cause
	}
	return err
}
