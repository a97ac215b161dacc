package desktop

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fs-client-portal/backend/portal"
)

// wantPortGone dials until nobody answers. That must be within a second, but a busy machine may take longer to notice.
func wantPortGone(t *testing.T, address string) {
	t.Helper()
	until := time.Now().Add(time.Minute)
	for {
		conn, err := net.DialTimeout("tcp", address, time.Minute)
		if err != nil {
			return
		}
		_ = conn.Close()
		if time.Now().After(until) {
			t.Errorf("the port %s is still open a minute after the end", address)
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// bring takes the provider's answer to the app with a program that does not fetch the page after it.
func bring(t *testing.T, target, answer url.Values) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target.Get("redirect_uri")+"?"+answer.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Close = true
	got, err := noRedirects.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusSeeOther {
		t.Fatalf("the answer was answered %d", got.StatusCode)
	}
	return locationOf(t, got).String()
}

func TestThePortIsGoneWithinASecondHoweverASignInEnds(t *testing.T) {
	denied := func(target url.Values) url.Values {
		return url.Values{"state": {target.Get("state")}, "error": {"access_denied"}}
	}
	for name, c := range map[string]struct {
		code portal.Code
		end  func(t *testing.T, b *bench, clock *fakeClock, target url.Values)
	}{
		"signed in, the page fetched": {"", func(t *testing.T, b *bench, _ *fakeClock, target url.Values) {
			get(t, target.Get("redirect_uri")+"?"+b.answer(target).Encode())
		}},
		"signed in, the page never fetched": {"", func(t *testing.T, b *bench, _ *fakeClock, target url.Values) {
			bring(t, target, b.answer(target))
		}},
		"denied": {Denied, func(t *testing.T, _ *bench, _ *fakeClock, target url.Values) {
			get(t, target.Get("redirect_uri")+"?"+denied(target).Encode())
		}},
		"denied, the page never fetched": {Denied, func(t *testing.T, _ *bench, _ *fakeClock, target url.Values) {
			bring(t, target, denied(target))
		}},
		"refused by the API": {portal.NoInvite, func(t *testing.T, b *bench, _ *fakeClock, target url.Values) {
			b.api.refuse = func(portal.CodeGrant) *portal.Error { return portal.Errorf(portal.NoInvite, "No.") }
			get(t, target.Get("redirect_uri")+"?"+b.answer(target).Encode())
		}},
		"cancelled":            {Cancelled, func(_ *testing.T, b *bench, _ *fakeClock, _ url.Values) { _ = b.CancelSignIn() }},
		"app closed":           {Cancelled, func(_ *testing.T, b *bench, _ *fakeClock, _ url.Values) { b.Close() }},
		"signed out meanwhile": {Cancelled, func(t *testing.T, b *bench, _ *fakeClock, _ url.Values) { _ = b.SignOut(t.Context()) }},
		"out of time":          {TimedOut, func(_ *testing.T, _ *bench, clock *fakeClock, _ url.Values) { clock.advance(5 * time.Minute) }},
		"another button":       {Cancelled, func(t *testing.T, b *bench, _ *fakeClock, _ url.Values) { b.start(t, portal.Entra) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := newFakeClock()
			b := newBench(t, withClock(clock))
			result, link := b.start(t, portal.Google)
			target := follow(t, link)
			redirect, _ := url.Parse(target.Get("redirect_uri"))
			// A browser's spare connection, and one that has begun to say something, must not keep it.
			for _, said := range []string{"", "GET / HTTP/1.1\r\nHos"} {
				spare, err := net.Dial("tcp", redirect.Host)
				if err != nil {
					t.Fatal(err)
				}
				defer spare.Close()
				_, _ = io.WriteString(spare, said)
			}
			<-clock.asked
			c.end(t, b, clock, target)
			if r := <-result; hasCode(r.err, c.code) == (c.code == "") && (c.code != "" || r.err != nil) {
				t.Errorf("ended with %v, want %q", r.err, c.code)
			}
			wantPortGone(t, redirect.Host)
		})
	}
}

func TestTheLastPageReachesABrowserThatComesForItAfterTheEnd(t *testing.T) {
	b := newBench(t)
	result, link := b.start(t, portal.Google)
	target := follow(t, link)
	done := bring(t, target, url.Values{"state": {target.Get("state")}, "error": {"access_denied"}})
	wantCode(t, (<-result).err, Denied)
	if page := get(t, done); page.status != 200 || !strings.Contains(page.body, "You were not signed in") {
		t.Errorf("shown %d %s", page.status, page.body)
	}
}

func TestAfterTheEndNoLinkLeadsAnywhereAndNoAnswerCounts(t *testing.T) {
	r, _ := fuzzedRedirect()
	link := strings.TrimPrefix(r.newLink(), r.origin)
	if r.close() {
		t.Error("a page is due though no browser came")
	}
	for _, path := range []string{link, r.path + "?state=" + fuzzState + "&code=abc"} {
		answer := string(exchange(t, r, []byte("GET "+path+" HTTP/1.1\r\nHost: 127.0.0.1:4711\r\nConnection: close\r\n\r\n")))
		if !strings.HasPrefix(answer, "HTTP/1.1 410 ") || len(r.responses) != 0 {
			t.Errorf("%s was answered %s", path, answer)
		}
	}
}

// pipes is a listener whose connections stay inside this process, so that time can be made up.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4711} }

func (p *pipes) dial() net.Conn {
	here, there := net.Pipe()
	p.conns <- there
	return here
}

func TestWhoeverSpeaksSlowlyIsHungUpOn(t *testing.T) {
	const header = "POST /callback/google HTTP/1.1\r\nHost: 127.0.0.1:4711\r\n" +
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n"
	for name, c := range map[string]struct {
		said  string
		limit time.Duration
	}{"nothing at all": {"", 5 * time.Second}, "half a header": {header, 5 * time.Second}, "half a form": {header + "\r\nstate=", 10 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			r, _ := fuzzedRedirect()
			listener := newPipes()
			server := newRedirectServer(r, slog.New(slog.DiscardHandler))
			go func() { _ = server.Serve(listener) }()
			defer server.Close()
			conn, began := listener.dial(), time.Now()
			defer conn.Close()
			go func() { _, _ = io.WriteString(conn, c.said) }()
			_, _ = io.ReadAll(conn)
			if took := time.Since(began); took > c.limit+time.Second {
				t.Errorf("%s was listened to for %v", name, took)
			}
			if len(r.responses) != 0 {
				t.Errorf("%s ended the sign-in", name)
			}
		})
	}
}

func TestThePageWaitsAsLongAsThePortalNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := fuzzedRedirect()
		listener := newPipes()
		server := newRedirectServer(r, slog.New(slog.DiscardHandler))
		go func() { _ = server.Serve(listener) }()
		defer server.Close()
		conn := listener.dial()
		defer conn.Close()
		go func() {
			_, _ = io.WriteString(conn, "GET "+r.done+" HTTP/1.1\r\nHost: 127.0.0.1:4711\r\n\r\n")
			time.Sleep(50 * time.Second)
			r.conclude(page{Name: pageSignedIn, Who: "Ada"})
		}()
		got, _ := io.ReadAll(conn)
		if !strings.Contains(string(got), "You are signed in") {
			t.Errorf("after 50 seconds the browser was shown %q", got)
		}
	})
}

