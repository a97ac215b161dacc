package heimdal

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
)

func TestNested(t *testing.T) {
	t.Parallel()
	t.Run("under_nearest_msp", testNestedUnderNearestMsp)
	t.Run("names_unread_lists", testNestedNamesUnreadLists)
	t.Run("keeps_json", testNestedKeepsJSON)
	t.Run("refuses_elements_without_type", testNestedRefusesElementsWithoutType)
	t.Run("accepts_many", testNestedAcceptsMany)
	t.Run("under_each_list_name", testNestedUnderEachListName)
	t.Run("frees_held_bytes", testNestedFreesHeldBytes)
	t.Run("refuses_changed_type", testNestedRefusesChangedType)
}

func testNestedUnderNearestMsp(t *testing.T) {
	t.Parallel()
	corp := `{"id":3,"name":"C","type":"CORP"}`
	under1 := "1 msp under, 3 client under 1"
	for name, test := range map[string]struct{ body, want string }{
		"in its reseller":             {`[{"id":1,"name":"R","type":"RESELLER","children":[` + corp + `]}]`, under1},
		"under another name":          {`{"items":[{"Id":1,"Name":"R","Type":"Reseller","Sub_Customers":[` + corp + `]}]}`, under1},
		"before the reseller's id":    {`[{"children":[` + corp + `],"id":1,"name":"R","type":"RESELLER"}]`, under1},
		"between its id and its type": {`[{"id":1,"customers":[` + corp + `],"name":"R","type":"RESELLER"}]`, under1},
		"two lists": {`[{"id":1,"resellers":[{"id":2,"type":"RESELLER"}],"type":"RESELLER","corporates":[` + corp +
			`]}]`, "1 msp under, 2 msp under 1, 3 client under 1"},
		"deeper": {`[{"id":1,"type":"RESELLER","children":[{"id":2,"type":"RESELLER","children":[` + corp +
			`]}]}]`, "1 msp under, 2 msp under 1, 3 client under 2"},
		"in a client of a reseller": {`[{"id":1,"type":"RESELLER","children":[{"id":2,"type":"CORP","children":[` + corp + `]}]}]`,
			"1 msp under, 2 client under 1, 3 client under 1"},
		"in a client":               {`[{"id":2,"type":"CORP","children":[` + corp + `]}]`, "2 client under, 3 client under"},
		"in the MSSP itself":        {`{"id":17,"name":"Us","type":"DISTRIBUTOR","customers":[` + corp + `]}`, "3 client under"},
		"in the MSSP, after it":     {`{"customers":[` + corp + `],"id":17,"name":"Us","type":"DISTRIBUTOR"}`, "3 client under"},
		"despite a link to another": {`[{"id":1,"type":"RESELLER","children":[{"id":3,"type":"CORP","parentId":17}]}]`, under1},
		"in an envelope of their own": {`[{"id":1,"type":"RESELLER","clients":{"items":[` + corp + `],"total":1,"hasMore":false}}]`,
			under1},
		"in one before the id":   {`[{"clients":{"data":[` + corp + `],"next":null},"id":1,"type":"RESELLER"}]`, under1},
		"single, outside a list": {`[{"id":1,"type":"RESELLER","clients":` + corp + `}]`, under1},
		"by their ids":           {`[{"id":1,"type":"RESELLER","clients":{"3":` + corp + `}}]`, under1},
		"in one in the MSSP itself": {`{"id":17,"name":"Us","type":"DISTRIBUTOR","customers":{"items":[` + corp + `]}}`,
			"3 client under"},
		"in one in the MSSP after": {`{"customers":{"items":[` + corp + `]},"id":17,"name":"Us","type":"DISTRIBUTOR"}`,
			"3 client under"},
		"in the MSPs of the MSSP": {`{"id":17,"name":"Us","msps":[{"id":1,"type":"RESELLER","clients":[` + corp + `]}]}`, under1},
		"no customers in an object": {`[{"id":1,"type":"RESELLER","clients":{"total":12,"active":{"id":9}}},{"id":3,"type":"CORP",` +
			`"parent":1}]`, under1},
		"customers above": {`[{"id":1,"type":"RESELLER"},{"id":3,"type":"CORP","parent":{"id":1,"type":"RESELLER"},` +
			`"path":[{"id":1,"type":"RESELLER"}]}]`, under1},
		"no list of customers": {`[{"id":1,"type":"RESELLER","children":[],"clients":12,"companies":["a"],"customers":null},` +
			`{"id":3,"type":"CORP","parent":1}]`, under1},
	} {
		t.Run(name, func(t *testing.T) {
			customers, err := readAll(t, test.body)
			if err != nil || treeOf(customers) != test.want {
				t.Errorf("got %s, error %v; want %v", treeOf(customers), err, test.want)
			}
		})
	}
}

