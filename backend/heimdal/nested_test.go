package heimdal

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

// tree lists customers as "id kind under parent", in order of id.
func tree(customers []portal.Customer) string {
	var lines []string
	for _, c := range customers {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s under %s", c.ExternalID, c.Kind, c.ParentID)))
	}
	slices.Sort(lines)
	return strings.Join(lines, ", ")
}

func TestACustomerInsideAnotherIsUnderTheNearestMSP(t *testing.T) {
	t.Parallel()
	corp := `{"id":3,"name":"C","type":"CORP"}`
	under1 := "1 msp under, 3 client under 1"
	for name, test := range map[string]struct{ body, want string }{
		"in its reseller":              {`[{"id":1,"name":"R","type":"RESELLER","children":[` + corp + `]}]`, under1},
		"under another name":           {`{"items":[{"Id":1,"Name":"R","Type":"Reseller","Sub_Customers":[` + corp + `]}]}`, under1},
		"before the reseller's id":     {`[{"children":[` + corp + `],"id":1,"name":"R","type":"RESELLER"}]`, under1},
		"between its id and its type":  {`[{"id":1,"customers":[` + corp + `],"name":"R","type":"RESELLER"}]`, under1},
		"two lists":                    {`[{"id":1,"resellers":[{"id":2,"type":"RESELLER"}],"type":"RESELLER","corporates":[` + corp + `]}]`, "1 msp under, 2 msp under 1, 3 client under 1"},
		"deeper":                       {`[{"id":1,"type":"RESELLER","children":[{"id":2,"type":"RESELLER","children":[` + corp + `]}]}]`, "1 msp under, 2 msp under 1, 3 client under 2"},
		"in a client of a reseller":    {`[{"id":1,"type":"RESELLER","children":[{"id":2,"type":"CORP","children":[` + corp + `]}]}]`, "1 msp under, 2 client under 1, 3 client under 1"},
		"in a client":                  {`[{"id":2,"type":"CORP","children":[` + corp + `]}]`, "2 client under, 3 client under"},
		"in the MSSP itself":           {`{"id":17,"name":"Us","type":"DISTRIBUTOR","customers":[` + corp + `]}`, "3 client under"},
		"in the MSSP that comes after": {`{"customers":[` + corp + `],"id":17,"name":"Us","type":"DISTRIBUTOR"}`, "3 client under"},
		"though a link says otherwise": {`[{"id":1,"type":"RESELLER","children":[{"id":3,"type":"CORP","parentId":17}]}]`, under1},
		"in an envelope of their own":  {`[{"id":1,"type":"RESELLER","clients":{"items":[` + corp + `],"total":1,"hasMore":false}}]`, under1},
		"in one before the id":         {`[{"clients":{"data":[` + corp + `],"next":null},"id":1,"type":"RESELLER"}]`, under1},
		"alone, in no list":            {`[{"id":1,"type":"RESELLER","clients":` + corp + `}]`, under1},
		"by their ids":                 {`[{"id":1,"type":"RESELLER","clients":{"3":` + corp + `}}]`, under1},
		"in one in the MSSP itself":    {`{"id":17,"name":"Us","type":"DISTRIBUTOR","customers":{"items":[` + corp + `]}}`, "3 client under"},
		"in one in the MSSP after":     {`{"customers":{"items":[` + corp + `]},"id":17,"name":"Us","type":"DISTRIBUTOR"}`, "3 client under"},
		"in the MSPs of the MSSP":      {`{"id":17,"name":"Us","msps":[{"id":1,"type":"RESELLER","clients":[` + corp + `]}]}`, under1},
		"no customers in an object":    {`[{"id":1,"type":"RESELLER","clients":{"total":12,"active":{"id":9}}},{"id":3,"type":"CORP","parent":1}]`, under1},
		"customers above":              {`[{"id":1,"type":"RESELLER"},{"id":3,"type":"CORP","parent":{"id":1,"type":"RESELLER"},"path":[{"id":1,"type":"RESELLER"}]}]`, under1},
		"no list of customers":         {`[{"id":1,"type":"RESELLER","children":[],"clients":12,"companies":["a"],"customers":null},{"id":3,"type":"CORP","parent":1}]`, under1},
	} {
		customers, err := readAll(t, test.body)
		if err != nil || tree(customers) != test.want {
			t.Errorf("%s: read %s, %v", name, tree(customers), err)
		}
	}
}

