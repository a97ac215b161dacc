package desktop

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

// network forwards connections to a server until it drops the packets of the open ones without closing them, as after
// the computer has left a network.
type network struct {
	net.Listener
	target string

	mu    sync.Mutex
	paths []*passage
}

// passage is one connection through the network.
type passage struct {
	client, server net.Conn
	dropped        atomic.Bool
	// ended: one of the two has closed it.
	ended atomic.Bool
}

func newNetwork(t *testing.T, target string) *network {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &network{Listener: listener, target: target}
	go n.serve()
	t.Cleanup(n.close)
	return n
}

func (n *network) serve() {
	for {
		client, err := n.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", n.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p := &passage{client: client, server: server}
		n.mu.Lock()
		n.paths = append(n.paths, p)
		n.mu.Unlock()
		go p.pass(client, server)
		go p.pass(server, client)
	}
}

// pass reads on when packets are dropped, so that neither side notices anything.
func (p *passage) pass(from, to net.Conn) {
	packet := make([]byte, 1<<14)
	for {
		read, err := from.Read(packet)
		if !p.dropped.Load() {
			_, _ = to.Write(packet[:read])
			if err != nil {
				_ = to.Close()
			}
		}
		if err != nil {
			p.ended.Store(true)
			return
		}
	}
}

// path returns a connection by its number.
func (n *network) path(i int) *passage {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.paths[i]
}

// drop drops all packets of the connections there are, and returns how many there are. New ones work.
func (n *network) drop() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range n.paths {
		p.dropped.Store(true)
	}
	return len(n.paths)
}

func (n *network) close() {
	_ = n.Listener.Close()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range n.paths {
		_ = p.client.Close()
		_ = p.server.Close()
	}
}

// quick notices dead connections within a test.
var quick = lifeLimits{ping: 30 * time.Millisecond, pong: 30 * time.Millisecond, first: 60 * time.Millisecond}

// protocols are what a connection to the API may speak.
var protocols = []string{"HTTP/1.1", "HTTP/2.0"}

// through returns a client of an API behind a network, over TLS and one protocol.
func through(t *testing.T, protocol string, live lifeLimits, api http.Handler) (*apiClient, *network) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Proto != protocol {
			t.Errorf("got a request by %s, want %s", r.Proto, protocol)
		}
		api.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.EnableHTTP2 = protocol == "HTTP/2.0"
	server.StartTLS()
	t.Cleanup(server.Close)
	way := newNetwork(t, server.Listener.Addr().String())
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	client := newAPIClient("https://"+way.Addr().String(), "test", roots, slog.New(slog.DiscardHandler))
	client.connections = newConnections(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, live)
	client.http.SetTransport(client.connections)
	client.streams.SetTransport(client.connections)
	t.Cleanup(func() { client.connections.inUse().CloseIdleConnections() })
	return client, way
}

// bounded ends a wait that would else last as long as the fault does.
func bounded(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), wait.Timeout(time.Minute))
	t.Cleanup(cancel)
	return ctx
}

// deadline is a context whose deadline passes when the test closes the channel.
type deadline struct {
	context.Context
	passed chan struct{}
}

func (d deadline) Done() <-chan struct{} { return d.passed }

