package heimdal

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/heimdalstand"
)

const key = "SECRETKEY0123456789"

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// clockwork is a clock on which sleeping takes no time.
type clockwork struct {
	now   time.Time
	slept []time.Duration
	// onSleep and onNow, if set, are what happens meanwhile.
	onSleep, onNow func()
}

func (c *clockwork) Now() time.Time {
	if c.onNow != nil {
		c.onNow()
	}
	return c.now
}

func (c *clockwork) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	if c.onSleep != nil {
		c.onSleep()
	}
	return ctx.Err()
}

// newReader is a reader of a server that answers as handler says, on a clock of its own.
func newReader(t *testing.T, perMinute int, handler http.HandlerFunc) (*reader, *clockwork) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	clock := &clockwork{now: noon}
	return openReader(t, server.URL+"/api/heimdalapi", portal.ReadOptions{PerMinute: perMinute, Clock: clock}), clock
}

func openReader(t *testing.T, url string, o portal.ReadOptions) *reader {
	t.Helper()
	r, err := NewConnector().Open(portal.ConnectionSettings{CustomerID: "17", BaseURL: url}, key, o)
	if err != nil {
		t.Fatal(err)
	}
	return r.(*reader)
}

// keepAll returns an emitFunc that keeps every customer that add accepts.
func keepAll(add func(portal.Customer) error) emitFunc {
	return func(c portal.Customer) (bool, error) {
		err := add(c)
		return err == nil, err
	}
}

// all reads everything there is.
func (r *reader) all(ctx context.Context) ([]portal.Customer, error) {
	customers, _, err := r.from(ctx, portal.ReadState{})
	return customers, err
}

// from goes on where state says. Of several rows of one customer the last counts, as a run takes them.
func (r *reader) from(ctx context.Context, state portal.ReadState) (customers []portal.Customer, _ portal.ReadState, err error) {
	at := map[string]int{}
	for !state.Done {
		state, err = r.Call(ctx, state, func(c portal.Customer) error {
			if i, seen := at[c.ExternalID]; seen {
				customers[i] = c
				return nil
			}
			at[c.ExternalID] = len(customers)
			customers = append(customers, c)
			return nil
		})
		if err != nil {
			return nil, state, err
		}
	}
	return customers, state, nil
}

// nextStep is what every error must give an admin.
var nextStep = regexp.MustCompile(`Check |Tell |Ask |Let |Choose |[Tt]he next run|must be installed`)

func wantCode(t testing.TB, err error, want portal.CallCode) {
	t.Helper()
	var e *portal.CallError
	if !errors.As(err, &e) || e.Code != want {
		t.Errorf("the error is %v, want %s", err, want)
		return
	}
	if strings.Contains(e.Error(), key) {
		t.Errorf("the error shows the key: %s", e)
	}
	if !nextStep.MatchString(e.Detail) {
		t.Errorf("the error says nothing to do: %s", e.Detail)
	}
}

func TestTheStandInsCustomersAreRead(t *testing.T) {
	t.Parallel()
	stand, err := heimdalstand.Start(t.Context(), heimdalstand.Config{APIKey: key, CustomerID: "17", Customers: heimdalstand.Sample(1)})
	if err != nil {
		t.Fatal(err)
	}
	c := openReader(t, stand.URL(), portal.ReadOptions{})
	customers, err := c.all(t.Context())
	if err != nil || len(customers) != len(heimdalstand.Sample(1)) {
		t.Fatalf("read %d customers and the error %v", len(customers), err)
	}
	for fault, want := range map[heimdalstand.Fault]portal.CallCode{
		heimdalstand.Garbage: portal.Garbage, heimdalstand.Truncated: portal.Truncated, heimdalstand.HTML: portal.Garbage,
		heimdalstand.Message200: portal.BadKey, heimdalstand.Status500: portal.ServerError,
	} {
		stand.Misbehave(fault)
		_, err := c.all(t.Context())
		wantCode(t, err, want)
	}
	stand.Misbehave(heimdalstand.None)
	wrong := openReader(t, stand.URL(), portal.ReadOptions{})
	wrong.transport.apiKey = "OTHER"
	_, err = wrong.all(t.Context())
	wantCode(t, err, portal.BadKey)
}

func TestTheRequestCarriesTheKeyAndNothingElseOfOurs(t *testing.T) {
	t.Parallel()
	c, _ := newReader(t, 0, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.String() != "/api/heimdalapi/customers?customerId=17" || r.Method != http.MethodGet {
			t.Errorf("asked %s %s", r.Method, r.URL)
		}
		for name, want := range map[string]string{"Authorization": "Bearer " + key, "Accept": "application/json", "User-Agent": userAgent, "Cookie": ""} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		w.Header().Set("Set-Cookie", "tracked=1")
		w.Write([]byte("[]"))
	})
	for range 2 {
		if customers, err := c.all(t.Context()); err != nil || len(customers) != 0 {
			t.Errorf("answered %v, %v", customers, err)
		}
	}
}

func TestEachStatusHasItsOwnName(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]portal.CallCode{
		401: portal.BadKey, 403: portal.BadKey, 404: portal.NoEndpoint, 400: portal.Refused, 500: portal.ServerError, 502: portal.ServerError, 503: portal.ServerError, 204: portal.Garbage, 206: portal.Garbage,
	} {
		c, _ := newReader(t, 0, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		_, err := c.all(t.Context())
		wantCode(t, err, want)
	}
}

