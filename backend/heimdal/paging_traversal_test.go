package heimdal

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestTraversal(t *testing.T) {
	t.Parallel()
	t.Run("asks_resellers_when_parents_unknown", testTraversalAsksResellersWhenParentsUnknown)
	t.Run("refuses_response_about_others", testTraversalRefusesResponseAboutOthers)
	t.Run("asking_can_be_set", testTraversalAskingCanBeSet)
	t.Run("limits_resellers", testTraversalLimitsResellers)
	t.Run("resumes_after_kill", testTraversalResumesAfterKill)
	t.Run("refuses_invalid_state", testTraversalRefusesInvalidState)
	t.Run("refusal_by_status", testTraversalRefusalByStatus)
	t.Run("limits_levels", testTraversalLimitsLevels)
	t.Run("detects_ignored_filter", testTraversalDetectsIgnoredFilter)
	t.Run("probes_once", testTraversalProbesOnce)
	t.Run("no_probe_without_reseller", testTraversalNoProbeWithoutReseller)
}

func testTraversalAsksResellersWhenParentsUnknown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		texts       map[string]string
		tree, asked string
	}{
		"resellers only": {map[string]string{
			"17": `[` + resellerR + `,` + resellerS + `]`, "1": `[` + clientsJSON(11, 2) + `]`, "2": `[]`,
		}, "1 msp under, 11 client under 1, 12 client under 1, 2 msp under", "17 1 2"},
		"clients that are listed without a parent, too": {map[string]string{
			"17": `[` + resellerR + `,` + resellerS + `,` + clientsJSON(11, 3) + `]`, "1": `[` + resellerR + `,` + clientsJSON(11, 1) +
				`]`, "2": `{"items":[` + clientsJSON(12, 1) + `],"totalCount":1}`,
		}, "1 msp under, 11 client under 1, 12 client under 2, 13 client under, 2 msp under", "17 1 11 2"},
		"a reseller of its own": {map[string]string{
			"17": `[{"id":17,"name":"Us","type":"RESELLER"},` + resellerR + `]`, "1": `[` + clientsJSON(11, 1) + `]`,
		}, "1 msp under, 11 client under 1", "17 1"},
		"the details of a reseller": {map[string]string{
			"17": `[` + resellerR + `]`, "1": resellerR,
		}, "1 msp under", "17 1"},
		"a reseller under a reseller": {map[string]string{
			"17": `[` + resellerS + `,` + resellerR + `]`, "1": `[` + resellerS + `,` + clientsJSON(11, 2) + `]`, "2": `[` +
				clientsJSON(11, 1) + `]`,
		}, "1 msp under, 11 client under 2, 12 client under 1, 2 msp under 1", "17 2 1 2"},
		"a reseller under one that comes before it": {map[string]string{
			"17": `[` + resellerR + `,` + resellerS + `,{"id":3,"type":"RESELLER"}]`, "1": `[` + resellerS + `,` + clientsJSON(11, 2) +
				`]`, "2": `[` + clientsJSON(11, 1) + `]`, "3": `[]`,
		}, "1 msp under, 11 client under 2, 12 client under 1, 2 msp under 1, 3 msp under", "17 1 3 2"},
		"a reseller that only its reseller names": {map[string]string{
			"17": `[` + resellerR + `]`, "1": `[` + resellerS + `]`, "2": `[` + clientsJSON(11, 1) + `]`,
		}, "1 msp under, 11 client under 2, 2 msp under 1", "17 1 2"},
		"links in the response about the reseller": {map[string]string{
			"17": `[` + resellerR + `,` + resellerS +
				`]`, "1": `[{"id":11,"type":"CORP","parentId":2},{"id":12,"type":"CORP","parentId":17}]`, "2": `[]`,
		}, "1 msp under, 11 client under 2, 12 client under 1, 2 msp under", "17 1 2"},
		"one reseller with all clients": {map[string]string{
			"17": `[` + resellerR + `,` + clientsJSON(11, 2) + `]`, "1": `[` + resellerR + `,` + clientsJSON(11, 2) +
				`]`, "11": clientsJSON(11, 1),
		}, "1 msp under, 11 client under 1, 12 client under 1", "17 1 11"},
		"one reseller with all clients, which are refused": {map[string]string{
			"17": `[` + resellerR + `,` + clientsJSON(11, 2) + `]`, "1": `[` + resellerR + `,` + clientsJSON(11, 2) + `]`,
		}, "1 msp under, 11 client under 1, 12 client under 1", "17 1 11"},
		"an API for the MSSP only, with a parent field": {map[string]string{
			"17": `[` + resellerR + `,{"id":11,"type":"CORP","resellerId":null}]`,
		}, "1 msp under, 11 client under", "17 1 17"},
		"an API for the MSSP only, with several resellers": {map[string]string{
			"17": `[` + resellersJSON(3) + `,{"id":11,"type":"CORP","resellerId":null}]`,
		}, "1 msp under, 11 client under, 2 msp under, 3 msp under", "17 1 17 2 3 17"},
		"an API for the MSSP only, with many resellers": {map[string]string{
			"17": `[` + resellersJSON(16) + `,` + strings.ReplaceAll(clientsJSON(1000, 60), "CORP", "RESELLER") +
				`,{"id":900,"type":"CORP","resellerId":null}]`,
		}, "", ""},
		"links": {map[string]string{
			"17": `[` + resellerR + `,{"id":11,"type":"CORP","parentId":1},{"id":12,"type":"CORP"}]`,
		}, "1 msp under, 11 client under 1, 12 client under", "17"},
		"a parent without a customer": {map[string]string{
			"17": `[` + resellerR + `,{"id":11,"type":"CORP","resellerId":0},{"id":12,"type":"CORP",` +
				`"parent":{"id":"00000000-0000-0000-0000-000000000000"}},{"id":13,"type":"CORP","resellerId":"-1"},{"id":14,` +
				`"type":"CORP","parentId":"None"}]`,
			"1": `[` + clientsJSON(11, 4) + `,` + clientsJSON(21, 1) + `]`,
		}, "1 msp under, 11 client under 1, 12 client under 1, 13 client under 1, 14 client under 1, 21 client under 1", "17 1"},
		"itself as its parent": {map[string]string{
			"17": `[` + resellerR + `,{"id":11,"type":"CORP","parentId":11}]`, "1": `[{"id":11,"type":"CORP","parentId":11}]`,
		}, "1 msp under, 11 client under 1", "17 1"},
		"nesting": {map[string]string{
			"17": `[{"id":1,"type":"RESELLER","children":[` + clientsJSON(11, 1) + `]},` + resellerS + `]`,
		}, "1 msp under, 11 client under 1, 2 msp under", "17"},
		"nesting in a client": {map[string]string{
			"17": `[` + resellerR + `,{"id":11,"type":"CORP","children":[` + clientsJSON(12, 1) + `]}]`,
		}, "1 msp under, 11 client under, 12 client under", "17"},
		"no resellers": {map[string]string{"17": `[` + clientsJSON(11, 1) + `]`}, "11 client under", "17"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			customers, end, err := readerByCustomer(t, &asked, test.texts).from(t.Context(), connector.State{})
			if test.asked == "" {
				if err != nil || len(customers) != 77 || len(asked) != 1+maxRefusedResellers+4 || len(end.Unread) != 0 {
					t.Errorf("%d calls, %d customers, %v; want an end after %d resellers", len(asked), len(customers), err,
						maxRefusedResellers)
				}
				return
			}
			if err != nil || treeOf(customers) != test.tree || strings.Join(asked, " ") != test.asked || len(end.Unread) != 0 {
				t.Errorf("requested %v, got %s, error %v; want %v, %v, 0", asked, treeOf(customers), err, test.tree, test.asked)
			}
		})
	}
}