func TestTheServerStopsWithinTheSecondThoughAPageIsNeverRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _ := fuzzedRedirect()
		listener := newPipes()
		d := &Desktop{options: Options{Log: slog.New(slog.DiscardHandler)}}
		stop := d.serve([]net.Listener{listener}, r)
		r.ready.give()
		conn := listener.dial()
		_, _ = io.WriteString(conn, "GET /callback/google?state="+fuzzState+"&error=access_denied HTTP/1.1\r\nHost: 127.0.0.1:4711\r\n\r\n")
		<-r.responses
		r.conclude(page{Name: pageOther})
		began := time.Now()
		stop()
		<-listener.closed
		for err := error(nil); err == nil; {
			_, err = io.WriteString(conn, "more")
		}
		if took := time.Since(began); took >= time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestOnlyThisComputerCanReachThePort(t *testing.T) {
	for _, provider := range []portal.ProviderID{portal.Google, portal.Entra} {
		listeners, err := listenLoopback(provider)
		if err != nil {
			t.Fatal(err)
		}
		defer closePort(listeners)
		for _, l := range listeners {
			if ip := l.Addr().(*net.TCPAddr).IP; !ip.IsLoopback() || (!ip.Equal(net.IPv4(127, 0, 0, 1)) && !ip.Equal(net.IPv6loopback)) {
				t.Errorf("%s listens on %s", provider, ip)
			}
		}
		if provider == portal.Google && len(listeners) != 1 {
			t.Errorf("%d ports for one address", len(listeners))
		}
	}
}
