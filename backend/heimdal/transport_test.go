package heimdal

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestTransport(t *testing.T) {
	t.Parallel()
	t.Run("sends_key_and_no_cookie", testTransportSendsKeyAndNoCookie)
	t.Run("maps_status_to_code", testTransportMapsStatusToCode)
	t.Run("ignores_body_of_other_status", testTransportIgnoresBodyOfOtherStatus)
	t.Run("refuses_redirect_to_other_host", testTransportRefusesRedirectToOtherHost)
	t.Run("follows_redirects_on_same_host", testTransportFollowsRedirectsOnSameHost)
	t.Run("keeps_no_cookies", testTransportKeepsNoCookies)
	t.Run("limits_response_size", testTransportLimitsResponseSize)
	t.Run("refuses_large_content_length", testTransportRefusesLargeContentLength)
	t.Run("limits_decompressed_size", testTransportLimitsDecompressedSize)
	t.Run("times_out_when_idle", testTransportTimesOutWhenIdle)
	t.Run("ignores_time_of_caller", testTransportIgnoresTimeOfCaller)
	t.Run("allows_slow_body_after_header", testTransportAllowsSlowBodyAfterHeader)
	t.Run("returns_context_error", testTransportReturnsContextError)
}

func testTransportSendsKeyAndNoCookie(t *testing.T) {
	t.Parallel()
	c, _ := newReader(t, 0, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.String() != "/api/heimdalapi/customers?customerId=17" || r.Method != http.MethodGet {
			t.Errorf("requested %s %s; want /api/heimdalapi/customers?customerId=17, %v", r.Method, r.URL, http.MethodGet)
		}
		for name, want := range map[string]string{"Authorization": "Bearer " + key, "Accept": "application/json",
			"User-Agent": userAgent, "Cookie": ""} {
			t.Run(name, func(t *testing.T) {
				if got := r.Header.Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			})
		}
		w.Header().Set("Set-Cookie", "tracked=1")
		w.Write([]byte("[]"))
	})
	for range 2 {
		if customers, err := c.all(t.Context()); err != nil || len(customers) != 0 {
			t.Errorf("got %v, error %v; want 0", customers, err)
		}
	}
}

func testTransportMapsStatusToCode(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]connector.CallCode{
		401: connector.BadKey, 403: connector.BadKey, 404: connector.NoEndpoint, 400: connector.Refused, 500: connector.ServerError,
		502: connector.ServerError, 503: connector.ServerError, 204: connector.Garbage, 206: connector.Garbage,
	} {
		c, _ := newReader(t, 0, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		_, err := c.all(t.Context())
		wantCode(t, err, want)
	}
}

func testTransportIgnoresBodyOfOtherStatus(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]string{
		206: "status 206 instead of customers", 201: "status 201", 203: "status 203", 304: "status 304", 407: "proxy " +
			"settings", 418: "refused the request (status 418)", 599: "an error of its own (status 599)",
	} {
		r := readerWith(t, func(*http.Request) *http.Response {
			a := jsonResponse(`[` + clientsJSON(1, 1) + `]`)
			a.StatusCode = code
			return a
		})
		customers, err := r.all(t.Context())
		if err == nil || len(customers) > 0 || !strings.Contains(err.Error(), want) {
			t.Errorf("%d: %v, error %v", code, customers, err)
		}
	}
}

func testTransportRefusesRedirectToOtherHost(t *testing.T) {
	t.Parallel()
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the stranger was asked") }))
	t.Cleanup(stranger.Close)
	c, _ := newReader(t, 0, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, stranger.URL, http.StatusFound) })
	_, err := c.all(t.Context())
	wantCode(t, err, connector.Redirected)
}

func testTransportFollowsRedirectsOnSameHost(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		to   func(call int) string
		want connector.CallCode
	}{
		"to another path":            {func(call int) string { return []string{"/a", "/b", "/c", ""}[min(call-1, 3)] }, ""},
		"to itself for ever":         {func(int) string { return "?customerId=17" }, connector.Redirected},
		"to plain http":              {func(int) string { return "http://heimdal.example.com/api/customers" }, connector.Redirected},
		"to another port":            {func(int) string { return "https://heimdal.example.com:8443/api/customers" }, connector.Redirected},
		"to a name that begins like": {func(int) string { return "https://heimdal.example.com.evil.example/" }, connector.Redirected},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			r := readerWith(t, func(q *http.Request) *http.Response {
				if calls++; q.URL.Scheme != "https" || q.URL.Host != "heimdal.example.com" || calls > 10 {
					t.Fatalf("%s was asked in call %d; want https, heimdal.example.com", q.URL, calls)
				}
				if to := test.to(calls); to != "" {
					return status(http.StatusFound, "Location", to)
				}
				return jsonResponse(`[]`)
			})
			_, err := r.all(t.Context())
			if test.want != "" {
				wantCode(t, err, test.want)
			} else if err != nil {
				t.Errorf("%v", err)
			}
		})
	}
}

