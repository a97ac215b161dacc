package fakeheimdal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/testkit/wait"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	t.Run("simple", testFaultsSimple)
	t.Run("all", testFaultsAll)
	t.Run("truncated", testFaultsTruncated)
	t.Run("slow_until_cancelled_or_closed", testFaultsSlowUntilCancelledOrClosed)
	t.Run("of_later_pages_keep_the_first", testFaultsOfLaterPagesKeepTheFirst)
	t.Run("announced_length", testFaultsAnnouncedLength)
	t.Run("of_empty_world", testFaultsOfEmptyWorld)
}

func testFaultsSimple(t *testing.T) {
	s := start(t, nil)
	u := s.URL() + "/customers?customerId=17"
	for fault, wrong := range map[Fault]func(received) bool{
		Garbage:    func(a received) bool { return a.status == 200 && !json.Valid([]byte(a.body)) },
		HTML:       func(a received) bool { return a.status == 200 && strings.Contains(a.body, "<h1>") },
		Message200: func(a received) bool { return a.status == 200 && strings.HasPrefix(a.body, `{"message":`) },
		Status500:  func(a received) bool { return a.status == 500 },
		None:       func(a received) bool { return a.status == 200 && strings.HasPrefix(a.body, "[") },
	} {
		s.SetFault(fault)
		if got := call(t, u, "Bearer KEY"); !wrong(got) {
			t.Errorf("fault %s: got %d %s", fault, got.status, got.body)
		}
	}
}

func testFaultsAll(t *testing.T) {
	t.Parallel()
	tests := map[Fault]struct {
		rule  Rule
		form  Form
		query string
		want  string
	}{
		Drop:          {want: "no response"},
		Slow:          {want: "no response"},
		Redirect:      {rule: Rule{To: "http://other.invalid/"}, want: "302 "},
		Message200:    {want: `200 {"message":`},
		Echo:          {want: `200 {"message":"Bearer KEY may not see this customer."}$`},
		HTML:          {want: "200 <!doctype html>"},
		NoBody:        {want: "200 $"},
		Status401:     {want: "401 "},
		Status403:     {want: "403 "},
		Status404:     {want: "404 "},
		Status429:     {want: "429 "},
		Status500:     {want: "500 "},
		Status503:     {want: "503 "},
		Garbage:       {rule: Rule{After: 9}, want: "200 [{\"id\":1,\x00\x01]]$"},
		Truncated:     {rule: Rule{After: 9}, want: "200 [{\"id\":1, and a break$"},
		CutChunk:      {rule: Rule{After: 9}, want: "200 [{\"id\":1, and a break$"},
		ShortLength:   {rule: Rule{After: 9}, want: "200 [{\"id\":1,$"},
		CutJSON:       {rule: Rule{After: 9}, want: "200 [{\"id\":1,$"},
		Stall:         {rule: Rule{After: 9}, want: "200 [{\"id\":1, and silence$"},
		Trailing:      {want: "200 [" + partner + "," + one + "," + two + "," + direct + `]{"more":true}$`},
		Drip:          {rule: Rule{Wait: time.Millisecond}, want: "200 [" + partner + "," + one + "," + two + "," + direct + "]$"},
		OtherCustomer: {want: `200 [{"id":9000001,"name":"Stranger 1","type":"CORP"},`},
		EmptyList:     {want: "200 []$"},
		TooFew:        {form: Envelope, want: `200 {"items":[` + partner + "," + one + "," + two + `],"totalCount":4}$`},
		RepeatedPage:  {form: Pages, query: "&pageNumber=2", want: `200 {"items":[` + partner + "," + one + `],"totalCount":4}$`},
		EmptyPage:     {form: Pages, query: "&pageNumber=2", want: `200 {"items":[],"totalCount":4}$`},
		TotalChanges:  {form: Pages, query: "&pageNumber=2", want: `200 {"items":[` + two + "," + direct + `],"totalCount":5}$`},
		LinkHeader:    {want: "200 [" + partner + "," + one + "," + two + "]$"},
		LinkElsewhere: {form: Links, rule: Rule{To: "http://other.invalid/"}, want: `200 {"items":[` + partner + "," + one +
			`],"totalCount":4,"nextLink":"http://other.invalid/"}$`},
		DuplicateSame: {want: "200 [" + partner + "," + one + "," + two + "," + direct + "," + partner + "]$"},
		DuplicateOther: {want: "200 [" + partner + "," + one + "," + two + "," + direct +
			`,{"id":1,"name":"Another of that id","type":"RESELLER","resellerId":null}]$`},
		MessageBesideNone: {want: `200 {"items":[],"totalCount":0,"message":"An error has occurred."}$`},
		HugeName:          {want: "200 [" + one + "," + two + "," + direct + `,{"id":1,"name":"xxxxxxxxxx`},
		Untyped:           {want: `200 [{"id":1,"name":"Partner","resellerId":null},`},
		Unnamed:           {want: `200 [{"name":"Partner",`},
	}
	for _, fault := range Faults {
		test, known := tests[fault]
		if !known {
			t.Errorf("no case for the fault %s", fault)
		}
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			test.rule.Fault = fault
			s := holding(t, Shape{Form: test.form, PageSize: 2}, test.rule)
			got := outcome(t, s, test.query)
			if want, whole := strings.CutSuffix(test.want, "$"); !strings.HasPrefix(got, want) || whole && got != want {
				t.Errorf("got %.300s, want %s", got, test.want)
			}
			s.SetFault(None)
			if got := outcome(t, s, test.query); !strings.HasPrefix(got, "200 ") || got == test.want {
				t.Errorf("after it got %.300s", got)
			}
		})
	}
}

