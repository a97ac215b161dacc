package heimdal

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestAccount(t *testing.T) {
	t.Parallel()
	t.Run("in_response", testAccountInResponse)
	t.Run("on_pages", testAccountOnPages)
	t.Run("does_not_hide_wrong_customer", testAccountDoesNotHideWrongCustomer)
	t.Run("in_total", testAccountInTotal)
	t.Run("with_guid", testAccountWithGUID)
}

func testAccountInResponse(t *testing.T) {
	t.Parallel()
	for _, kind := range accountTypes {
		account := portal.ConnectionAccount{Name: "Us", Type: kind, SeatsUsed: number(40), SeatsTotal: number(50),
			ExpiresOn: text("2027-03-31")}
		alone := account
		alone.Alone = true
		own := accountJSON(kind, "")
		for name, test := range map[string]struct {
			texts map[string]string
			tree  string
			want  *portal.ConnectionAccount
			total *int64 // that Test returns
		}{
			"first in a list": {map[string]string{"17": `[` + own + `,` + clientsJSON(11, 2) + `]`},
				"11 client under, 12 client under", &account, number(2)},
			"last in an envelope that counts it": {
				map[string]string{"17": `{"items":[` + clientsJSON(11, 2) + `,` + own + `],"totalCount":3}`},
				"11 client under, 12 client under", &account, number(2),
			},
			"in an envelope that does not count it": {
				map[string]string{"17": `{"items":[` + own + `,` + clientsJSON(11, 2) + `],"totalCount":2}`},
				"11 client under, 12 client under", &account, number(2),
			},
			"holding its customers": {
				map[string]string{"17": accountJSON(kind, `,"children":[`+resellerR+`,`+clientsJSON(11, 1)+`]`)},
				"1 msp under, 11 client under", &account, number(2),
			},
			"holding its customers, in a list": {
				map[string]string{"17": `[` +
					accountJSON(kind, `,"children":[{"id":1,"type":"RESELLER","children":[`+clientsJSON(11, 1)+`]}]`) + `]`},
				"1 msp under, 11 client under 1", &account, number(2),
			},
			"coming after its customers": {
				map[string]string{"17": `{"customers":[` + clientsJSON(11, 2) + `],` +
					own[1:]}, "11 client under, 12 client under", &account, number(2),
			},
			"named as a parent": {
				map[string]string{"17": `[` + own + `,{"id":11,"type":"CORP","parentId":17},` + resellerR +
					`,{"id":12,"type":"CORP","parentId":1}]`},
				"1 msp under, 11 client under, 12 client under 1", &account, number(3),
			},
			"in the response about a reseller": {
				map[string]string{"17": `[` + resellerR + `,` + clientsJSON(11, 1) + `]`, "1": `[` + own + `,` + resellerR + `,` +
					clientsJSON(12, 1) + `]`},
				"1 msp under, 11 client under, 12 client under 1", &account, nil,
			},
			"in every response": {
				map[string]string{"17": `[` + own + `,` + resellerR + `,` + clientsJSON(11, 1) + `]`,
					"1": `[` + own + `,` + clientsJSON(11, 1) + `]`, "11": `[` + own + `,` + clientsJSON(11, 1) + `]`},
				"1 msp under, 11 client under 1", &account, nil,
			},
			"only":                {map[string]string{"17": own}, "", &alone, number(0)},
			"only in a list":      {map[string]string{"17": `[` + own + `]`}, "", &alone, number(0)},
			"only in an envelope": {map[string]string{"17": `{"items":[` + own + `],"totalCount":1}`}, "", &alone, number(0)},
			"only and twice":      {map[string]string{"17": `[` + own + `,` + own + `]`}, "", &alone, number(0)},
			"not there":           {map[string]string{"17": `[` + clientsJSON(11, 1) + `]`}, "11 client under", nil, number(1)},
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				t.Parallel()
				var asked []string
				customers, state, err := readerByCustomer(t, &asked, test.texts).from(t.Context(), connector.State{})
				if err != nil || treeOf(customers) != test.tree {
					t.Fatalf("got %q after asking %v, %v; want %q", treeOf(customers), asked, err, test.tree)
				}
				if diff := cmp.Diff(test.want, state.Account); diff != "" {
					t.Errorf("the account differs (-want +got):\n%s", diff)
				}
				if state.Progress.Seen != int64(len(customers)) && !strings.Contains(name, "every") {
					t.Errorf("%d customers count as seen, want %d", state.Progress.Seen, len(customers))
				}
				total, err := readerByCustomer(t, &asked, test.texts).Test(t.Context())
				if err != nil || !cmp.Equal(total, test.total) {
					t.Errorf("Test returns %v customers, %v; want %v", countText(total), err, countText(test.total))
				}
			})
		}
	}
}