func testTraversalRefusesResponseAboutOthers(t *testing.T) {
	t.Parallel()
	everything := `[` + resellerR + `,` + resellerS + `,` + clientsJSON(11, 2) + `]`
	for name, test := range map[string]struct {
		texts map[string]string
		want  connector.CallCode
	}{
		"the same for every request": {map[string]string{"17": everything, "1": everything, "2": everything, "11": everything},
			connector.WrongCustomer},
		"the same for every request, one reseller": {map[string]string{
			"17": `[` + resellerR + `,` + clientsJSON(11, 2) + `]`, "1": `[` + resellerR + `,` + clientsJSON(11, 2) + `]`, "11": `[` +
				resellerR + `,` + clientsJSON(11, 2) + `]`,
		}, connector.WrongCustomer},
		"the MSSP": {map[string]string{"17": `[` + resellerR + `]`, "1": `[{"id":17,"type":"DISTRIBUTOR"}]`},
			connector.WrongCustomer},
		"each under the other": {map[string]string{"17": `[` + resellerR + `,` + resellerS + `]`, "1": `[` + resellerS + `]`,
			"2": `[` + resellerR + `]`}, connector.WrongCustomer},
		"a refusal": {map[string]string{"17": `[` + resellerR + `,` + clientsJSON(11, 1) + `]`}, connector.Refused},
		"fewer than the total": {map[string]string{"17": `[` + resellerR + `]`, "1": `{"items":[` + clientsJSON(11, 1) +
			`],"total":2}`}, connector.Incomplete},
		"broken off":             {map[string]string{"17": `[` + resellerR + `]`, "1": `[` + clientsJSON(11, 1)}, connector.Truncated},
		"no customer has a type": {map[string]string{"17": `[{"id":1,"name":"R"}]`}, connector.Unmapped},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			_, err := readerByCustomer(t, &asked, test.texts).all(t.Context())
			wantCode(t, err, test.want)
			if t.Failed() || len(asked) > 5 {
				t.Fatal(name, asked)
			}
		})
	}
}

