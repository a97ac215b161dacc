package heimdal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
)

func TestAGoodBodyWithAnotherStatusIsNoAnswer(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]string{
		206: "status 206 instead of customers", 201: "status 201", 203: "status 203", 304: "status 304", 407: "proxy settings", 418: "refused the request (status 418)", 599: "an error of its own (status 599)",
	} {
		r := asking(t, func(*http.Request) *http.Response {
			a := body(`[` + corps(1, 1) + `]`)
			a.StatusCode = code
			return a
		})
		customers, err := r.all(t.Context())
		if err == nil || len(customers) > 0 || !strings.Contains(err.Error(), want) {
			t.Errorf("%d: %v, %v", code, customers, err)
		}
	}
}

func TestAWebPageIsKnownByWhatItSaysItIsAndByHowItBegins(t *testing.T) {
	t.Parallel()
	for text, kind := range map[string]string{"Please sign in": "text/html; charset=utf-8", "[]": "text/html", "\n <!doctype html>": "application/json", "<html>": ""} {
		r := asking(t, func(*http.Request) *http.Response {
			a := body(text)
			a.Header.Set("Content-Type", kind)
			return a
		})
		_, err := r.all(t.Context())
		wantCode(t, err, portal.Garbage)
		if err == nil || !strings.Contains(err.Error(), "A web page came back") {
			t.Errorf("%q as %q is told as %v", text, kind, err)
		}
	}
}

func TestAnAnswerThatSaysItIsTooLargeIsNotRead(t *testing.T) {
	t.Parallel()
	source := &endless{head: "[", tail: " "}
	r := asking(t, func(*http.Request) *http.Response {
		a := body("")
		a.Body, a.ContentLength = io.NopCloser(source), maxResponseBytes+1
		return a
	})
	_, err := r.all(t.Context())
	wantCode(t, err, portal.Oversized)
	if source.read > 0 {
		t.Errorf("%d bytes were read", source.read)
	}
}

func TestACustomerHasOnlySoManyFields(t *testing.T) {
	t.Parallel()
	fields := func(n int) string {
		var b strings.Builder
		for i := range n - 2 {
			fmt.Fprintf(&b, `,"f%d":1`, i)
		}
		return `[{"id":1,"type":"CORP"` + b.String() + `}]`
	}
	if customers, err := readAll(t, fields(maxMembers)); err != nil || len(customers) != 1 {
		t.Errorf("read %d, %v", len(customers), err)
	}
	_, err := readAll(t, fields(maxMembers+1))
	wantCode(t, err, portal.Oversized)
	// Names are remembered from customer to customer, but not without end.
	var o object
	for i := range 3 * maxMembers {
		if _, err := readCustomer([]byte(fmt.Sprintf(`{"id":1,"type":"CORP","f%d":1}`, i)), &o); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.names) > maxMembers {
		t.Errorf("%d names are kept", len(o.names))
	}
}

func TestACallerWhoGivesUpInTheMiddleOfAnAnswerHearsOfThatAlone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r := answering(t, `[`+corps(1, 2)+`] and more`)
	_, err := r.Call(ctx, portal.ReadState{}, func(portal.Customer) error { cancel(); return nil })
	if err != context.Canceled { //nolint:errorlint // nothing is to be around it
		t.Errorf("the error is %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	r, clock, _ := inTurn(t, fails(429))
	r.transport.clock = givesUp{clock, cancel}
	var postponed *portal.Postponed
	if _, err := r.Call(ctx, portal.ReadState{}, nil); !errors.As(err, &postponed) {
		t.Errorf("a wait that is put off while the caller gives up ended as %v", err)
	}
}

// givesUp is a clock on which a wait is put off by a caller who then gives up.
type givesUp struct {
	*clockwork
	cancel func()
}

func (g givesUp) Sleep(_ context.Context, d time.Duration) error {
	g.cancel()
	return &portal.Postponed{Until: g.now.Add(d)}
}

func TestUTF16IsToldByItsName(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"\xff\xfe[\x00]\x00", "\xfe\xff\x00[\x00]", "[\x00]\x00", "\x00[\x00]", "\xff\xfe", "\xfe\xff"} {
		_, err := readAll(t, text)
		wantCode(t, err, portal.Garbage)
		if err == nil || !strings.Contains(err.Error(), "UTF-16") {
			t.Errorf("%q is told as %v", text, err)
		}
	}
}