func testAccountOnPages(t *testing.T) {
	t.Parallel()
	for total, own := range map[string]string{"4": "counted", "3": "not counted"} {
		first := `{"items":[` + accountJSON("DISTRIBUTOR", "") + `,` + clientsJSON(11, 1) + `],"total":` + total + `}`
		r := readerOf(t, first, `{"items":[`+clientsJSON(12, 2)+`],"total":`+total+`}`)
		customers, state, err := r.from(t.Context(), connector.State{})
		if err != nil || idList(customers) != "11 12 13" || state.Total == nil || *state.Total != 3 || state.Account == nil ||
			state.Account.Alone {
			t.Errorf("%s: got %s of %s, account %+v, error %v; want 11 12 13, 3", own, idList(customers), countText(state.Total),
				state.Account, err)
		}
		n, err := readerOf(t, first).Test(t.Context())
		if own == "counted" && (err != nil || n == nil || *n != 3) {
			t.Errorf("%s: Test returns %s customers, %v", own, countText(n), err)
		}
	}
}

func testAccountDoesNotHideWrongCustomer(t *testing.T) {
	t.Parallel()
	own := accountJSON("DISTRIBUTOR", "")
	everything := `[` + own + `,` + resellerR + `,` + clientsJSON(11, 2) + `]`
	for name, texts := range map[string]map[string]string{
		"the same for every request": {"17": everything, "1": everything, "11": everything},
		"the account only":           {"17": `[` + resellerR + `]`, "1": own},
		"the account and clients": {"17": `[` + own + `,` + resellerR + `,` + clientsJSON(11, 2) + `]`,
			"1": `[` + own + `,` + clientsJSON(11, 2) + `]`, "11": `[` + own + `,` + resellerR + `]`},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			_, err := readerByCustomer(t, &asked, texts).all(t.Context())
			wantCode(t, err, connector.WrongCustomer)
			if t.Failed() {
				t.Fatal(name, asked)
			}
		})
	}
}

func testAccountInTotal(t *testing.T) {
	t.Parallel()
	const account = `{"id":17,"name":"Northwind","type":"DISTRIBUTOR"}`
	first := `{"items":[` + account + `,` + clientsJSON(1, 2) + `],"total":3,"pageSize":3,"pageNumber":1}`
	for name, second := range map[string]struct{ page, want string }{
		"that_leaves_it_out_reads_the_next_page": {`{"items":[` + clientsJSON(3, 1) + `],"total":3,"pageSize":3,"pageNumber":2}`,
			"1 2 3"},
		"that_counts_it_ends_with_an_empty_page": {`{"items":[],"total":3,"pageSize":3,"pageNumber":2}`, "1 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			customers, err := readerOf(t, first, second.page).all(t.Context())
			if err != nil || idList(customers) != second.want {
				t.Errorf("got customers %s, want %s (%v)", idList(customers), second.want, err)
			}
		})
	}
}

func testAccountWithGUID(t *testing.T) {
	t.Parallel()
	const asked = "0F8FAD5B-D9CB-469F-A165-70867728950E"
	lower, braces := strings.ToLower(asked), "{"+asked+"}"
	for name, test := range map[string]struct{ text, want string }{
		"in_lower_case": {`[{"id":"` + lower + `","type":"CORP"},{"id":11,"type":"CORP","parentId":"` + lower + `"}]`, "11 client under"},
		"in_braces": {`[{"id":"` + braces + `","type":"RESELLER"},{"id":11,"type":"CORP","parentId":"` + braces + `"}]`,
			"11 client under"},
		"around_its_customers": {
			`{"customers":[` + clientsJSON(11, 1) + `],"id":"` + lower + `","name":"Us"}`, "11 client under",
		},
		"of_another": {
			`[{"id":"1` + lower[1:] + `","type":"CORP"}]`, "1" + lower[1:] + " client under",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := readerOf(t, test.text)
			r.source.customerID = asked
			if customers, err := r.all(t.Context()); err != nil || treeOf(customers) != test.want {
				t.Errorf("got %s, want %s (%v)", treeOf(customers), test.want, err)
			}
		})
	}
}

// accountJSON returns the account with the customer id 17, a type and further members.
func accountJSON(kind, rest string) string {
	return `{"id":17,"name":"Us","type":"` + kind + `","seatsUsed":40,"seatsTotal":50,"expirationDate":"2027-03-31"` + rest + `}`
}

var accountTypes = []string{"DISTRIBUTOR", "RESELLER", "CORP"}
