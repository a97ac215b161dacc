package heimdal

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/fakeheimdal"
)

func TestReader(t *testing.T) {
	t.Parallel()
	t.Run("reads_stand_in", testReaderReadsStandIn)
	t.Run("test_makes_one_call", testReaderTestMakesOneCall)
	t.Run("test_stops_early", testReaderTestStopsEarly)
	t.Run("failed_call_keeps_paths", testReaderFailedCallKeepsPaths)
}

func testReaderReadsStandIn(t *testing.T) {
	t.Parallel()
	fake, err := fakeheimdal.Start(t.Context(), fakeheimdal.Config{APIKey: key, CustomerID: "17", Customers: fakeheimdal.Sample(1)})
	if err != nil {
		t.Fatal(err)
	}
	c := openReader(t, fake.URL(), connector.Options{})
	customers, err := c.all(t.Context())
	if err != nil || len(customers) != len(fakeheimdal.Sample(1)) {
		t.Fatalf("got %d customers and the error %v; want %v", len(customers), err, len(fakeheimdal.Sample(1)))
	}
	for fault, want := range map[fakeheimdal.Fault]connector.CallCode{
		fakeheimdal.Garbage: connector.Garbage, fakeheimdal.Truncated: connector.Truncated, fakeheimdal.HTML: connector.Garbage,
		fakeheimdal.Message200: connector.BadKey, fakeheimdal.Status500: connector.ServerError,
	} {
		fake.SetFault(fault)
		_, err := c.all(t.Context())
		wantCode(t, err, want)
	}
	fake.SetFault(fakeheimdal.None)
	wrong := openReader(t, fake.URL(), connector.Options{})
	wrong.transport.apiKey = "OTHER"
	_, err = wrong.all(t.Context())
	wantCode(t, err, connector.BadKey)
}

func testReaderTestMakesOneCall(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want *int64
		code connector.CallCode
	}{
		"an array":              {`[` + clientsJSON(1, 3) + `]`, number(3), ""},
		"no customers":          {`[]`, number(0), ""},
		"a first page":          {`{"items":[` + clientsJSON(1, 3) + `],"totalCount":9}`, number(9), ""},
		"resellers to be asked": {`[` + resellerR + `]`, nil, ""},
		"a page and resellers":  {`{"items":[` + resellerR + `],"totalCount":2}`, nil, ""},
		"a bad key":             {refusedHere, nil, connector.BadKey},
		"no types":              {`[{"id":1,"name":"x"}]`, nil, connector.Unmapped},
		"broken off":            {`[` + clientsJSON(1, 3), nil, connector.Truncated},
		"called too often":      {`{"message":"Rate limit exceeded"}`, nil, connector.RateLimited},
	} {
		t.Run(name, func(t *testing.T) {
			var calls int
			r := readerWith(t, func(*http.Request) *http.Response { calls++; return jsonResponse(test.text) })
			got, err := r.Test(t.Context())
			if test.code != "" {
				wantCode(t, err, test.code)
			}
			if (err != nil) != (test.code != "") || calls != 1 || (got == nil) != (test.want == nil) || got != nil && *got != *test.want {
				t.Errorf("%d calls got %v, error %v", calls, got, err)
			}
		})
	}
}

func testReaderTestStopsEarly(t *testing.T) {
	t.Parallel()
	r := readerOf(t, `[`+clientsJSON(1, 1000)+`, and then it breaks`)
	clock := r.transport.clock.(*fakeClock)
	clock.onNow = func() { clock.now = clock.now.Add(testDuration / 100) }
	if n, err := r.Test(t.Context()); n != nil || err != nil {
		t.Errorf("got %v, error %v", n, err)
	}
}

func testReaderFailedCallKeepsPaths(t *testing.T) {
	t.Parallel()
	call := func(t *testing.T, text string) (connector.State, error) {
		t.Helper()
		r := readerWith(t, func(*http.Request) *http.Response { return jsonResponse(text) })
		return r.Call(t.Context(), connector.State{}, func(portal.Customer) error { return nil })
	}
	for does, c := range map[string]struct {
		text string
		want error
		path string
		seen int64
	}{
		"returns the paths of nested customers without a type": {
			`[{"id":1,"name":"R","Art":"RESELLER","clients":[{"id":2,"name":"C",` +
				`"Art":"CORP"}]}]`, nil, "Art text 1 - none e.g. RESELLER", 1},
		"returns the paths of customers without a type": {`[{"Ding":1,"Bezeichnung":"A","Art":"CORP"},{"Ding":2,"Bezeichnung":"B",` +
			`"Art":"CORP"}]`,
			errUntyped, "Art text 2 - none e.g. CORP", 2},
		"returns the paths of customers without an id": {`[{"Kennung":{"Nr":1},"Art":"CORP"},{"Kennung":{"Nr":2}}]`,
			errNoID, "Kennung.Nr number 2 - none e.g. 1", 2},
		"shows what the other paths of customers without an id fill": {`[{"Nr":[1],"Art":"CORP","seatsTotal":4},{"Nr":[2],` +
			`"seatsTotal":4}]`,
			errNoID, "seatsTotal number 2 seats_total automatic e.g. 4", 2},
		"returns the paths of those beside one without an id": {`{"items":[{"id":1,"type":"CORP","x":1},{"x":2}],"message":"ok"}`,
			errNoID, "x number 2 - none e.g. 1", 2},
	} {
		t.Run(does, func(t *testing.T) {
			t.Parallel()
			state, err := call(t, c.text)
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !slices.Contains(describePaths(state.Paths), c.path) {
				t.Errorf("paths %q, error %v; want %q and %v", describePaths(state.Paths), err, c.path, c.want)
			}
			if state.Progress.Seen != c.seen || int64(len(state.Samples)) != c.seen {
				t.Errorf("%d customers and %d samples, want %d of each", state.Progress.Seen, len(state.Samples), c.seen)
			}
		})
	}
	t.Run("keeps ten customers and stops after a thousand without an id", func(t *testing.T) {
		t.Parallel()
		state, err := call(t, `[`+strings.Repeat(`{"x":[1]},`, 2000)+`{"x":[1]}]`)
		if !errors.Is(err, errNoID) || state.Progress.Seen != maxWithoutID || len(state.Samples) != maxSamples {
			t.Errorf("%d customers and %d samples, %v; want %d and %d", state.Progress.Seen, len(state.Samples), err, maxWithoutID,
				maxSamples)
		}
	})
	t.Run("keeps the first five customers and the last five", func(t *testing.T) {
		t.Parallel()
		customers := []string{}
		for n := range 20 {
			customers = append(customers, fmt.Sprintf(`{"Nr":%d}`, n))
		}
		state, err := call(t, `[`+strings.Join(customers, ",")+`]`)
		want := append(customers[:5:5], customers[15:]...)
		got := []string{}
		for _, raw := range state.Samples {
			got = append(got, string(raw))
		}
		if !errors.Is(err, errNoID) || !slices.Equal(got, want) {
			t.Errorf("got JSON %q, %v; want %q", got, err, want)
		}
	})
	t.Run("keeps no customer that is too large", func(t *testing.T) {
		t.Parallel()
		state, _ := call(t, `[{"x":"`+strings.Repeat("x", maxSampleBytes)+`","y":[]}]`)
		if state.Progress.Seen != 1 || len(state.Samples) != 0 {
			t.Errorf("%d customers and %d samples, want one and none", state.Progress.Seen, len(state.Samples))
		}
	})
}
