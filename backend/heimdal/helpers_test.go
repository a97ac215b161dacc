package heimdal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

const key = "SECRETKEY0123456789"

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// fakeClock is a clock on which sleeping takes no time.
type fakeClock struct {
	now   time.Time
	slept []time.Duration
	// onSleep and onNow, if set, are called by Sleep and Now.
	onSleep, onNow func()
}

func (c *fakeClock) Now() time.Time {
	if c.onNow != nil {
		c.onNow()
	}
	return c.now
}

func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	if c.onSleep != nil {
		c.onSleep()
	}
	return ctx.Err()
}

// newReader returns a reader of a test server, with a fake clock.
func newReader(t *testing.T, perMinute int, handler http.HandlerFunc) (*reader, *fakeClock) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	clock := &fakeClock{now: noon}
	return openReader(t, server.URL+"/api/heimdalapi", connector.Options{PerMinute: perMinute, Clock: clock}), clock
}

func openReader(t *testing.T, url string, o connector.Options) *reader {
	t.Helper()
	r, err := NewConnector().Open(connector.Settings{CustomerID: "17", BaseURL: url}, key, o)
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

// all makes all calls of a reading.
func (r *reader) all(ctx context.Context) ([]portal.Customer, error) {
	customers, _, err := r.from(ctx, connector.State{})
	return customers, err
}

// from makes the calls that remain after state. Of several rows of one customer the last counts, as in a run.
func (r *reader) from(ctx context.Context, state connector.State) (customers []portal.Customer, _ connector.State, err error) {
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

// nextStep matches what every error must tell an admin to do.
var nextStep = regexp.MustCompile(`Check |Tell |Ask |Let |Choose |[Tt]he next run|must be installed`)

func wantCode(t testing.TB, err error, want connector.CallCode) {
	t.Helper()
	var e *connector.CallError
	if !errors.As(err, &e) || e.Code != want {
		t.Errorf("got error %v, want %s", err, want)
		return
	}
	if strings.Contains(e.Error(), key) {
		t.Errorf("the error shows the key: %s", e)
	}
	if !nextStep.MatchString(e.Detail) {
		t.Errorf("the error names no next step: %s", e.Detail)
	}
}

// fakeTransport returns responses without a network.
type fakeTransport func(*http.Request) *http.Response

func (w fakeTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if response := w(r); response != nil {
		return response, nil
	}
	return nil, errors.New("unreachable")
}

// jsonResponse returns a response with status 200.
func jsonResponse(text string) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(text)), ContentLength: -1,
		Header: http.Header{}}
}

func readerWith(t testing.TB, w fakeTransport) *reader {
	t.Helper()
	r, err := NewConnector().Open(connector.Settings{CustomerID: "17", BaseURL: "https://heimdal.example.com/api"}, key,
		connector.Options{HTTPClient: &http.Client{Transport: w}, Clock: &fakeClock{now: noon}})
	if err != nil {
		t.Fatal(err)
	}
	return r.(*reader)
}

// readerOf returns a reader of an API with these responses in turn; it repeats the last one.
func readerOf(t testing.TB, texts ...string) *reader {
	var calls int
	return readerWith(t, func(*http.Request) *http.Response {
		calls++
		return jsonResponse(texts[min(calls, len(texts))-1])
	})
}

func readAll(t testing.TB, texts ...string) ([]portal.Customer, error) {
	t.Helper()
	return readerOf(t, texts...).all(t.Context())
}

func number(n int64) *int64 { return &n }

func text(s string) *string { return &s }

func ptr[T any](v T) *T { return &v }

func raw(s string) jsonBytes { return jsonBytes(s) }

type jsonBytes = json.RawMessage

// sameJSON reports whether two texts are equal except for white space.
func sameJSON(a, b string) bool {
	var one, other bytes.Buffer
	return json.Compact(&one, []byte(a)) == nil && json.Compact(&other, []byte(b)) == nil && one.String() == other.String()
}

// treeOf lists customers as "id kind under parent", ordered by id.
func treeOf(customers []portal.Customer) string {
	var lines []string
	for _, c := range customers {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s under %s", c.ExternalID, c.Kind, c.ParentID)))
	}
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}

// clientsJSON returns the JSON of n clients with consecutive ids, all directly under the MSSP.
func clientsJSON(number, n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"id":%d,"name":"C%d","type":"CORP"}`, number+i, number+i))
	}
	return strings.Join(list, ",")
}

func idList(customers []portal.Customer) string {
	var all []string
	for _, c := range customers {
		all = append(all, c.ExternalID)
	}
	return strings.Join(all, " ")
}

// readerOfPages returns responses with these texts.
func responsesOf(texts []string) []func() *http.Response {
	var responses []func() *http.Response
	for _, text := range texts {
		responses = append(responses, respondWith(text))
	}
	return responses
}

// endlessBody repeats the same bytes, and counts what was read.
type endlessBody struct {
	head, tail string
	read       int
}

func (e *endlessBody) Read(p []byte) (int, error) {
	if e.head != "" {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	n := 0
	for n < len(p) {
		more := copy(p[n:], e.tail[e.read%len(e.tail):])
		n, e.read = n+more, e.read+more
	}
	return n, nil
}
