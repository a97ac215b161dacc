package heimdalstand

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

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
		t.Fatalf("answered %d %s", got.status, got.body)
	}
	return got.body
}

const (
	partner = `{"id":1,"name":"Partner","type":"RESELLER","resellerId":null}`
	one     = `{"id":2,"name":"One","type":"CORP","resellerId":1,"seatsTotal":5}`
	two     = `{"id":3,"name":"Two","type":"CORP","resellerId":1}`
	direct  = `{"id":4,"name":"Direct","type":"CORP","resellerId":null}`
)

func TestTheSameCustomersComeInEveryShape(t *testing.T) {
	for name, test := range map[string]struct {
		shape       Shape
		query, want string
	}{
		"envelope":         {Shape{Form: Envelope}, "", `{"items":[` + partner + "," + one + "," + two + "," + direct + `],"totalCount":4}`},
		"pages, the first": {Shape{Form: Pages, PageSize: 3}, "", `{"items":[` + partner + "," + one + "," + two + `],"totalCount":4}`},
		"pages, the last":  {Shape{Form: Pages, PageSize: 3}, "&pageNumber=2", `{"items":[` + direct + `],"totalCount":4}`},
		"pages, smaller":   {Shape{Form: Pages, PageSize: 3}, "&pageNumber=2&pageSize=1", `{"items":[` + one + `],"totalCount":4}`},
		"pages, beyond":    {Shape{Form: Pages, PageSize: 3}, "&pageNumber=9", `{"items":[],"totalCount":4}`},
		"links, the last":  {Shape{Form: Links, PageSize: 3}, "&from=3", `{"items":[` + direct + `],"totalCount":4}`},
		"object":           {Shape{Form: Object}, "", partner},
		"nested": {Shape{Form: Nested}, "",
			`[{"id":1,"name":"Partner","type":"RESELLER","resellerId":null,"children":[{"id":2,"name":"One","type":"CORP","seatsTotal":5},{"id":3,"name":"Two","type":"CORP"}]},` + direct + `]`},
		"split": {Shape{Form: Split}, "", `[{"id":1,"name":"Partner","type":"RESELLER"},{"id":4,"name":"Direct","type":"CORP"}]`},
		"snake": {Shape{Names: Spellings["snake"], NumbersAsText: true, Form: Pages, PageSize: 2}, "&pageNumber=2",
			`{"items":[{"customer_id":"3","customer_name":"Two","customer_type":"CORP","reseller_id":"1"},{"customer_id":"4","customer_name":"Direct","customer_type":"CORP","reseller_id":null}],"total_count":4}`},
	} {
		if diff := cmp.Diff(test.want, get(t, holding(t, test.shape), test.query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestLinksLeadThroughEveryPage(t *testing.T) {
	s := holding(t, Shape{Form: Links, PageSize: 2})
	var envelope struct{ NextLink string }
	if err := json.Unmarshal([]byte(get(t, s, "")), &envelope); err != nil {
		t.Fatal(err)
	}
	if got := call(t, envelope.NextLink, "Bearer KEY"); got.body != `{"items":[`+two+","+direct+`],"totalCount":4}` {
		t.Errorf("%s answered %s", envelope.NextLink, got.body)
	}
}

func TestOfASplitAnswerEachResellerIsAskedForItsOwn(t *testing.T) {
	s := holding(t, Shape{Form: Split})
	u := s.URL() + "/customers?customerId="
	if got := call(t, u+"1", "Bearer KEY"); got.body != `[{"id":2,"name":"One","type":"CORP","seatsTotal":5},{"id":3,"name":"Two","type":"CORP"}]` {
		t.Errorf("the reseller's own are %s", got.body)
	}
	if got := call(t, u+"99", "Bearer KEY"); !strings.HasPrefix(got.body, `{"message"`) {
		t.Errorf("somebody else's are %s", got.body)
	}
}

// outcome is what a caller makes of an answer.
func outcome(t *testing.T, s *Server, query string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
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
		return "no answer"
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

func TestEveryFaultGoesWrongInItsOwnWay(t *testing.T) {
	t.Parallel()
	tests := map[Fault]struct {
		rule  Rule
		form  Form
		query string
		want  string
	}{
		Drop:              {want: "no answer"},
		Slow:              {want: "no answer"},
		Redirect:          {rule: Rule{To: "http://other.invalid/"}, want: "302 "},
		Message200:        {want: `200 {"message":`},
		Echo:              {want: `200 {"message":"Bearer KEY may not see this customer."}$`},
		HTML:              {want: "200 <!doctype html>"},
		NoBody:            {want: "200 $"},
		Status401:         {want: "401 "},
		Status403:         {want: "403 "},
		Status404:         {want: "404 "},
		Status429:         {want: "429 "},
		Status500:         {want: "500 "},
		Status503:         {want: "503 "},
		Garbage:           {rule: Rule{After: 9}, want: "200 [{\"id\":1,\x00\x01]]$"},
		Truncated:         {rule: Rule{After: 9}, want: "200 [{\"id\":1, and a break$"},
		CutChunk:          {rule: Rule{After: 9}, want: "200 [{\"id\":1, and a break$"},
		ShortLength:       {rule: Rule{After: 9}, want: "200 [{\"id\":1,$"},
		CutJSON:           {rule: Rule{After: 9}, want: "200 [{\"id\":1,$"},
		Stall:             {rule: Rule{After: 9}, want: "200 [{\"id\":1, and silence$"},
		Trailing:          {want: "200 [" + partner + "," + one + "," + two + "," + direct + `]{"more":true}$`},
		Drip:              {rule: Rule{Wait: time.Millisecond}, want: "200 [" + partner + "," + one + "," + two + "," + direct + "]$"},
		OtherCustomer:     {want: `200 [{"id":9000001,"name":"Stranger 1","type":"CORP"},`},
		EmptyList:         {want: "200 []$"},
		TooFew:            {form: Envelope, want: `200 {"items":[` + partner + "," + one + "," + two + `],"totalCount":4}$`},
		RepeatedPage:      {form: Pages, query: "&pageNumber=2", want: `200 {"items":[` + partner + "," + one + `],"totalCount":4}$`},
		EmptyPage:         {form: Pages, query: "&pageNumber=2", want: `200 {"items":[],"totalCount":4}$`},
		TotalChanges:      {form: Pages, query: "&pageNumber=2", want: `200 {"items":[` + two + "," + direct + `],"totalCount":5}$`},
		LinkHeader:        {want: "200 [" + partner + "," + one + "," + two + "]$"},
		LinkElsewhere:     {form: Links, rule: Rule{To: "http://other.invalid/"}, want: `200 {"items":[` + partner + "," + one + `],"totalCount":4,"nextLink":"http://other.invalid/"}$`},
		DuplicateSame:     {want: "200 [" + partner + "," + one + "," + two + "," + direct + "," + partner + "]$"},
		DuplicateOther:    {want: "200 [" + partner + "," + one + "," + two + "," + direct + `,{"id":1,"name":"Another of that id","type":"RESELLER","resellerId":null}]$`},
		MessageBesideNone: {want: `200 {"items":[],"totalCount":0,"message":"An error has occurred."}$`},
		HugeName:          {want: "200 [" + one + "," + two + "," + direct + `,{"id":1,"name":"xxxxxxxxxx`},
		Untyped:           {want: `200 [{"id":1,"name":"Partner","resellerId":null},`},
		Unnamed:           {want: `200 [{"name":"Partner",`},
	}
	for _, fault := range Faults {
		test, known := tests[fault]
		if !known {
			t.Errorf("nobody knows what %s should do", fault)
		}
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			test.rule.Fault = fault
			s := holding(t, Shape{Form: test.form, PageSize: 2}, test.rule)
			got := outcome(t, s, test.query)
			if want, whole := strings.CutSuffix(test.want, "$"); !strings.HasPrefix(got, want) || whole && got != want {
				t.Errorf("answered %.300s, want %s", got, test.want)
			}
			s.Misbehave(None)
			if got := outcome(t, s, test.query); !strings.HasPrefix(got, "200 ") || got == test.want {
				t.Errorf("afterwards it answers %.300s", got)
			}
		})
	}
}

func TestARuleMeansCertainCalls(t *testing.T) {
	s := holding(t, Shape{}, Rule{Fault: Status500, Calls: []int{2, 3}}, Rule{Fault: HTML, Calls: []int{3, 4}})
	var got []string
	for range 5 {
		got = append(got, outcome(t, s, "")[:5])
	}
	if diff := cmp.Diff([]string{"200 [", "500 {", "500 {", "200 <", "200 ["}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if statuses := s.Log(); len(statuses) != 5 || statuses[2].Status != 500 || statuses[4].Status != 200 || statuses[0].CustomerID != "17" {
		t.Errorf("logged %+v", statuses)
	}
}

func TestARuleMayMeanOneCustomersCallsOnly(t *testing.T) {
	s := holding(t, Shape{Form: Split}, Rule{Fault: HTML, Calls: []int{1}, CustomerID: "1"})
	own := outcome(t, s, "")
	if got := call(t, s.URL()+"/customers?customerId=1", "Bearer KEY"); own[:5] != "200 [" || got.body[0] != '<' {
		t.Errorf("answered %s, %s", own, got.body)
	}
}

func TestChanceIsTheSameForASeed(t *testing.T) {
	draw := func(seed uint64) (drawn []string) {
		s := holding(t, Shape{}, Rule{Fault: Status503, Odds: 0.5, Seed: seed})
		for range 24 {
			drawn = append(drawn, outcome(t, s, "")[:3])
		}
		return drawn
	}
	first := draw(1)
	if !slices.Equal(first, draw(1)) || slices.Equal(first, draw(2)) || !slices.Contains(first, "200") || !slices.Contains(first, "503") {
		t.Errorf("drew %v", first)
	}
}

func TestARefusalForCallingTooOftenSaysWhenWhereItIsTold(t *testing.T) {
	for wait, want := range map[time.Duration]string{0: "", 90 * time.Second: "90"} {
		s := holding(t, Shape{}, Rule{Fault: Status429, Wait: wait})
		if got := call(t, s.URL()+"/customers?customerId=17", "Bearer KEY"); got.status != 429 || got.header.Get("Retry-After") != want {
			t.Errorf("answered %d, Retry-After %q", got.status, got.header.Get("Retry-After"))
		}
	}
}

func TestAnArrayThatGoesOnSaysSoInAHeaderAlone(t *testing.T) {
	s := holding(t, Shape{}, Rule{Fault: LinkHeader, Calls: []int{1}})
	for _, want := range []string{`</api/heimdalapi/customers?page=2>; rel="next"`, ""} {
		if got := call(t, s.URL()+"/customers?customerId=17", "Bearer KEY"); got.header.Get("Link") != want {
			t.Errorf("the link is %q, want %q", got.header.Get("Link"), want)
		}
	}
}

func TestTheRateIsEachKeysOwn(t *testing.T) {
	s := start(t, func(c *Config) { c.PerMinute = 1 })
	u := s.URL() + "/customers?customerId=17"
	if got := []int{call(t, u, "Bearer KEY").status, call(t, u, "Bearer OTHER").status, call(t, u, "Bearer KEY").status}; !slices.Equal(got, []int{200, 200, 429}) {
		t.Errorf("answered %v", got)
	}
}

// counting is a world that counts how much of it was asked for.
type counting struct{ asked *int }

func (counting) Len() int { return 300_000 }

func (c counting) AppendJSON(b []byte, i int) []byte {
	*c.asked++
	return append(strconv.AppendInt(append(b, `{"id":`...), int64(i), 10), `,"name":"Somebody of no importance","type":"CORP"}`...)
}

func TestALargeWorldIsMadeUpWhileItIsRead(t *testing.T) {
	s := start(t, nil)
	asked := 0
	s.SetWorld(counting{&asked})
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/customers?customerId=17", nil)
	request.Header.Set("Authorization", "Bearer KEY")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(response.Body, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	s.http.Shutdown(t.Context())
	if asked == 0 || asked == 300_000 {
		t.Errorf("%d customers were made for a reader that stopped at the thirtieth", asked)
	}
}

func TestOrdersAreTakenFromThisMachineOnly(t *testing.T) {
	s := holding(t, Shape{})
	base, err := s.Control(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	send := func(change func(*http.Request)) int {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/order", strings.NewReader(`{"rules":[{"fault":"html"}]}`))
		change(request)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	for name, change := range map[string]func(*http.Request){
		"another host's name": func(r *http.Request) { r.Host = "stand.example:80" },
		"a web page":          func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:1") },
	} {
		if status := send(change); status != http.StatusForbidden || get(t, s, "")[0] != '[' {
			t.Errorf("%s: answered %d", name, status)
		}
	}
	if status := send(func(*http.Request) {}); status != http.StatusNoContent || get(t, s, "")[0] != '<' {
		t.Errorf("an order from here: answered %d", status)
	}
	if _, err := s.ControlAt(t.Context(), "0.0.0.0:0"); err == nil {
		t.Error("orders are taken from everywhere")
	}
	if got := call(t, s.URL()+"/order", "Bearer KEY"); got.status != http.StatusNotFound {
		t.Errorf("the customers' own port takes orders: %d", got.status)
	}
}

func TestAnOrderChangesTheWorldAndItsShape(t *testing.T) {
	s := holding(t, Shape{})
	base, err := s.Control(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ order, want string }{
		{`{"leave_out":50}`, "[" + partner + "," + two + "]"},
		{`{"shape":{"form":"envelope"}}`, `{"items":[` + partner + "," + two + `],"totalCount":2}`},
		{`{"leave_out":0,"shape":{}}`, "[" + partner + "," + one + "," + two + "," + direct + "]"},
		{`{"customers":[{"name":"New","id":20000001}]}`, `[{"id":20000001,"name":"New"}]`},
		{`{"rules":[{"fault":"empty_list"}]}`, `[]`},
		{`{"rules":[]}`, `[{"id":20000001,"name":"New"}]`},
	} {
		response, err := http.Post(base+"/order", "application/json", strings.NewReader(step.order))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := get(t, s, ""); got != step.want {
			t.Errorf("after %s it answers %s", step.order, got)
		}
	}
	response, err := http.Get(base + "/calls")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var calls []Call
	if err := json.NewDecoder(response.Body).Decode(&calls); err != nil || len(calls) != 6 {
		t.Errorf("%d calls, %v", len(calls), err)
	}
	response, err = http.Post(base+"/order", "application/json", bytes.NewBufferString(`{"rule":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("a misspelt order is answered %d", response.StatusCode)
	}
}

func TestOnlyTheRightCertificateIsTrusted(t *testing.T) {
	for name, test := range map[string]struct {
		host          string
		good          time.Duration
		trusted, want bool
	}{
		"right":          {"127.0.0.1", time.Hour, true, true},
		"nobody's":       {"127.0.0.1", time.Hour, false, false},
		"another host's": {"other.example", time.Hour, true, false},
		"run out":        {"127.0.0.1", -time.Hour, true, false},
	} {
		certificate, err := Certificate(test.host, test.good)
		if err != nil {
			t.Fatal(err)
		}
		s := start(t, func(c *Config) { c.Certificate = &certificate })
		pool := x509.NewCertPool()
		if test.trusted {
			pool.AddCert(certificate.Leaf)
		}
		client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
		response, err := client.Get(s.URL() + "/customers")
		if err == nil {
			response.Body.Close()
		}
		if (err == nil) != test.want || !strings.HasPrefix(s.URL(), "https:") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