func TestAMessageWithStatus200IsAnErrorThatQuotesItWithoutTheKey(t *testing.T) {
	t.Parallel()
	body := `{"message":"No such key: ` + key + `"}`
	c, _ := newReader(t, 0, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) })
	_, err := c.all(t.Context())
	wantCode(t, err, portal.BadKey)
	if !strings.Contains(err.Error(), "No such key: …") {
		t.Errorf("the message is not quoted: %v", err)
	}
	body = `{"Message":"Rate limit exceeded"}`
	_, err = c.all(t.Context())
	wantCode(t, err, portal.RateLimited)
}

func TestTheKeyIsNotSentOnToAnotherHost(t *testing.T) {
	t.Parallel()
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the stranger was asked") }))
	t.Cleanup(stranger.Close)
	c, _ := newReader(t, 0, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, stranger.URL, http.StatusFound) })
	_, err := c.all(t.Context())
	wantCode(t, err, portal.Redirected)
}

func TestNoAnswerSaysWhyThereIsNone(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(untrusted.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(silent.Close)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("["))
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	t.Cleanup(slow.Close)
	for _, test := range []struct {
		url  string
		want portal.CallCode
	}{
		{gone.URL, portal.Unreachable}, {untrusted.URL, portal.Insecure}, {strings.Replace(plain.URL, "http:", "https:", 1), portal.Insecure},
		{"https://no-such-host.invalid", portal.Unreachable}, {silent.URL, portal.TimedOut}, {slow.URL, portal.TimedOut},
	} {
		patience := 10 * time.Second
		if test.want == portal.TimedOut {
			patience = 200 * time.Millisecond
		}
		c := openReader(t, test.url, portal.ReadOptions{HTTPClient: &http.Client{Timeout: patience}})
		_, err := c.all(t.Context())
		wantCode(t, err, test.want)
	}
}

func TestAnAnswerBeyondTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	body := `[{"id":1,"name":"A","type":"CORP"}` + strings.Repeat(" ", 5000) + `]`
	c, _ := newReader(t, 0, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("customerId") {
			http.NewResponseController(w).Flush() // without a length announced
		}
		w.Write([]byte(body))
	})
	c.transport.maxBytes = 4000
	_, err := c.all(t.Context())
	wantCode(t, err, portal.Oversized)
	c.transport.maxBytes = 8000
	if _, err := c.all(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTooManyRequestsIsWaitedOutAsLongAsTheAnswerAsks(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	c, clock := newReader(t, 0, func(w http.ResponseWriter, _ *http.Request) {
		switch calls.Add(1) {
		case 1:
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
		case 2:
			w.WriteHeader(http.StatusTooManyRequests)
		case 3:
			w.Header().Set("Retry-After", "soon")
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			w.Write([]byte("[]"))
		}
	})
	if _, err := c.all(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i, least := range []time.Duration{7 * time.Second, 2 * time.Minute, 2 * time.Minute} {
		if len(clock.slept) != 3 || clock.slept[i] < least || clock.slept[i] > least+least/10+time.Second {
			t.Fatalf("waited %v; the wait %d should be %s and a little", clock.slept, i, least)
		}
	}
}

func TestAfterFiveTriesTooManyRequestsIsAnError(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	c, clock := newReader(t, 0, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusTooManyRequests)
	})
	_, err := c.all(t.Context())
	wantCode(t, err, portal.RateLimited)
	if calls.Load() != 5 || len(clock.slept) != 4 {
		t.Errorf("%d calls and %d waits", calls.Load(), len(clock.slept))
	}
}

func TestAWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	c, clock := newReader(t, 0, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) })
	ctx, cancel := context.WithCancel(t.Context())
	clock.onSleep = cancel
	if _, err := c.all(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	if err := (portal.RealClock{}).Sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("sleeping with an ended context: %v", err)
	}
}

func TestCallsAreSpacedEvenly(t *testing.T) {
	t.Parallel()
	c, clock := newReader(t, 5, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("[]")) })
	begin := clock.now
	for range 6 {
		if _, err := c.all(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if took := clock.now.Sub(begin); took != time.Minute {
		t.Errorf("six calls at five a minute took %s, want a minute", took)
	}
}

func TestAnUnusableConnectionIsRefusedByTheNameOfItsSetting(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ base, customer, key, field string }{
		{"http://dashboard.example.com/api", "17", key, "base_url"},
		{"ftp://127.0.0.1/api", "17", key, "base_url"},
		{"https://user:pass@example.com/api", "17", key, "base_url"},
		{"https://example.com/api?x=1", "17", key, "base_url"},
		{"https://example.com/api#x", "17", key, "base_url"},
		{"https://", "17", key, "base_url"},
		{"::", "17", key, "base_url"},
		{"", "17", key, "base_url"},
		{"https://example.com/api", " ", key, "customer_id"},
		{"https://example.com/api", "17", "", "api_key"},
		{"https://example.com/api", "17", "two words", "api_key"},
		{"https://example.com/api", "17", "a\r\nX-Evil: 1", "api_key"},
	} {
		err := NewConnector().Check(portal.ConnectionSettings{CustomerID: test.customer, BaseURL: test.base}, test.key)
		var e *portal.Error
		if !errors.As(err, &e) || e.Field != test.field {
			t.Errorf("%q %q: the error is %v, want one of %s", test.base, test.customer, err, test.field)
		}
	}
	for _, base := range []string{"https://example.com/api/", "http://127.0.0.1:8080", "http://[::1]:1/x", "http://localhost:1"} {
		if err := NewConnector().Check(portal.ConnectionSettings{CustomerID: "17", BaseURL: base}, key+"\n"); err != nil {
			t.Errorf("%s: %v", base, err)
		}
	}
}
