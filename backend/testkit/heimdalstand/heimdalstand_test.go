package heimdalstand

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

func start(t *testing.T, change func(*Config)) *Server {
	t.Helper()
	c := Config{APIKey: "KEY", CustomerID: "17", Customers: []Customer{
		{"zone": "b", "name": "Harbour Dental Group", "id": 1042, "type": "CORP", "area": "a"},
	}}
	if change != nil {
		change(&c)
	}
	s, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type answered struct {
	status int
	body   string
	header http.Header
}

func call(t *testing.T, u, authorization string) answered {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u, nil)
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answered{response.StatusCode, string(body), response.Header}
}

func TestCustomersAreABareArrayWithIdFirstAndNameSecond(t *testing.T) {
	s := start(t, nil)
	got := call(t, s.URL()+"/customers?customerId=17", "Bearer KEY")
	want := `[{"id":1042,"name":"Harbour Dental Group","type":"CORP","area":"a","zone":"b"}]`
	if got.status != http.StatusOK || got.body != want {
		t.Errorf("answered %d %s, want %s", got.status, got.body, want)
	}
	s.SetCustomers(nil)
	if got := call(t, s.URL()+"/customers?customerId=17", "Bearer KEY"); got.body != "[]" {
		t.Errorf("no customers are answered as %s", got.body)
	}
	if s.Calls() != 2 {
		t.Errorf("%d calls counted, want 2", s.Calls())
	}
}

func TestWhoHasNoBusinessHereGetsAMessageWithStatus200(t *testing.T) {
	s := start(t, nil)
	for name, c := range map[string]struct{ query, authorization string }{
		"no key":         {"?customerId=17", ""},
		"wrong key":      {"?customerId=17", "Bearer OTHER"},
		"key alone":      {"?customerId=17", "KEY"},
		"other customer": {"?customerId=18", "Bearer KEY"},
		"no customer":    {"", "Bearer KEY"},
	} {
		got := call(t, s.URL()+"/customers"+c.query, c.authorization)
		var object map[string]string
		if err := json.Unmarshal([]byte(got.body), &object); err != nil || got.status != 200 || object["message"] == "" {
			t.Errorf("%s: answered %d %s", name, got.status, got.body)
		}
	}
}

func TestOtherPathsAndMethodsAreNotThere(t *testing.T) {
	s := start(t, nil)
	for _, u := range []string{"/customer", "/customers/", "/2.0/customers", ""} {
		if got := call(t, s.URL()+u+"?customerId=17", "Bearer KEY"); got.status != http.StatusNotFound {
			t.Errorf("%q: answered %d", u, got.status)
		}
	}
	response, err := http.Post(s.URL()+"/customers?customerId=17", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: answered %d", response.StatusCode)
	}
}

func TestCallsOverTheRateAreToldWhenToComeBack(t *testing.T) {
	s := start(t, func(c *Config) { c.PerMinute = 2 })
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	s.now = func() time.Time { return now }
	u := s.URL() + "/customers?customerId=17"
	for _, step := range []struct {
		after  time.Duration
		status int
	}{{0, 200}, {20 * time.Second, 200}, {10 * time.Second, 429}, {29 * time.Second, 429}, {time.Second, 200}, {time.Second, 429}} {
		now = now.Add(step.after)
		got := call(t, u, "Bearer KEY")
		if got.status != step.status {
			t.Fatalf("at %s: answered %d, want %d", now.Format(time.TimeOnly), got.status, step.status)
		}
		seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
		if step.status == 429 && (err != nil || seconds < 1 || seconds > 60) {
			t.Errorf("Retry-After is %q", got.header.Get("Retry-After"))
		}
	}
}