func TestAnIDThatIsEmptyIsNotReplacedByAnotherValue(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"ref":5,"name":"x","id":null,"type":"CORP"}`, `{"ref":5,"label":"x","customerId":"","type":"CORP"}`, `{"ref":5,"label":"x","type":"CORP","clientId":"N/A"}`} {
		_, err := readAll(t, "["+text+"]")
		wantCode(t, err, portal.Unmapped)
	}
}

func TestWhatIsHeldBackForOneCustomerIsFreeForTheNext(t *testing.T) {
	t.Parallel()
	note := `"note":"` + strings.Repeat("x", maxValueBytes/2) + `"`
	held := func(id int) string {
		return fmt.Sprintf(`{"children":[{"id":%d,"type":"CORP",%s}],"id":%d,"type":"RESELLER"}`, 1000+id, note, id)
	}
	var all, lists []string
	for i := range 3 * maxHeldBytes / maxValueBytes {
		all = append(all, held(i+20))
		lists = append(lists, fmt.Sprintf(`"%s":[{"id":%d,"type":"CORP",%s}]`, []string{"children", "clients"}[i%2], 1000+i, note))
	}
	customers, err := readAll(t, `[`+strings.Join(all, ",")+`]`)
	if err != nil || len(customers) != 2*len(all) {
		t.Errorf("read %d, %v", len(customers), err)
	}
	_, err = readAll(t, `[{`+strings.Join(lists, ",")+`,"id":1,"type":"RESELLER"}]`)
	wantCode(t, err, portal.Oversized)
}

func TestACustomerWhoseTypeTurnsOutToBeAnotherIsRefused(t *testing.T) {
	t.Parallel()
	_, err := readAll(t, `[{"customerType":"RESELLER","id":1,"children":[`+corps(3, 1)+`],"type":"CORP"}]`)
	wantCode(t, err, portal.Garbage)
}

func TestAnEnvelopeIsReadToTheLetterAroundItsListToo(t *testing.T) {
	t.Parallel()
	list := `"items":[` + corps(3, 1) + `]`
	for text, says := range map[string]string{
		"{\"note\":\"B\xf8\"," + list + `}`: "not UTF-8", `{"note":tru,` + list + `}`: "not valid JSON", `{` + list + `,"note":01}`: "not valid JSON",
		`{"data":{"id":2,"name":"B","type":"CORP"}}`: "not in any shape", `{"items":["a"]}`: "not in any shape",
	} {
		_, err := readAll(t, text)
		wantCode(t, err, portal.Garbage)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is told as %v", text, err)
		}
	}
	for text, want := range map[string]string{
		`{"data":["a"],` + list + `}`: `{"id":3,"name":"C3","type":"CORP"}`,
		`{"id":1,"type":"CORP","data":{"items":[{"id":3,"type":"EDR"}]},"response":{}}`: `{"id":1,"type":"CORP","data":{"items":[{"id":3,"type":"EDR"}]},"response":{}}`,
		`{"id":1,"type":"CORP","customers":[],"items":[{"id":2}]}`:                      `{"id":1,"type":"CORP","customers":[],"items":[{"id":2}]}`,
	} {
		customers, err := readAll(t, text)
		if err != nil || len(customers) != 1 || string(customers[0].Raw) != want {
			t.Errorf("%s: %+v, %v", text, customers, err)
		}
	}
}

func TestPlainHTTPIsForThisMachineAndTheCustomerIDIsNoPartOfTheAddress(t *testing.T) {
	t.Parallel()
	for _, base := range []string{"http://10.1.2.3/api", "http://192.168.0.1", "http://[fe80::1]/", "http://localhost.example.com", "http://127.0.0.1.example.com"} {
		err := NewConnector().Check(portal.ConnectionSettings{CustomerID: "17", BaseURL: base}, key)
		if portal.ErrorCode(err) == "" {
			t.Errorf("%s is accepted", base)
		}
	}
	if err := NewConnector().Check(portal.ConnectionSettings{CustomerID: "17", BaseURL: "https://example.com"}, "kéy"); err == nil {
		t.Error("a key beyond ASCII is accepted")
	}
	address, err := customersURL("https://EXAMPLE.com", " 1 7&startDate=x#y ")
	if err != nil || address.String() != "https://example.com/customers?customerId=1+7%26startDate%3Dx%23y" {
		t.Errorf("asked %s, %v", address, err)
	}
}

func TestAKeyInBase64ForAddressesIsSeenToo(t *testing.T) {
	t.Parallel()
	if got := redact("  no key Pz4_Pj8-Pz4_Pj8- here ", "?>?>?>?>?>?>"); got != "no key … here" {
		t.Errorf("it is shown as %q", got)
	}
}

// afterwards is a body that comes after a pause, if the call is still wanted then.
type afterwards struct {
	io.Reader
	pause time.Duration
	ctx   context.Context
}

func (a *afterwards) Read(p []byte) (int, error) {
	time.Sleep(a.pause)
	a.pause = 0
	if a.ctx.Err() != nil {
		return 0, a.ctx.Err()
	}
	return a.Reader.Read(p)
}

func TestAnAnswerThatHasBegunMayTakeLongerThanOneMayThinkAboutIt(t *testing.T) {
	t.Parallel()
	var r *reader
	r = asking(t, func(q *http.Request) *http.Response {
		a := body("")
		a.Body = io.NopCloser(&afterwards{strings.NewReader(`[` + corps(1, 1) + `]`), 2 * r.transport.headerTimeout, q.Context()})
		return a
	})
	r.transport.headerTimeout = time.Second
	if customers, err := r.all(t.Context()); err != nil || len(customers) != 1 {
		t.Errorf("read %v, %v", customers, err)
	}
}

func TestAnAnswerThatHasBegunIsNotAskedForAgainInOneCall(t *testing.T) {
	t.Parallel()
	r, clock, calls := inTurn(t, func() *http.Response {
		a := body("")
		a.Body = io.NopCloser(io.MultiReader(strings.NewReader(`[`+corps(1, 1)+`,`), late{}))
		return a
	})
	emitted := 0
	_, err := r.Call(t.Context(), portal.ReadState{Progress: portal.ReadProgress{Calls: 3}}, func(portal.Customer) error { emitted++; return nil })
	wantCode(t, err, portal.TimedOut)
	if *calls != 1 || emitted != 1 || len(clock.slept) != 0 {
		t.Errorf("%d calls handed over %d customers, with the waits %v", *calls, emitted, clock.slept)
	}
}

// late never comes in time.
type late struct{}

func (late) Read([]byte) (int, error) { return 0, context.DeadlineExceeded }

func TestTheWordsForNothingAreNothing(t *testing.T) {
	t.Parallel()
	for _, word := range []string{`null`, `""`, `" "`, `"null"`, `"NULL"`, `"n/a"`, `"N/A"`, `"-"`, `"\u0000"`} {
		customers, err := readAll(t, `[{"id":5,"name":`+word+`,"type":"CORP","parentId":`+word+`,"products":`+word+`,"expiry":`+word+`}]`)
		if err != nil || customers[0].Name != "5" || customers[0].ParentID != "" || len(customers[0].Products) > 0 || customers[0].ExpiresOn != nil {
			t.Errorf("%s: %+v, %v", word, customers, err)
		}
		if customers, err := readAll(t, `[{"id":`+word+`,"customerId":7,"type":"CORP"}]`); err != nil || customers[0].ExternalID != "7" {
			t.Errorf("%s for an id: %+v, %v", word, customers, err)
		}
	}
}