func testNestedNamesUnreadLists(t *testing.T) {
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
			text := strings.ReplaceAll(test.text, "%", clientsJSON(11, 2))
			customers, err := readAll(t, text)
			var e *connector.CallError
			if !errors.As(err, &e) || e.Code != connector.Incomplete || e.Sign != test.sign {
				t.Fatalf("got %s, %v; want incomplete with the sign %s", treeOf(customers), err, test.sign)
			}
			r := readerOf(t, text)
			r.harmless = harmlessSet([]string{test.sign})
			if _, err := r.all(t.Context()); err != nil && codeOf(err) == connector.Incomplete {
				t.Errorf("declared harmless: %v", err)
			}
		})
	}
	for _, text := range []string{`{"items":[%],"customers":{"items":[%]}}`, `{"customers":{"items":[%]}}`,
		`{"clients":{"3":{"id":3,"type":"CORP"},}}`} {
		_, err := readAll(t, strings.ReplaceAll(text, "%", clientsJSON(11, 1)))
		wantCode(t, err, connector.Garbage)
	}
}

func testNestedKeepsJSON(t *testing.T) {
	t.Parallel()
	customers, err := readAll(t, `[{"id":1,"type":"RESELLER", "children":[ {"id":3,"type":"CORP","x":{"children":[1]}} ], "note":"n"}]`)
	if err != nil || len(customers) != 2 {
		t.Fatal(customers, err)
	}
	if got := string(customers[0].Raw) + string(customers[1].Raw); got != `{"id":3,"type":"CORP","x":{"children":[1]}}{"id":1,`+
		`"type":"RESELLER","note":"n"}` {
		t.Errorf("got JSON %s; want %v", got, `{"id":3,"type":"CORP","x":{"children":[1]}}{"id":1,"type":"RESELLER","note":"n"}`)
	}
}