func testFaultsTruncated(t *testing.T) {
	s := start(t, nil)
	s.SetFault(Truncated)
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/customers?customerId=17", nil)
	request.Header.Set("Authorization", "Bearer KEY")
	response, err := httpClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %q, error %v", body, err)
	}
}

func testFaultsSlowUntilCancelledOrClosed(t *testing.T) {
	s := start(t, nil)
	s.SetFault(Slow)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	ask := func(ctx context.Context) {
		request, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/customers?customerId=17", nil)
		request.Header.Set("Authorization", "Bearer KEY")
		response, err := httpClient.Do(request)
		if err == nil {
			response.Body.Close()
		}
		done <- err
	}
	go ask(ctx)
	awaitCalls(t, s, 1)
	cancel()
	if err := wait.For(t, time.Minute, "the cancelled call to end", done); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancelling: got error %v", err)
	}
	go ask(t.Context())
	awaitCalls(t, s, 2)
	s.Close()
	wait.Signal(t, time.Minute, "the call to end with the server", done)
}

func testFaultsOfLaterPagesKeepTheFirst(t *testing.T) {
	first := `{"items":[` + partner + "," + one + `],"totalCount":4`
	for _, fault := range []Fault{RepeatedPage, EmptyPage, TotalChanges, TooFew} {
		for _, form := range []Form{Pages, Links} {
			if got := get(t, holding(t, Shape{Form: form, PageSize: 2}, Rule{Fault: fault}), ""); !strings.HasPrefix(got, first) {
				t.Errorf("%s: first of the %s: got %s", fault, form, got)
			}
		}
	}
}

func testFaultsAnnouncedLength(t *testing.T) {
	whole := len("[" + partner + "," + one + "," + two + "," + direct + "]")
	for _, test := range []struct {
		fault       Fault
		after, want int
	}{
		{Truncated, 9, whole}, {Stall, 9, whole}, {CutChunk, 9, -1}, {ShortLength, 9, 9}, {ShortLength, 0, whole / 2}, {ShortLength,
			100_000, whole / 2}, {None, 0, whole},
	} {
		s := holding(t, Shape{}, Rule{Fault: test.fault, After: test.after})
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/customers?customerId=17", nil)
		request.Header.Set("Authorization", "Bearer KEY")
		response, err := httpClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.ContentLength; got != int64(test.want) {
			t.Errorf("%s after %d announces %d bytes, want %d", test.fault, test.after, got, test.want)
		}
	}
}

func testFaultsOfEmptyWorld(t *testing.T) {
	for _, fault := range []Fault{OtherCustomer, DuplicateSame, DuplicateOther, HugeName, Untyped, Unnamed} {
		s := holding(t, Shape{}, Rule{Fault: fault})
		s.SetCustomers(nil)
		if got := get(t, s, ""); got != "[]" {
			t.Errorf("%s: got %s; want []", fault, got)
		}
	}
}

func small() []Customer {
	return []Customer{
		{"id": 1, "name": "Partner", "type": "RESELLER", "resellerId": nil},
		{"id": 2, "name": "One", "type": "CORP", "resellerId": 1, "seatsTotal": 5},
		{"id": 3, "name": "Two", "type": "CORP", "resellerId": 1},
		{"id": 4, "name": "Direct", "type": "CORP", "resellerId": nil},
	}
}

func holding(t *testing.T, shape Shape, rules ...Rule) *Server {
	t.Helper()
	s := start(t, func(c *Config) { c.Customers, c.Shape = small(), shape })
	s.Follow(rules...)
	return s
}

func get(t *testing.T, s *Server, query string) string {
	t.Helper()
	got := call(t, s.URL()+"/customers?customerId=17"+query, "Bearer KEY")
	if got.status != http.StatusOK {
		t.Fatalf("got %d %s; want %v", got.status, got.body, http.StatusOK)
	}
	return got.body
}

const (
	partner = `{"id":1,"name":"Partner","type":"RESELLER","resellerId":null}`
	one     = `{"id":2,"name":"One","type":"CORP","resellerId":1,"seatsTotal":5}`
	two     = `{"id":3,"name":"Two","type":"CORP","resellerId":1}`
	direct  = `{"id":4,"name":"Direct","type":"CORP","resellerId":null}`
)

// outcome returns the result of a call as a caller sees it.
func outcome(t *testing.T, s *Server, query string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), wait.Timeout(10*time.Second))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/customers?customerId=17"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer KEY")
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return "no response"
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	text := fmt.Sprintf("%d %s", response.StatusCode, body)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return text + " and silence"
	case err != nil:
		return text + " and a break"
	}
	return text
}

// counting is a world that counts the customers it generated.
type counting struct{ asked *int }

func (counting) Len() int { return 300_000 }

func (c counting) AppendJSON(b []byte, i int) []byte {
	*c.asked++
	return append(strconv.AppendInt(append(b, `{"id":`...), int64(i), 10), `,"name":"Somebody of no importance","type":"CORP"}`...)
}