func (d deadline) Err() error {
	select {
	case <-d.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// untilSent returns a context whose deadline passes as soon as the request has been sent. A request that is never sent
// ends with the client's own limit.
func untilSent(t *testing.T) context.Context {
	t.Helper()
	passed := make(chan struct{})
	pass := sync.OnceFunc(func() { close(passed) })
	trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { pass() }}
	return deadline{httptrace.WithClientTrace(t.Context(), trace), passed}
}

// never is longer than any test waits: what depends on it has failed.
const never = time.Hour

// patient notices no dead connection by itself.
var patient = lifeLimits{ping: never, pong: never, first: never}

func TestLifeLimits(t *testing.T) {
	want := lifeLimits{ping: 3 * time.Second, pong: 5 * time.Second, first: 8 * time.Second}
	if usualLimits != want {
		t.Errorf("got %+v, want %+v", usualLimits, want)
	}
	c := newAPIClient("https://portal.example.com", "test", nil, slog.New(slog.DiscardHandler)).connections
	http2 := c.inUse().HTTP2
	if got := (lifeLimits{http2.SendPingTimeout, http2.PingTimeout, c.first}); got != want {
		t.Errorf("a client has %+v, want %+v", got, want)
	}
}

func TestConnections(t *testing.T) {
	t.Run("are_left_once_however_many_calls_fail", func(t *testing.T) {
		c := newConnections(&tls.Config{MinVersion: tls.VersionTLS12}, patient)
		failed := c.inUse()
		c.leave(failed)
		next := c.inUse()
		c.leave(failed)
		if next == failed || c.inUse() != next {
			t.Error("a second call that failed on the old connections gave up the new ones")
		}
	})
	t.Run("first_byte_ends_the_wait_for_it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			for _, begun := range []bool{true, false} {
				guarded, stop := newConnections(&tls.Config{MinVersion: tls.VersionTLS12}, usualLimits).guard(t.Context())
				trace := httptrace.ContextClientTrace(guarded)
				trace.GotConn(httptrace.GotConnInfo{Reused: true})
				if begun {
					trace.GotFirstResponseByte()
				}
				time.Sleep(2 * usualLimits.first)
				if ended := guarded.Err() != nil; ended == begun {
					t.Errorf("got %v, and the response had begun: %t", context.Cause(guarded), begun)
				}
				stop()
			}
		})
	})
	for _, protocol := range protocols {
		none := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		read := request{method: http.MethodGet, path: "/"}
		t.Run(protocol+"/idle_ones_are_closed_when_the_network_changes", func(t *testing.T) {
			client, way := through(t, protocol, patient, none)
			if err := client.do(bounded(t), read); err != nil {
				t.Fatal(err)
			}
			client.connections.move()
			eventually(t, "the connection to end", func() bool { return way.path(0).ended.Load() })
		})
		t.Run(protocol+"/dead_idle_ones_are_not_used_after_a_change", func(t *testing.T) {
			client, way := through(t, protocol, patient, none)
			if err := client.do(bounded(t), read); err != nil {
				t.Fatal(err)
			}
			way.drop()
			client.connections.move()
			if err := client.do(bounded(t), request{method: http.MethodPost, path: "/"}); err != nil {
				t.Errorf("got %v, want a new connection", err)
			}
		})
		t.Run(protocol+"/one_a_call_failed_on_is_not_used_again", func(t *testing.T) {
			client, way := through(t, protocol, patient, none)
			if err := client.do(bounded(t), read); err != nil {
				t.Fatal(err)
			}
			way.drop()
			write := request{method: http.MethodPost, path: "/"}
			wantCode(t, client.do(untilSent(t), write), Offline)
			if err := client.do(bounded(t), write); err != nil {
				t.Errorf("got %v, want a new connection", err)
			}
		})
	}
	t.Run("HTTP/2.0/one_that_answers_pings_may_be_slow", func(t *testing.T) {
		var asked atomic.Int32
		live := lifeLimits{ping: quick.ping, pong: time.Minute, first: quick.first}
		client, _ := through(t, "HTTP/2.0", live, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			time.Sleep(4 * quick.first)
			w.WriteHeader(http.StatusNoContent)
		}))
		for range 2 {
			if err := client.do(bounded(t), request{method: http.MethodGet, path: "/"}); err != nil {
				t.Error(err)
			}
		}
		if n := asked.Load(); n != 2 {
			t.Errorf("the API received %d calls, want 2", n)
		}
	})
}

