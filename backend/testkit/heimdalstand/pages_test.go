package heimdalstand

import (
	"net/http"
	"strings"
	"testing"
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
