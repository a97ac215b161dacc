package loopback

import (
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fs-client-portal/backend/portal"
)

// pipeListener has connections inside this process, so that synctest controls their time.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn, 1), closed: make(chan struct{})}
}

func (p *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipeListener) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4711} }

func (p *pipeListener) dial() net.Conn {
	here, there := net.Pipe()
	p.conns <- there
	return here
}

// servePipes runs the server of a sign-in on connections of this process.
func servePipes(r *redirect) (*Server, *pipeListener) {
	listener := newPipeListener()
	s := newServer(r, []net.Listener{listener}, slog.New(slog.DiscardHandler))
	go s.serve(listener)
	s.started.set()
	return s, listener
}

func TestServer(t *testing.T) {
	const header = "POST /callback/google HTTP/1.1\r\nHost: 127.0.0.1:4711\r\n" +
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n"
	for name, c := range map[string]struct {
		sent  string
		limit time.Duration
	}{
		"no_request":         {"", 5 * time.Second},
		"an_unfinished_head": {header, 5 * time.Second},
		"an_unfinished_form": {header + "\r\nstate=", 10 * time.Second},
	} {
		t.Run("closes_a_connection_with_"+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, _ := fuzzedRedirect()
				s, listener := servePipes(r)
				defer s.server.Close()
				conn, began := listener.dial(), time.Now()
				defer conn.Close()
				go func() { _, _ = io.WriteString(conn, c.sent) }()
				_, _ = io.ReadAll(conn)
				if got := time.Since(began); got > c.limit+time.Second {
					t.Errorf("got closed after %v, want %v", got, c.limit)
				}
				if len(r.responses) != 0 {
					t.Error("got a response, want none")
				}
			})
		})
	}
	t.Run("keeps_the_browser_waiting_for_the_portal", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r, _ := fuzzedRedirect()
			s, listener := servePipes(r)
			defer s.server.Close()
			conn := listener.dial()
			defer conn.Close()
			go func() {
				_, _ = io.WriteString(conn, "GET "+r.done+" HTTP/1.1\r\nHost: 127.0.0.1:4711\r\n\r\n")
				time.Sleep(50 * time.Second)
				s.Conclude(Page{Name: SignedIn, Who: "Ada"})
			}()
			if got, _ := io.ReadAll(conn); !strings.Contains(string(got), "You are signed in") {
				t.Errorf("got %q after 50 seconds, want the last page", got)
			}
		})
	})
	t.Run("stops_within_a_second_if_the_page_is_not_read", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r, _ := fuzzedRedirect()
			s, listener := servePipes(r)
			conn := listener.dial()
			_, _ = io.WriteString(conn, "GET /callback/google?state="+fuzzState+
				"&error=access_denied HTTP/1.1\r\nHost: 127.0.0.1:4711\r\n\r\n")
			<-s.Responses()
			s.Conclude(Page{Name: pageOther})
			began := time.Now()
			s.Close()
			<-listener.closed
			for err := error(nil); err == nil; {
				_, err = io.WriteString(conn, "more")
			}
			if got := time.Since(began); got >= time.Second {
				t.Errorf("got stopped after %v, want less than a second", got)
			}
		})
	})
	t.Run("waits_for_start", func(t *testing.T) {
		s, err := Listen(portal.Google, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		conn, err := net.Dial("tcp", s.listeners[0].Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "GET "+strings.TrimPrefix(s.NewLink(), s.redirect.origin)+" HTTP/1.1\r\nHost: "+
			s.redirect.hosts[0]+"\r\nConnection: close\r\n\r\n")
		s.Start(Expectation{AuthorizationURL: fuzzTarget})
		if got, _ := io.ReadAll(conn); !strings.Contains(string(got), "Location: "+fuzzTarget) {
			t.Errorf("got %s, want a redirect to the page that Start named", got)
		}
	})
}

func TestListen(t *testing.T) {
	for provider, most := range map[portal.ProviderID]int{portal.Google: 1, portal.Entra: 2} {
		t.Run(string(provider), func(t *testing.T) {
			listeners, err := listenLoopback(provider)
			if err != nil {
				t.Fatal(err)
			}
			defer closeAll(listeners)
			if got := len(listeners); got < 1 || got > most {
				t.Errorf("got %d listeners, want 1 to %d", got, most)
			}
			for _, l := range listeners {
				if ip := l.Addr().(*net.TCPAddr).IP; !ip.Equal(net.IPv4(127, 0, 0, 1)) && !ip.Equal(net.IPv6loopback) {
					t.Errorf("got address %s, want a loopback address", ip)
				}
				if got, want := portOf(l), portOf(listeners[0]); got != want {
					t.Errorf("got port %s beside %s, want the same", got, want)
				}
			}
		})
	}
}