func testTraversalAskingCanBeSet(t *testing.T) {
	t.Parallel()
	texts := map[string]string{"17": `[` + resellerR + `,{"id":11,"type":"CORP","parentId":1}]`,
		"1": `[{"id":11,"type":"CORP","parentId":1},` + clientsJSON(12, 1) + `]`}
	var asked []string
	r := readerByCustomer(t, &asked, texts)
	r.source.asking = AskAlways
	if customers, err := r.all(t.Context()); err != nil || treeOf(customers) != "1 msp under, 11 client under 1, 12 client under 1" {
		t.Errorf("always: got %s, error %v; want 1 msp under, 11 client under 1, 12 client under 1", treeOf(customers), err)
	}
	texts["17"] = `[` + resellerR + `,` + clientsJSON(11, 1) + `]`
	r.source.asking, asked = AskNever, nil
	if customers, err := r.all(t.Context()); err != nil || treeOf(customers) != "1 msp under, 11 client under" || len(asked) != 1 {
		t.Errorf("never: requested %v, got %s, error %v; want 1 msp under, 11 client under, 1", asked, treeOf(customers), err)
	}
}

func testTraversalLimitsResellers(t *testing.T) {
	t.Parallel()
	many := resellersJSON(maxResellers + 2) // one of them is the MSSP, 17
	_, err := readAll(t, `[`+many+`]`)
	wantCode(t, err, connector.Incomplete)
	customers, err := readAll(t, `[`+many+`,{"id":90000,"type":"CORP","parentId":1}]`)
	if err != nil || len(customers) != maxResellers+2 {
		t.Errorf("got %d customers, %v; want %v", len(customers), err, maxResellers+2)
	}
}

