package httpapi_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	t.Run("returns_hits_and_totals", testSearchReturnsHitsAndTotals)
	t.Run("refuses_wrong_parameters", testSearchRefusesWrongParameters)
	t.Run("stays_inside_scope", testSearchStaysInsideScope)
}

func testSearchReturnsHitsAndTotals(t *testing.T) {
	h := newAPITest(t)
	all := decode[portal.SearchResult](h, h.wants(h.get("/v1/search?q=fjord&limit=2", h.as(portal.MSSPAdmin)), ok))
	kinds := ""
	for _, hit := range all.Items {
		kinds += string(hit.Kind) + " "
	}
	if want := "client msp msp client "; kinds != want {
		t.Errorf("got hits of the kinds %q, want two of each in the order of their names, %q", kinds, want)
	}
	want := []portal.SearchTotal{{Kind: portal.SearchMSP, Total: 2}, {Kind: portal.SearchClient, Total: 7}, {Kind: portal.SearchUser}}
	for i, total := range all.Totals {
		if total != want[i] {
			t.Errorf("got the total %+v, want %+v", total, want[i])
		}
	}
	none := h.wants(h.get("/v1/search?q=zzzz", h.as(portal.ClientUser)), ok)
	if body := string(none.body); !strings.Contains(body, `"items":[]`) || !strings.Contains(body, `"total":0`) {
		t.Errorf("got %s for a text that nothing contains, want no items and a total of 0", body)
	}
}

func testSearchRefusesWrongParameters(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSSPAdmin)
	for _, query := range []string{"", "?q=", "?q=%20%09", "?q=" + strings.Repeat("x", 101), "?q=x&limit=0", "?q=x&limit=21", "?q=x&limit=a"} {
		problem := h.wantsProblem(h.get("/v1/search"+query, token), http.StatusUnprocessableEntity, portal.Invalid)
		if strings.Contains(query, "limit") {
			continue
		}
		if problem.Field != "q" || !strings.Contains(problem.Detail, "1 to 100 characters") {
			t.Errorf("%q: got the field %q and the detail %q, want that q has 1 to 100 characters", query, problem.Field, problem.Detail)
		}
	}
	long := url.QueryEscape("  " + strings.Repeat("ü", 100) + "  ")
	h.wants(h.get("/v1/search?q="+long, token), ok)
}

func testSearchStaysInsideScope(t *testing.T) {
	h := newAPITest(t)
	for _, role := range roles {
		for _, q := range []string{"Other", "other works 1", "ot" + "ehr", "o", "%", "_", "example.com"} {
			h.wantNothingHidden(h.wants(h.get("/v1/search?q="+url.QueryEscape(q), h.as(role)), ok), role)
		}
		result := decode[portal.SearchResult](h, h.wants(h.get("/v1/search?q=a&limit=20", h.as(role)), ok))
		for _, hit := range result.Items {
			if hit.Kind == portal.SearchUser && !role.May(portal.ManageUsers) {
				t.Errorf("%s: got the user %s, want no users", role, hit.Name)
			}
		}
	}
}
