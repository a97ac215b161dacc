package heimdalstand

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAFaultOfLaterPagesLeavesTheFirstAlone(t *testing.T) {
	first := `{"items":[` + partner + "," + one + `],"totalCount":4`
	for _, fault := range []Fault{RepeatedPage, EmptyPage, TotalChanges, TooFew} {
		for _, form := range []Form{Pages, Links} {
			if got := get(t, holding(t, Shape{Form: form, PageSize: 2}, Rule{Fault: fault}), ""); !strings.HasPrefix(got, first) {
				t.Errorf("%s: the first of the %s is %s", fault, form, got)
			}
		}
	}
}

func TestNobodyGetsALargerPageThanThereIs(t *testing.T) {
	if got := get(t, holding(t, Shape{Form: Pages, PageSize: 1}), "&pageNumber=2&pageSize=99"); got != `{"items":[`+one+`],"totalCount":4}` {
		t.Errorf("answered %s", got)
	}
}

func TestHowMuchIsPromisedTellsHowAnAnswerBreaksOff(t *testing.T) {
	whole := len("[" + partner + "," + one + "," + two + "," + direct + "]")
	for _, test := range []struct {
		fault       Fault
		after, want int
	}{
		{Truncated, 9, whole}, {Stall, 9, whole}, {CutChunk, 9, -1}, {ShortLength, 9, 9}, {ShortLength, 0, whole / 2}, {ShortLength, 100_000, whole / 2}, {None, 0, whole},
	} {
		s := holding(t, Shape{}, Rule{Fault: test.fault, After: test.after})
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/customers?customerId=17", nil)
		request.Header.Set("Authorization", "Bearer KEY")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.ContentLength; got != int64(test.want) {
			t.Errorf("%s after %d promises %d bytes, want %d", test.fault, test.after, got, test.want)
		}
	}
}

func TestEachShapeLeavesTheWorldAsItIs(t *testing.T) {
	s := holding(t, Shape{PageSize: 2})
	want := get(t, s, "")
	for _, form := range Forms {
		s.SetShape(Shape{Form: form, PageSize: 2})
		get(t, s, "")
	}
	s.SetShape(Shape{})
	if got := get(t, s, ""); got != want {
		t.Errorf("it became %s", got)
	}
}

func TestWhoseResellerIsNotThereIsTheMSSPs(t *testing.T) {
	s := holding(t, Shape{Form: Split})
	s.SetCustomers([]Customer{{"id": 5, "type": "CORP", "resellerId": 99}})
	if got := get(t, s, ""); got != `[{"id":5,"type":"CORP"}]` {
		t.Errorf("answered %s", got)
	}
}

func TestAFaultOfNobodyIsNobody(t *testing.T) {
	for _, fault := range []Fault{OtherCustomer, DuplicateSame, DuplicateOther, HugeName, Untyped, Unnamed} {
		s := holding(t, Shape{}, Rule{Fault: fault})
		s.SetCustomers(nil)
		if got := get(t, s, ""); got != "[]" {
			t.Errorf("%s: answered %s", fault, got)
		}
	}
}

func TestAPageWithoutASizeIsAThousand(t *testing.T) {
	many := make([]Customer, 1001)
	for i := range many {
		many[i] = Customer{"id": i}
	}
	s := holding(t, Shape{Form: Pages})
	s.SetCustomers(many)
	if got := get(t, s, "&pageNumber=2"); got != `{"items":[{"id":1000}],"totalCount":1001}` {
		t.Errorf("answered %s", got)
	}
}

func TestCallsThatAreForgottenCountAgainstNobody(t *testing.T) {
	s := start(t, func(c *Config) { c.PerMinute = 1 })
	get(t, s, "")
	s.Forget()
	get(t, s, "")
}

func TestItEndsWithItsContextAndIsForSomebody(t *testing.T) {
	if _, err := Start(t.Context(), Config{APIKey: "KEY"}); err == nil {
		t.Error("it started for nobody's customers")
	}
	if _, err := Start(t.Context(), Config{CustomerID: "17"}); err == nil {
		t.Error("it started without a key")
	}
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx, Config{APIKey: "KEY", CustomerID: "17"})
	if err != nil {
		t.Fatal(err)
	}
	control, err := s.Control(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-s.closed
	for _, address := range []string{s.URL(), control} {
		for range 1000 {
			response, err := http.Get(address)
			if err != nil {
				address = ""
				break
			}
			response.Body.Close()
			time.Sleep(5 * time.Millisecond)
		}
		if address != "" {
			t.Errorf("%s still answers", address)
		}
	}
}