// testTraversalResumesAfterKill makes each call twice with the saved state only, as if the process had been killed
// before the first result was saved.
func testTraversalResumesAfterKill(t *testing.T) {
	t.Parallel()
	texts := map[string]string{"17": `[` + resellersJSON(40) + `,` + clientsJSON(100, 5) + `]`}
	for i := range 40 {
		texts[fmt.Sprint(i+1)] = `[` + clientsJSON(1000+10*i, i%4) + `]`
	}
	texts["7"] = `[{"id":3,"type":"RESELLER"},` + clientsJSON(1020, 2) + `]`
	var asked []string
	complete, end, err := readerByCustomer(t, &asked, texts).from(t.Context(), connector.State{})
	if err != nil || end.Progress.Calls != int64(len(asked)) {
		t.Fatalf("%d calls, %+v, error %v; want %v", len(asked), end.Progress, err, int64(len(asked)))
	}
	var state connector.State
	rows := map[string]portal.Customer{}
	for calls := 0; !state.Done; calls++ {
		if state.Progress.Left == 0 && calls > 0 || state.Progress.Calls != int64(calls) {
			t.Fatalf("after %d calls: %+v", calls, state.Progress)
		}
		saved, err := json.Marshal(state)
		if err != nil || len(saved) > 4000 {
			t.Fatalf("a state of %d bytes, %v", len(saved), err)
		}
		for range 2 {
			state = connector.State{}
			if err := json.Unmarshal(saved, &state); err != nil {
				t.Fatal(err)
			}
			var again []string
			state, err = readerByCustomer(t, &again, texts).Call(t.Context(), state,
				func(c portal.Customer) error { rows[c.ExternalID] = c; return nil })
			if err != nil || again[0] != asked[calls] {
				t.Fatalf("call %d requested %v, error %v; want %v", calls, again, err, asked[calls])
			}
		}
	}
	if got := slices.Collect(maps.Values(rows)); treeOf(got) != treeOf(complete) {
		t.Errorf("got %s, want %s", treeOf(got), treeOf(complete))
	}
}

func testTraversalRefusesInvalidState(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`{`, `[]`, `{"page":7}`} {
		_, err := readerOf(t, `[]`).Call(t.Context(), connector.State{Data: json.RawMessage(data)}, nil)
		if err == nil {
			t.Errorf("%s: got no error, want an invalid state", data)
		}
	}
}

func testTraversalRefusalByStatus(t *testing.T) {
	t.Parallel()
	for _, code := range []int{400, 401, 403, 404} {
		for parent, want := range map[string]connector.CallCode{"": connector.Refused, `,"parentId":null`: ""} {
			top := `[` + resellerR + `,{"id":11,"type":"CORP"` + parent + `}]`
			r, _, calls := readerInTurn(t, respondWith(top), respondStatus(code), respondWith(top))
			customers, err := r.all(t.Context())
			if want != "" {
				wantCode(t, err, want)
			} else if err != nil || treeOf(customers) != "1 msp under, 11 client under" {
				t.Errorf("%d: got %s, error %v; want 1 msp under, 11 client under", code, treeOf(customers), err)
			}
			wantCalls := 2
			if code == 401 || code == 403 {
				wantCalls = 3 // the last shows that the key is still accepted
			}
			if *calls != wantCalls {
				t.Errorf("%d: %d calls, want %d", code, *calls, wantCalls)
			}
		}
	}
	top := `[` + resellerR + `,{"id":11,"type":"CORP","parentId":null}]`
	r, _, _ := readerInTurn(t, respondWith(top), respondWith(`{"items":[`+clientsJSON(21, 1)+`],"total":2}`), respondStatus(403),
		respondWith(top))
	_, err := r.all(t.Context())
	wantCode(t, err, connector.Refused)
	r, _, _ = readerInTurn(t, respondStatus(403))
	_, err = r.all(t.Context())
	wantCode(t, err, connector.BadKey)
}

