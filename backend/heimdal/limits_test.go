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
		a.Body, a.ContentLength = io.NopCloser(source), largest+1
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
	if customers, err := readAll(t, fields(mostMembers)); err != nil || len(customers) != 1 {
		t.Errorf("read %d, %v", len(customers), err)
	}
	_, err := readAll(t, fields(mostMembers+1))
	wantCode(t, err, portal.Oversized)
	// Names are remembered from customer to customer, but not without end.
	var o object
	for i := range 3 * mostMembers {
		if _, err := readCustomer([]byte(fmt.Sprintf(`{"id":1,"type":"CORP","f%d":1}`, i)), &o); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.words) > mostMembers {
		t.Errorf("%d names are kept", len(o.words))
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
	r.clock = givesUp{clock, cancel}
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
		wantCode(t, err, portal.Garbage)
	}
}

func TestWhatIsHeldBackForOneCustomerIsFreeForTheNext(t *testing.T) {
	t.Parallel()
	note := `"note":"` + strings.Repeat("x", heaviest/2) + `"`
	held := func(id int) string {
		return fmt.Sprintf(`{"children":[{"id":%d,"type":"CORP",%s}],"id":%d,"type":"RESELLER"}`, 1000+id, note, id)
	}
	var all, lists []string
	for i := range 3 * mostHeld / heaviest {
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