func testNestedRefusesElementsWithoutType(t *testing.T) {
	t.Parallel()
	corp := `{"id":3,"name":"C","type":"CORP"}`
	deep := corp
	for range maxNesting + 1 {
		deep = `{"id":1,"type":"RESELLER","children":[` + deep + `]}`
	}
	for name, test := range map[string]struct {
		body string
		want connector.CallCode
	}{
		"devices":                       {`[{"id":1,"type":"CORP","clients":[{"id":9,"hostname":"PC"}]}]`, connector.Unmapped},
		"devices before the id":         {`[{"clients":[{"id":9,"hostname":"PC"}],"id":1,"type":"CORP"}]`, connector.Unmapped},
		"in something without a type":   {`[{"id":1,"name":"R","children":[` + corp + `]}]`, connector.Unmapped},
		"in something without an id":    {`[{"name":"R","type":"RESELLER","children":[` + corp + `]}]`, connector.Unmapped},
		"in something with two ids":     {`[{"customerId":1,"type":"RESELLER","children":[` + corp + `],"id":2}]`, connector.Garbage},
		"a list that turns":             {`[{"id":1,"type":"RESELLER","children":[` + corp + `,5]}]`, connector.Garbage},
		"a list that ends wrongly":      {`[{"children":[` + corp + `},"id":1,"type":"RESELLER"}]`, connector.Garbage},
		"held back and not well-formed": {`[{"children":[{"id":3,"type":"CORP",}],"id":1,"type":"RESELLER"}]`, connector.Garbage},
		"too deep":                      {`[` + deep + `]`, connector.Garbage},
		"too much before the id": {`[{"children":[` + strings.Repeat(corp+",", 1+maxHeldBytes/len(corp)) + corp +
			`],"id":1,"type":"RESELLER"}]`, connector.Oversized},
		"in another customer": {`{"customers":[` + corp + `],"id":18,"name":"Them","type":"DISTRIBUTOR"}`, connector.Garbage},
		"two lists":           {`{"items":[` + corp + `],"data":[]}`, connector.Garbage},
		"the same list twice": {`{"items":[` + corp + `],"items":[` + corp + `]}`, connector.Garbage},
		"broken off inside":   {`[{"id":1,"type":"RESELLER","children":[` + corp, connector.Truncated},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readAll(t, test.body)
			wantCode(t, err, test.want)
			if t.Failed() {
				t.Fatal(name)
			}
		})
	}
}

func testNestedAcceptsMany(t *testing.T) {
	t.Parallel()
	note := `,"note":"` + strings.Repeat("x", 4000) + `"}`
	n := 2 * maxHeldBytes / len(note)
	children := strings.ReplaceAll(clientsJSON(101, n), "}", note)
	customers, err := readAll(t, `[{"id":1000000,"type":"RESELLER","children":[`+children+`]}]`)
	if err != nil || len(customers) != n+1 || customers[n-1].ParentID != "1000000" {
		t.Errorf("got %d of %d, %v; want %v, 1000000", len(customers), n, err, n+1)
	}
}

func testNestedUnderEachListName(t *testing.T) {
	t.Parallel()
	corp := `{"id":3,"name":"C","type":"CORP"}`
	for _, name := range all(t, "lists in a customer", len(childLists),
		"children childCustomers customers clients companies sub_customers subClients Resellers subResellers MSPs corporates corps "+
			"enterprises") {
		if customers, err := readAll(t, `[{"id":1,"type":"RESELLER","`+name+`":[`+corp+`]}]`); err != nil ||
			treeOf(customers) != "1 msp under, 3 client under 1" {
			t.Errorf("%s in a customer: got %s, error %v; want 1 msp under, 3 client under 1", name, treeOf(customers), err)
		}
	}
	for _, name := range all(t, "lists", len(customerLists), "items Customers data results records value") {
		if customers, err := readAll(t, `{"`+name+`":[`+corp+`]}`); err != nil || len(customers) != 1 {
			t.Errorf("%s: %v, error %v; want 1", name, customers, err)
		}
	}
	for _, name := range all(t, "wrappers", len(envelopeObjects), "Data result response") {
		if customers, err := readAll(t, `{"`+name+`":{"items":[`+corp+`],"totalCount":1}}`); err != nil || len(customers) != 1 {
			t.Errorf("%s: %v, error %v; want 1", name, customers, err)
		}
	}
}

func testNestedFreesHeldBytes(t *testing.T) {
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
		t.Errorf("got %d, %v; want 2*len(all)", len(customers), err)
	}
	_, err = readAll(t, `[{`+strings.Join(lists, ",")+`,"id":1,"type":"RESELLER"}]`)
	wantCode(t, err, connector.Oversized)
}

func testNestedRefusesChangedType(t *testing.T) {
	t.Parallel()
	_, err := readAll(t, `[{"customerType":"RESELLER","id":1,"children":[`+clientsJSON(3, 1)+`],"type":"CORP"}]`)
	wantCode(t, err, connector.Garbage)
}