func testTraversalLimitsLevels(t *testing.T) {
	t.Parallel()
	asked := 0
	r := readerWith(t, func(*http.Request) *http.Response {
		asked++
		return jsonResponse(fmt.Sprintf(`[{"id":%d,"type":"RESELLER"}]`, 100+asked))
	})
	_, err := r.all(t.Context())
	wantCode(t, err, connector.WrongCustomer)
	if asked > maxNesting+5 {
		t.Errorf("got %d calls", asked)
	}
	at := traversal{Asked: maxCalls, Pending: []string{"1"}}
	_, err = at.nextReseller()
	wantCode(t, err, connector.Incomplete)
	r, _, _ = readerInTurn(t, respondWith(`[`+resellerR+`]`), respondWith(`[`+strings.ReplaceAll(clientsJSON(100, maxResellers+1),
		"CORP", "RESELLER")+`]`))
	_, err = r.all(t.Context())
	wantCode(t, err, connector.Incomplete)
}

func testTraversalDetectsIgnoredFilter(t *testing.T) {
	t.Parallel()
	for name, world := range map[string]func(call int) string{
		"clients are added":   func(call int) string { return clientsJSON(11, 1+call) },
		"clients are removed": func(call int) string { return clientsJSON(10+call, 5-call) },
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			ignoring := readerWith(t, func(*http.Request) *http.Response {
				calls++
				return jsonResponse(`[` + resellerR + `,` + world(calls) + `]`)
			})
			_, err := ignoring.all(t.Context())
			wantCode(t, err, connector.WrongCustomer)
			if calls != 3 {
				t.Errorf("got %d calls; want 3", calls)
			}
		})
	}
}

func testTraversalProbesOnce(t *testing.T) {
	t.Parallel()
	var asked []string
	customers, err := readerByCustomer(t, &asked, map[string]string{
		"17": `[` + resellerR + `,` + resellerS + `,` + clientsJSON(11, 3) + `]`,
		"1":  `[` + resellerR + `,` + clientsJSON(11, 1) + `]`, "2": `[` + resellerS + `,` + clientsJSON(12, 1) + `]`, "11": `[` +
			clientsJSON(11, 1) + `]`,
	}).all(t.Context())
	if err != nil || strings.Join(asked, " ") != "17 1 11 2" ||
		treeOf(customers) != "1 msp under, 11 client under 1, 12 client under 2, 13 client under, 2 msp under" {
		t.Errorf("requested %v, got %s, error %v; want 17 1 11 2, 1 msp under, 11 client under 1, 12 client under 2, 13 client "+
			"under, 2 msp under", asked, treeOf(customers), err)
	}
}

func testTraversalNoProbeWithoutReseller(t *testing.T) {
	t.Parallel()
	for _, texts := range []map[string]string{
		{"1": `[` + resellerR + `]`, "2": `[` + clientsJSON(11, 1) + `]`},
		{"1": `[` + clientsJSON(11, 1) + `]`, "2": `[` + resellerS + `]`},
	} {
		texts["17"] = `[` + resellerR + `,` + resellerS + `,` + clientsJSON(11, 2) + `]`
		var asked []string
		if _, err := readerByCustomer(t, &asked, texts).all(t.Context()); err != nil || strings.Join(asked, " ") != "17 1 2" {
			t.Errorf("%v: requested %v, error %v; want 17 1 2", texts, asked, err)
		}
	}
}

func codeOf(err error) connector.CallCode {
	var e *connector.CallError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

const (
	refusedHere = `{"message":"You do not have access to this customer."}`
	resellerR   = `{"id":1,"name":"R","type":"RESELLER"}`
	resellerS   = `{"id":2,"name":"S","type":"RESELLER"}`
)

// readerByCustomer returns a reader of an API with a text for each customer id, and a refusal for others.
func readerByCustomer(t testing.TB, asked *[]string, texts map[string]string) *reader {
	return readerWith(t, func(r *http.Request) *http.Response {
		id := r.URL.Query().Get("customerId")
		*asked = append(*asked, id)
		if text, ok := texts[id]; ok {
			return jsonResponse(text)
		}
		return jsonResponse(refusedHere)
	})
}

func resellersJSON(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"id":%d,"type":"RESELLER"}`, i+1))
	}
	return strings.Join(list, ",")
}