func TestDeadConnection(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol+"/a_read_goes_on_by_a_new_connection", func(t *testing.T) {
			var asked atomic.Int32
			client, way := through(t, protocol, quick, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				reply(w, 200, map[string]any{})
			}))
			read := request{method: http.MethodGet, path: "/v1/me", out: &map[string]any{}}
			for range 2 {
				if err := client.do(bounded(t), read); err != nil {
					t.Fatal(err)
				}
			}
			way.drop()
			if err := client.do(bounded(t), read); err != nil {
				t.Errorf("got %v over a connection that is dead, want a new one", err)
			}
			if n := asked.Load(); n != 3 {
				t.Errorf("the API received %d calls, want 3", n)
			}
		})
		t.Run(protocol+"/a_change_is_made_once_and_the_next_goes_by_a_new_connection", func(t *testing.T) {
			var asked atomic.Int32
			client, way := through(t, protocol, quick, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					asked.Add(1)
				}
				w.WriteHeader(http.StatusNoContent)
			}))
			if err := client.do(bounded(t), request{method: http.MethodGet, path: "/"}); err != nil {
				t.Fatal(err)
			}
			way.drop()
			write := request{method: http.MethodPost, path: "/"}
			wantCode(t, client.do(untilSent(t), write), Offline)
			if err := client.do(bounded(t), write); err != nil {
				t.Errorf("the next call: %v", err)
			}
			if n := asked.Load(); n != 1 {
				t.Errorf("the API received %d calls, want 1", n)
			}
		})
		t.Run(protocol+"/a_slow_response_is_waited_for", func(t *testing.T) {
			client, _ := through(t, protocol, lifeLimits{ping: quick.ping, pong: time.Minute, first: time.Minute},
				http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					time.Sleep(4 * quick.ping)
					w.WriteHeader(http.StatusNoContent)
				}))
			for range 2 {
				if err := client.do(bounded(t), request{method: http.MethodGet, path: "/"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestNetworkChange(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol+"/ends_reads_and_streams_under_way_and_idle_connections", func(t *testing.T) {
			begun := make(chan string, 10)
			var changed atomic.Bool
			client, way := through(t, protocol, patient, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if changed.Load() {
					w.WriteHeader(http.StatusNoContent)
					return
				}
				if r.URL.Path == "/stream" {
					w.Header().Set("Content-Type", "text/event-stream")
					w.(http.Flusher).Flush()
				}
				begun <- r.URL.Path
				<-r.Context().Done()
			}))
			ended := make(chan error, 2)
			go func() { ended <- client.do(bounded(t), request{method: http.MethodGet, path: "/read"}) }()
			go func() {
				none := func(string, []byte) error { return nil }
				ended <- client.do(bounded(t), request{method: http.MethodGet, path: "/stream", event: none})
			}()
			for range 2 {
				wait.For(t, time.Minute, "the read and the stream to begin", begun)
			}
			way.drop()
			changed.Store(true)
			client.connections.move()
			failed := 0
			for range 2 {
				if err := wait.For(t, time.Minute, "the read and the stream to end", ended); err != nil {
					failed++
					wantCode(t, err, Offline)
				}
			}
			if failed != 1 {
				t.Errorf("%d calls failed, want the stream alone", failed)
			}
			if err := client.do(bounded(t), request{method: http.MethodGet, path: "/"}); err != nil {
				t.Error(err)
			}
		})
	}
}

// The network is gone between the commit of a refresh and its response.
func TestRefreshOverADeadConnection(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			api := newFakeAPI(t)
			var way *network
			var once sync.Once
			between := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/v1/auth/refresh" {
					api.Config.Handler.ServeHTTP(w, r)
					return
				}
				committed := httptest.NewRecorder()
				api.Config.Handler.ServeHTTP(committed, r)
				once.Do(func() { way.drop() })
				w.Header().Set("Content-Type", committed.Header().Get("Content-Type"))
				w.WriteHeader(committed.Code)
				_, _ = io.Copy(w, committed.Body)
			})
			var client *apiClient
			client, way = through(t, protocol, quick, between)
			ring := &memoryKeyring{}
			w := newWindow(t, "https://"+way.Addr().String(), t.TempDir(), ring)
			w.api = client
			api.mu.Lock()
			tokens := api.tokens()
			api.mu.Unlock()
			w.signIn(t, tokens)
			if err := client.do(bounded(t), request{method: http.MethodGet, path: "/v1/auth/providers"}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.renew(bounded(t), w.currentAccess()); err != nil {
				t.Fatalf("the refresh: %v", err)
			}
			if n := api.count(&api.refreshes); n != 2 {
				t.Errorf("the API received %d refreshes, want the one whose response was lost and its repetition", n)
			}
			if err := w.call(bounded(t), request{method: http.MethodGet, path: "/v1/me", out: &portal.Me{}}); err != nil {
				t.Errorf("the session afterwards: %v", err)
			}
			if len(w.ends()) != 0 || !strings.Contains(ring.kept(), w.kept.RefreshToken) {
				t.Errorf("got events %+v, kept %q", w.ends(), ring.kept())
			}
		})
	}
}