func TestFaultsGoWrongInTheirOwnWay(t *testing.T) {
	s := start(t, nil)
	u := s.URL() + "/customers?customerId=17"
	for fault, wrong := range map[Fault]func(answered) bool{
		Garbage:    func(a answered) bool { return a.status == 200 && !json.Valid([]byte(a.body)) },
		HTML:       func(a answered) bool { return a.status == 200 && strings.Contains(a.body, "<h1>") },
		Message200: func(a answered) bool { return a.status == 200 && strings.HasPrefix(a.body, `{"message":`) },
		Status500:  func(a answered) bool { return a.status == 500 },
		None:       func(a answered) bool { return a.status == 200 && strings.HasPrefix(a.body, "[") },
	} {
		s.Misbehave(fault)
		if got := call(t, u, "Bearer KEY"); !wrong(got) {
			t.Errorf("fault %s: answered %d %s", fault, got.status, got.body)
		}
	}
}

func TestATruncatedAnswerBreaksOffInTheMiddle(t *testing.T) {
	s := start(t, nil)
	s.Misbehave(Truncated)
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/customers?customerId=17", nil)
	request.Header.Set("Authorization", "Bearer KEY")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read %q and the error %v", body, err)
	}
}

func TestASlowAnswerLastsUntilTheCallerGivesUpOrTheStandInCloses(t *testing.T) {
	s := start(t, nil)
	s.Misbehave(Slow)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	ask := func(ctx context.Context) {
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/customers?customerId=17", nil)
		request.Header.Set("Authorization", "Bearer KEY")
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
		}
		done <- err
	}
	go ask(ctx)
	awaitCalls(t, s, 1)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("after giving up: %v", err)
	}
	go ask(t.Context())
	awaitCalls(t, s, 2)
	s.Close()
	<-done
}

func TestTheSampleIsABelievableMSSP(t *testing.T) {
	today := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	sample := sampleOn(1, today)
	count := map[string]int{}
	perReseller, ids, names := map[any]int{}, map[any]bool{}, map[any]bool{}
	for _, c := range sample {
		kind := c["type"].(string)
		count[kind]++
		if ids[c["id"]] || names[c["name"]] {
			t.Errorf("%v %v is there twice", c["id"], c["name"])
		}
		ids[c["id"]], names[c["name"]] = true, true
		if kind != "CORP" {
			continue
		}
		perReseller[c["resellerId"]]++
		if c["seatsUsed"].(int) > c["seatsTotal"].(int) {
			count["exceeded"]++
		}
		count[expiry(c["expirationDate"], today)]++
	}
	if count["RESELLER"] != 24 || count["CORP"] != 600 || perReseller[nil] != 12 {
		t.Errorf("%d resellers, %d clients, %d of them without a reseller", count["RESELLER"], count["CORP"], perReseller[nil])
	}
	if len(perReseller) != 25 {
		t.Errorf("only %d of 24 resellers have clients", len(perReseller)-1)
	}
	for _, some := range []string{"exceeded", "expired", "soon", "monthly", "later", "DISTRIBUTOR", "DEMO"} {
		if count[some] == 0 {
			t.Errorf("no customer is %s", some)
		}
	}
	for parent := range perReseller {
		if parent != nil && !ids[parent] {
			t.Errorf("reseller %v does not exist", parent)
		}
	}
}

func expiry(value any, today time.Time) string {
	if value == nil {
		return "monthly"
	}
	day, err := time.Parse(time.DateOnly, value.(string))
	switch days := day.Sub(today.Truncate(24*time.Hour)) / (24 * time.Hour); {
	case err != nil:
		return "malformed"
	case days < 0:
		return "expired"
	case days <= 30:
		return "soon"
	}
	return "later"
}

func TestTheSampleIsTheSameForASeed(t *testing.T) {
	today := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	text := func(seed uint64) string {
		var b strings.Builder
		if err := array(list(sampleOn(seed, today)))(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if first, again := text(7), text(7); first != again {
		t.Error("two samples of one seed differ")
	}
	if text(7) == text(8) {
		t.Error("two seeds give one sample")
	}
}

// awaitCalls waits until the stand-in has had n calls.
func awaitCalls(t *testing.T, s *Server, n int) {
	t.Helper()
	for until := time.Now().Add(time.Minute); s.Calls() < n; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%d calls came within a minute, want %d", s.Calls(), n)
		}
	}
}