func testTransportKeepsNoCookies(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewConnector().Open(connector.Settings{CustomerID: "17", BaseURL: "https://heimdal.example.com"}, key,
		connector.Options{
			HTTPClient: &http.Client{Jar: jar, Transport: fakeTransport(func(q *http.Request) *http.Response {
				if len(q.Cookies()) > 0 {
					t.Errorf("the cookies %v were sent", q.Cookies())
				}
				a := jsonResponse(`[]`)
				a.Header.Set("Set-Cookie", "tracked=1; Path=/")
				return a
			})},
		})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := r.(*reader).all(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func testTransportLimitsResponseSize(t *testing.T) {
	t.Parallel()
	body := `[{"id":1,"name":"A","type":"CORP"}` + strings.Repeat(" ", 5000) + `]`
	c, _ := newReader(t, 0, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("customerId") {
			http.NewResponseController(w).Flush() // without a Content-Length
		}
		w.Write([]byte(body))
	})
	c.transport.maxBytes = 4000
	_, err := c.all(t.Context())
	wantCode(t, err, connector.Oversized)
	c.transport.maxBytes = 8000
	if _, err := c.all(t.Context()); err != nil {
		t.Error(err)
	}
}

func testTransportRefusesLargeContentLength(t *testing.T) {
	t.Parallel()
	source := &endlessBody{head: "[", tail: " "}
	r := readerWith(t, func(*http.Request) *http.Response {
		a := jsonResponse("")
		a.Body, a.ContentLength = io.NopCloser(source), maxResponseBytes+1
		return a
	})
	_, err := r.all(t.Context())
	wantCode(t, err, connector.Oversized)
	if source.read > 0 {
		t.Errorf("%d bytes were read", source.read)
	}
}

func testTransportLimitsDecompressedSize(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := io.Copy(z, io.LimitReader(&endlessBody{head: "[", tail: " "}, 8<<20)); err != nil {
		t.Fatal(err)
	}
	z.Close()
	r, _ := newReader(t, 0, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(packed.Bytes())
	})
	r.transport.maxBytes = 4 << 20
	_, err := r.all(t.Context())
	wantCode(t, err, connector.Oversized)
}

func testTransportTimesOutWhenIdle(t *testing.T) {
	t.Parallel()
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	begin := func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("["))
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	drip := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			w.Write([]byte(" "))
			http.NewResponseController(w).Flush()
			time.Sleep(time.Millisecond)
		}
	}
	for name, handler := range map[string]http.HandlerFunc{"before the response": hang, "in the middle": begin,
		"except for a byte now and then": drip} {
		t.Run(name, func(t *testing.T) {
			r, _ := newReader(t, 0, handler)
			r.transport.headerTimeout, r.transport.idleTimeout = 100*time.Millisecond, 100*time.Millisecond
			if name == "before the response" {
				r.transport.idleTimeout = time.Minute
			} else {
				r.transport.headerTimeout = time.Minute
			}
			_, err := r.all(t.Context())
			wantCode(t, err, connector.TimedOut)
		})
	}
}

func testTransportIgnoresTimeOfCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := readerWith(t, func(q *http.Request) *http.Response {
			response := jsonResponse("")
			text := `[` + clientsJSON(1, 3*windowSize/20) + `]`
			response.Body = io.NopCloser(&delayedBody{strings.NewReader(text), 0, q.Context()})
			return response
		})
		r.transport.idleTimeout = time.Second
		kept := false
		_, err := r.Call(t.Context(), connector.State{}, func(portal.Customer) error {
			if !kept {
				kept = true
				time.Sleep(2 * r.transport.idleTimeout)
			}
			return nil
		})
		if err != nil {
			t.Errorf("got error %v, want none", err)
		}
	})
}

func testTransportAllowsSlowBodyAfterHeader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var r *reader
		r = readerWith(t, func(q *http.Request) *http.Response {
			response := jsonResponse("")
			text := `[` + clientsJSON(1, 1) + `]`
			response.Body = io.NopCloser(&delayedBody{strings.NewReader(text), 2 * r.transport.headerTimeout, q.Context()})
			return response
		})
		r.transport.headerTimeout = time.Second
		if customers, err := r.all(t.Context()); err != nil || len(customers) != 1 {
			t.Errorf("got %v, error %v; want 1", customers, err)
		}
	})
}

func testTransportReturnsContextError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r := readerOf(t, `[`+clientsJSON(1, 2)+`] and more`)
	_, err := r.Call(ctx, connector.State{}, func(portal.Customer) error { cancel(); return nil })
	if err != context.Canceled { //nolint:errorlint // nothing is to be around it
		t.Errorf("got error %v; want %v", err, context.Canceled)
	}
	ctx, cancel = context.WithCancel(t.Context())
	r, clock, _ := readerInTurn(t, respondStatus(429))
	r.transport.clock = cancellingClock{clock, cancel}
	var postponed *connector.Postponed
	if _, err := r.Call(ctx, connector.State{}, nil); !errors.As(err, &postponed) {
		t.Errorf("a wait that is put off while the caller gives up ended as %v", err)
	}
}

// cancellingClock postpones a wait while the caller cancels.
type cancellingClock struct {
	*fakeClock
	cancel func()
}

func (g cancellingClock) Sleep(_ context.Context, d time.Duration) error {
	g.cancel()
	return &connector.Postponed{Until: g.now.Add(d)}
}

// delayedBody is a body that arrives after a pause, unless the request has been cancelled.
type delayedBody struct {
	io.Reader
	pause time.Duration
	ctx   context.Context
}

func (a *delayedBody) Read(p []byte) (int, error) {
	time.Sleep(a.pause)
	a.pause = 0
	if a.ctx.Err() != nil {
		return 0, a.ctx.Err()
	}
	return a.Reader.Read(p)
}

// timedOutBody always times out.
type timedOutBody struct{}

func (timedOutBody) Read([]byte) (int, error) { return 0, context.DeadlineExceeded }
