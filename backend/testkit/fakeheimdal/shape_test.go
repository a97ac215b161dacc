package fakeheimdal

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShapes(t *testing.T) {
	t.Parallel()
	t.Run("have_the_same_customers", testShapesHaveTheSameCustomers)
	t.Run("links_lead_through_every_page", testShapesLinksLeadThroughEveryPage)
	t.Run("split_by_reseller", testShapesSplitByReseller)
	t.Run("array_continues_in_header", testShapesArrayContinuesInHeader)
	t.Run("large_world_is_generated_on_request", testShapesLargeWorldIsGeneratedOnRequest)
	t.Run("page_size_is_limited", testShapesPageSizeIsLimited)
	t.Run("default_page_size", testShapesDefaultPageSize)
	t.Run("do_not_change_the_world", testShapesDoNotChangeTheWorld)
	t.Run("unknown_parent_is_the_mssp", testShapesUnknownParentIsTheMssp)
}

func testShapesHaveTheSameCustomers(t *testing.T) {
	for name, test := range map[string]struct {
		shape       Shape
		query, want string
	}{
		"envelope": {Shape{Form: Envelope}, "", `{"items":[` + partner + "," + one + "," + two + "," + direct +
			`],"totalCount":4}`},
		"pages, the first": {Shape{Form: Pages, PageSize: 3}, "", `{"items":[` + partner + "," + one + "," + two + `],"totalCount":4}`},
		"pages, the last":  {Shape{Form: Pages, PageSize: 3}, "&pageNumber=2", `{"items":[` + direct + `],"totalCount":4}`},
		"pages, smaller":   {Shape{Form: Pages, PageSize: 3}, "&pageNumber=2&pageSize=1", `{"items":[` + one + `],"totalCount":4}`},
		"pages, beyond":    {Shape{Form: Pages, PageSize: 3}, "&pageNumber=9", `{"items":[],"totalCount":4}`},
		"links, the last":  {Shape{Form: Links, PageSize: 3}, "&from=3", `{"items":[` + direct + `],"totalCount":4}`},
		"object":           {Shape{Form: Object}, "", partner},
		"nested": {Shape{Form: Nested}, "",
			`[{"id":1,"name":"Partner","type":"RESELLER","resellerId":null,"children":[{"id":2,"name":"One","type":"CORP",` +
				`"seatsTotal":5},{"id":3,"name":"Two","type":"CORP"}]},` + direct + `]`},
		"split": {Shape{Form: Split}, "", `[{"id":1,"name":"Partner","type":"RESELLER"},{"id":4,"name":"Direct","type":"CORP"}]`},
		"snake": {Shape{Names: Spellings["snake"], NumbersAsText: true, Form: Pages, PageSize: 2}, "&pageNumber=2",
			`{"items":[{"customer_id":"3","customer_name":"Two","customer_type":"CORP","reseller_id":"1"},{"customer_id":"4",` +
				`"customer_name":"Direct","customer_type":"CORP","reseller_id":null}],"total_count":4}`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, get(t, holding(t, test.shape), test.query)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		})
	}
}

func testShapesLinksLeadThroughEveryPage(t *testing.T) {
	s := holding(t, Shape{Form: Links, PageSize: 2})
	var envelope struct{ NextLink string }
	if err := json.Unmarshal([]byte(get(t, s, "")), &envelope); err != nil {
		t.Fatal(err)
	}
	if got := call(t, envelope.NextLink, "Bearer KEY"); got.body != `{"items":[`+two+","+direct+`],"totalCount":4}` {
		t.Errorf("%s got %s; want %v", envelope.NextLink, got.body, `{"items":[`+two+","+direct+`],"totalCount":4}`)
	}
}

func testShapesSplitByReseller(t *testing.T) {
	s := holding(t, Shape{Form: Split})
	u := s.URL() + "/customers?customerId="
	if got := call(t, u+"1", "Bearer KEY"); got.body != `[{"id":2,"name":"One","type":"CORP","seatsTotal":5},{"id":3,"name":"Two",`+
		`"type":"CORP"}]` {
		t.Errorf("reseller: got %s; want %v", got.body,
			`[{"id":2,"name":"One","type":"CORP","seatsTotal":5},{"id":3,"name":"Two","type":"CORP"}]`)
	}
	if got := call(t, u+"99", "Bearer KEY"); !strings.HasPrefix(got.body, `{"message"`) {
		t.Errorf("another customer: got %s", got.body)
	}
}

func testShapesArrayContinuesInHeader(t *testing.T) {
	s := holding(t, Shape{}, Rule{Fault: LinkHeader, Calls: []int{1}})
	for _, want := range []string{`</api/heimdalapi/customers?page=2>; rel="next"`, ""} {
		if got := call(t, s.URL()+"/customers?customerId=17", "Bearer KEY"); got.header.Get("Link") != want {
			t.Errorf("the link is %q, want %q", got.header.Get("Link"), want)
		}
	}
}

func testShapesLargeWorldIsGeneratedOnRequest(t *testing.T) {
	s := start(t, nil)
	asked := 0
	s.SetWorld(counting{&asked})
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/customers?customerId=17", nil)
	request.Header.Set("Authorization", "Bearer KEY")
	response, err := httpClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(response.Body, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	s.http.Shutdown(t.Context())
	if asked == 0 || asked == 300_000 {
		t.Errorf("%d customers were generated for a reader that stopped at the thirtieth", asked)
	}
}

func testShapesPageSizeIsLimited(t *testing.T) {
	if got := get(t, holding(t, Shape{Form: Pages, PageSize: 1}),
		"&pageNumber=2&pageSize=99"); got != `{"items":[`+one+`],"totalCount":4}` {
		t.Errorf("got %s; want %v", got, `{"items":[`+one+`],"totalCount":4}`)
	}
}

func testShapesDefaultPageSize(t *testing.T) {
	many := make([]Customer, 1001)
	for i := range many {
		many[i] = Customer{"id": i}
	}
	s := holding(t, Shape{Form: Pages})
	s.SetCustomers(many)
	if got := get(t, s, "&pageNumber=2"); got != `{"items":[{"id":1000}],"totalCount":1001}` {
		t.Errorf("got %s; want %v", got, `{"items":[{"id":1000}],"totalCount":1001}`)
	}
}

func testShapesDoNotChangeTheWorld(t *testing.T) {
	s := holding(t, Shape{PageSize: 2})
	want := get(t, s, "")
	for _, form := range Forms {
		s.SetShape(Shape{Form: form, PageSize: 2})
		get(t, s, "")
	}
	s.SetShape(Shape{})
	if got := get(t, s, ""); got != want {
		t.Errorf("got %s; want %v", got, want)
	}
}

func testShapesUnknownParentIsTheMssp(t *testing.T) {
	s := holding(t, Shape{Form: Split})
	s.SetCustomers([]Customer{{"id": 5, "type": "CORP", "resellerId": 99}})
	if got := get(t, s, ""); got != `[{"id":5,"type":"CORP"}]` {
		t.Errorf("got %s; want %v", got, `[{"id":5,"type":"CORP"}]`)
	}
}