func TestNested_customers_that_are_not_read(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, sign string }{
		"under_an_unknown_name":      {`[{"id":1,"type":"RESELLER","tenants":[%]}]`, "tenants"},
		"in_an_unknown_form":         {`[{"id":1,"type":"RESELLER","clients":{"nodes":[%]}}]`, "clients.nodes"},
		"in_another_object":          {`[{"id":1,"type":"RESELLER","data":{"tree":{"corps":[%]}}}]`, "data.tree.corps"},
		"in_the_account":             {`{"id":17,"name":"Us","type":"DISTRIBUTOR","tenants":[%]}`, "tenants"},
		"in_an_account_without_type": {`{"id":17,"name":"Us","tenants":[%]}`, "tenants"},
		"on_further_pages":           {`[{"id":1,"type":"RESELLER","clients":{"items":[%],"hasMore":true}}]`, "hasMore"},
		"beyond_a_total":             {`[{"id":1,"type":"RESELLER","clients":{"items":[%],"total":3}}]`, "total"},
		"after_a_link":               {`[{"id":1,"type":"RESELLER","children":[%],"_links":{"next":{"href":"?page=2"}}}]`, "_links.next"},
		"by_its_pages":               {`[{"id":1,"type":"RESELLER","children":[%],"pagination":{"total":3}}]`, "pagination.total"},
		"by_an_annotation":           {`[{"id":1,"type":"RESELLER","customers":[%],"customers@odata.count":3}]`, "customers@odata.count"},
		"by_a_link_of_the_list":      {`[{"id":1,"type":"RESELLER","children":[%],"childrenNextLink":"?page=2"}]`, "childrenNextLink"},
		"in_the_whole_account":       {`{"id":17,"name":"Us","children":[%],"pagination":{"hasMore":true}}`, "pagination.hasMore"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.ReplaceAll(test.text, "%", corps(11, 2))
			customers, err := readAll(t, text)
			var e *portal.CallError
			if !errors.As(err, &e) || e.Code != portal.Incomplete || e.Sign != test.sign {
				t.Fatalf("read %s, %v; want incomplete with the sign %s", tree(customers), err, test.sign)
			}
			r := answering(t, text)
			r.harmless = harmlessSet([]string{test.sign})
			if _, err := r.all(t.Context()); err != nil && codeOf(err) == portal.Incomplete {
				t.Errorf("declared harmless: %v", err)
			}
		})
	}
	for _, text := range []string{`{"items":[%],"customers":{"items":[%]}}`, `{"customers":{"items":[%]}}`, `{"clients":{"3":{"id":3,"type":"CORP"},}}`} {
		_, err := readAll(t, strings.ReplaceAll(text, "%", corps(11, 1)))
		wantCode(t, err, portal.Garbage)
	}
}

func TestTheJSONOfANestedCustomerIsKeptWithIt(t *testing.T) {
	t.Parallel()
	customers, err := readAll(t, `[{"id":1,"type":"RESELLER", "children":[ {"id":3,"type":"CORP","x":{"children":[1]}} ], "note":"n"}]`)
	if err != nil || len(customers) != 2 {
		t.Fatal(customers, err)
	}
	if got := string(customers[0].Raw) + string(customers[1].Raw); got != `{"id":3,"type":"CORP","x":{"children":[1]}}{"id":1,"type":"RESELLER","note":"n"}` {
		t.Errorf("kept %s", got)
	}
}

func TestWhatIsNestedButMayBeNoCustomerIsRefused(t *testing.T) {
	t.Parallel()
	corp := `{"id":3,"name":"C","type":"CORP"}`
	deep := corp
	for range maxNesting + 1 {
		deep = `{"id":1,"type":"RESELLER","children":[` + deep + `]}`
	}
	for name, test := range map[string]struct {
		body string
		want portal.CallCode
	}{
		"devices":                       {`[{"id":1,"type":"CORP","clients":[{"id":9,"hostname":"PC"}]}]`, portal.Unmapped},
		"devices before the id":         {`[{"clients":[{"id":9,"hostname":"PC"}],"id":1,"type":"CORP"}]`, portal.Unmapped},
		"in something without a type":   {`[{"id":1,"name":"R","children":[` + corp + `]}]`, portal.Unmapped},
		"in something without an id":    {`[{"name":"R","type":"RESELLER","children":[` + corp + `]}]`, portal.Unmapped},
		"in something with two ids":     {`[{"customerId":1,"type":"RESELLER","children":[` + corp + `],"id":2}]`, portal.Garbage},
		"a list that turns":             {`[{"id":1,"type":"RESELLER","children":[` + corp + `,5]}]`, portal.Garbage},
		"a list that ends wrongly":      {`[{"children":[` + corp + `},"id":1,"type":"RESELLER"}]`, portal.Garbage},
		"held back and not well-formed": {`[{"children":[{"id":3,"type":"CORP",}],"id":1,"type":"RESELLER"}]`, portal.Garbage},
		"too deep":                      {`[` + deep + `]`, portal.Garbage},
		"too much before the id":        {`[{"children":[` + strings.Repeat(corp+",", 1+maxHeldBytes/len(corp)) + corp + `],"id":1,"type":"RESELLER"}]`, portal.Oversized},
		"in somebody else":              {`{"customers":[` + corp + `],"id":18,"name":"Them","type":"DISTRIBUTOR"}`, portal.Garbage},
		"two lists":                     {`{"items":[` + corp + `],"data":[]}`, portal.Garbage},
		"the same list twice":           {`{"items":[` + corp + `],"items":[` + corp + `]}`, portal.Garbage},
		"broken off inside":             {`[{"id":1,"type":"RESELLER","children":[` + corp, portal.Truncated},
	} {
		_, err := readAll(t, test.body)
		wantCode(t, err, test.want)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestManyCustomersMayBeNestedInOne(t *testing.T) {
	t.Parallel()
	note := `,"note":"` + strings.Repeat("x", 4000) + `"}`
	n := 2 * maxHeldBytes / len(note)
	children := strings.ReplaceAll(corps(101, n), "}", note)
	customers, err := readAll(t, `[{"id":1000000,"type":"RESELLER","children":[`+children+`]}]`)
	if err != nil || len(customers) != n+1 || customers[n-1].ParentID != "1000000" {
		t.Errorf("read %d of %d, %v", len(customers), n, err)
	}
}
