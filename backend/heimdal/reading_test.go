package heimdal

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
)

const (
	refusedHere = `{"message":"You do not have access to this customer."}`
	resellerR   = `{"id":1,"name":"R","type":"RESELLER"}`
	resellerS   = `{"id":2,"name":"S","type":"RESELLER"}`
)

// byCustomer is an API that answers each customer id with its own text, and others with a refusal.
func byCustomer(t testing.TB, asked *[]string, texts map[string]string) *reader {
	return asking(t, func(r *http.Request) *http.Response {
		id := r.URL.Query().Get("customerId")
		*asked = append(*asked, id)
		if text, ok := texts[id]; ok {
			return body(text)
		}
		return body(refusedHere)
	})
}

func TestResellersAreAskedWhereNothingSaysWhoseTheClientsAre(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		texts       map[string]string
		tree, asked string
	}{
		"resellers alone": {map[string]string{
			"17": `[` + resellerR + `,` + resellerS + `]`, "1": `[` + corps(11, 2) + `]`, "2": `[]`,
		}, "1 msp under, 11 client under 1, 12 client under 1, 2 msp under", "17 1 2"},
		"clients that are listed without a parent, too": {map[string]string{
			"17": `[` + resellerR + `,` + resellerS + `,` + corps(11, 3) + `]`, "1": `[` + resellerR + `,` + corps(11, 1) + `]`, "2": `{"items":[` + corps(12, 1) + `],"totalCount":1}`,
		}, "1 msp under, 11 client under 1, 12 client under 2, 13 client under, 2 msp under", "17 1 11 2"},
		"a reseller of its own": {map[string]string{
			"17": `[{"id":17,"name":"Us","type":"RESELLER"},` + resellerR + `]`, "1": `[` + corps(11, 1) + `]`,
		}, "1 msp under, 11 client under 1", "17 1"},
		"the details of a reseller": {map[string]string{
			"17": `[` + resellerR + `]`, "1": resellerR,
		}, "1 msp under", "17 1"},
		"a reseller under a reseller": {map[string]string{
			"17": `[` + resellerS + `,` + resellerR + `]`, "1": `[` + resellerS + `,` + corps(11, 2) + `]`, "2": `[` + corps(11, 1) + `]`,
		}, "1 msp under, 11 client under 2, 12 client under 1, 2 msp under 1", "17 2 1 2"},
		"a reseller under one that comes before it": {map[string]string{
			"17": `[` + resellerR + `,` + resellerS + `,{"id":3,"type":"RESELLER"}]`, "1": `[` + resellerS + `,` + corps(11, 2) + `]`, "2": `[` + corps(11, 1) + `]`, "3": `[]`,
		}, "1 msp under, 11 client under 2, 12 client under 1, 2 msp under 1, 3 msp under", "17 1 3 2"},
		"a reseller that only its reseller names": {map[string]string{
			"17": `[` + resellerR + `]`, "1": `[` + resellerS + `]`, "2": `[` + corps(11, 1) + `]`,
		}, "1 msp under, 11 client under 2, 2 msp under 1", "17 1 2"},
		"links in the reseller's answer": {map[string]string{
			"17": `[` + resellerR + `,` + resellerS + `]`, "1": `[{"id":11,"type":"CORP","parentId":2},{"id":12,"type":"CORP","parentId":17}]`, "2": `[]`,
		}, "1 msp under, 11 client under 2, 12 client under 1, 2 msp under", "17 1 2"},
		"one reseller who has them all": {map[string]string{
			"17": `[` + resellerR + `,` + corps(11, 2) + `]`, "1": `[` + resellerR + `,` + corps(11, 2) + `]`, "11": corps(11, 1),
		}, "1 msp under, 11 client under 1, 12 client under 1", "17 1 11"},
		"one reseller who has them all, and clients that may not be asked about": {map[string]string{
			"17": `[` + resellerR + `,` + corps(11, 2) + `]`, "1": `[` + resellerR + `,` + corps(11, 2) + `]`,
		}, "1 msp under, 11 client under 1, 12 client under 1", "17 1 11"},
		"an API that answers about the MSSP alone, with a field for the parent": {map[string]string{
			"17": `[` + resellerR + `,{"id":11,"type":"CORP","resellerId":null}]`,
		}, "1 msp under, 11 client under", "17 1 17"},
		"such an API and several resellers": {map[string]string{
			"17": `[` + resellers(3) + `,{"id":11,"type":"CORP","resellerId":null}]`,
		}, "1 msp under, 11 client under, 2 msp under, 3 msp under", "17 1 17 2 3 17"},
		"such an API and more resellers than are worth asking": {map[string]string{
			"17": `[` + resellers(16) + `,` + strings.ReplaceAll(corps(1000, 60), "CORP", "RESELLER") + `,{"id":900,"type":"CORP","resellerId":null}]`,
		}, "", ""},
		"links": {map[string]string{
			"17": `[` + resellerR + `,{"id":11,"type":"CORP","parentId":1},{"id":12,"type":"CORP"}]`,
		}, "1 msp under, 11 client under 1, 12 client under", "17"},
		"a parent that is nobody": {map[string]string{
			"17": `[` + resellerR + `,{"id":11,"type":"CORP","resellerId":0},{"id":12,"type":"CORP","parent":{"id":"00000000-0000-0000-0000-000000000000"}},{"id":13,"type":"CORP","resellerId":"-1"},{"id":14,"type":"CORP","parentId":"None"}]`,
			"1":  `[` + corps(11, 4) + `,` + corps(21, 1) + `]`,
		}, "1 msp under, 11 client under 1, 12 client under 1, 13 client under 1, 14 client under 1, 21 client under 1", "17 1"},
		"itself for a parent": {map[string]string{
			"17": `[` + resellerR + `,{"id":11,"type":"CORP","parentId":11}]`, "1": `[{"id":11,"type":"CORP","parentId":11}]`,
		}, "1 msp under, 11 client under 1", "17 1"},
		"nesting": {map[string]string{
			"17": `[{"id":1,"type":"RESELLER","children":[` + corps(11, 1) + `]},` + resellerS + `]`,
		}, "1 msp under, 11 client under 1, 2 msp under", "17"},
		"nesting in a client": {map[string]string{
			"17": `[` + resellerR + `,{"id":11,"type":"CORP","children":[` + corps(12, 1) + `]}]`,
		}, "1 msp under, 11 client under, 12 client under", "17"},
		"no resellers": {map[string]string{"17": `[` + corps(11, 1) + `]`}, "11 client under", "17"},
	} {
		var asked []string
		customers, end, err := byCustomer(t, &asked, test.texts).from(t.Context(), portal.ReadState{})
		if test.asked == "" {
			if err != nil || len(customers) != 77 || len(asked) != 1+maxRefusedResellers+4 || len(end.Unread) != 0 {
				t.Errorf("%s: %d calls, %d customers, %v; want an end after %d resellers", name, len(asked), len(customers), err, maxRefusedResellers)
			}
			continue
		}
		if err != nil || tree(customers) != test.tree || strings.Join(asked, " ") != test.asked || len(end.Unread) != 0 {
			t.Errorf("%s: asked %v and read %s, %v", name, asked, tree(customers), err)
		}
	}
}

func TestAnAnswerAboutOthersThanTheResellerIsRefused(t *testing.T) {
	t.Parallel()
	everything := `[` + resellerR + `,` + resellerS + `,` + corps(11, 2) + `]`
	for name, test := range map[string]struct {
		texts map[string]string
		want  portal.CallCode
	}{
		"the same for every question": {map[string]string{"17": everything, "1": everything, "2": everything, "11": everything}, portal.WrongCustomer},
		"the same for every question, with one reseller": {map[string]string{
			"17": `[` + resellerR + `,` + corps(11, 2) + `]`, "1": `[` + resellerR + `,` + corps(11, 2) + `]`, "11": `[` + resellerR + `,` + corps(11, 2) + `]`,
		}, portal.WrongCustomer},
		"the MSSP":                   {map[string]string{"17": `[` + resellerR + `]`, "1": `[{"id":17,"type":"DISTRIBUTOR"}]`}, portal.WrongCustomer},
		"each under the other":       {map[string]string{"17": `[` + resellerR + `,` + resellerS + `]`, "1": `[` + resellerS + `]`, "2": `[` + resellerR + `]`}, portal.WrongCustomer},
		"a refusal":                  {map[string]string{"17": `[` + resellerR + `,` + corps(11, 1) + `]`}, portal.Refused},
		"fewer than it says":         {map[string]string{"17": `[` + resellerR + `]`, "1": `{"items":[` + corps(11, 1) + `],"total":2}`}, portal.Incomplete},
		"broken off":                 {map[string]string{"17": `[` + resellerR + `]`, "1": `[` + corps(11, 1)}, portal.Truncated},
		"none of the MSSP's has one": {map[string]string{"17": `[{"id":1,"name":"R"}]`}, portal.Unmapped},
	} {
		var asked []string
		_, err := byCustomer(t, &asked, test.texts).all(t.Context())
		wantCode(t, err, test.want)
		if t.Failed() || len(asked) > 5 {
			t.Fatal(name, asked)
		}
	}
}

func TestWhetherToAskResellersCanBeSet(t *testing.T) {
	t.Parallel()
	texts := map[string]string{"17": `[` + resellerR + `,{"id":11,"type":"CORP","parentId":1}]`, "1": `[{"id":11,"type":"CORP","parentId":1},` + corps(12, 1) + `]`}
	var asked []string
	r := byCustomer(t, &asked, texts)
	r.source.asking = AskAlways
	if customers, err := r.all(t.Context()); err != nil || tree(customers) != "1 msp under, 11 client under 1, 12 client under 1" {
		t.Errorf("always: read %s, %v", tree(customers), err)
	}
	texts["17"] = `[` + resellerR + `,` + corps(11, 1) + `]`
	r.source.asking, asked = AskNever, nil
	if customers, err := r.all(t.Context()); err != nil || tree(customers) != "1 msp under, 11 client under" || len(asked) != 1 {
		t.Errorf("never: asked %v and read %s, %v", asked, tree(customers), err)
	}
}

func resellers(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"id":%d,"type":"RESELLER"}`, i+1))
	}
	return strings.Join(list, ",")
}

func TestMoreResellersThanCanBeAskedAreRefusedUnlessNobodyNeedsTo(t *testing.T) {
	t.Parallel()
	many := resellers(maxResellers + 2) // of whom 17 is the MSSP
	_, err := readAll(t, `[`+many+`]`)
	wantCode(t, err, portal.Incomplete)
	customers, err := readAll(t, `[`+many+`,{"id":90000,"type":"CORP","parentId":1}]`)
	if err != nil || len(customers) != maxResellers+2 {
		t.Errorf("read %d customers, %v", len(customers), err)
	}
}

// TestAReadingGoesOnAfterAKillAtAnyPoint plays each call of a reading a second time, as a kill before its end was saved
// has it, in a process that knows nothing but the saved state.
func TestAReadingGoesOnAfterAKillAtAnyPoint(t *testing.T) {
	t.Parallel()
	texts := map[string]string{"17": `[` + resellers(40) + `,` + corps(100, 5) + `]`}
	for i := range 40 {
		texts[fmt.Sprint(i+1)] = `[` + corps(1000+10*i, i%4) + `]`
	}
	texts["7"] = `[{"id":3,"type":"RESELLER"},` + corps(1020, 2) + `]`
	var asked []string
	complete, end, err := byCustomer(t, &asked, texts).from(t.Context(), portal.ReadState{})
	if err != nil || end.Progress.Calls != int64(len(asked)) {
		t.Fatalf("%d calls, %+v, %v", len(asked), end.Progress, err)
	}
	var state portal.ReadState
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
			state = portal.ReadState{}
			if err := json.Unmarshal(saved, &state); err != nil {
				t.Fatal(err)
			}
			var again []string
			state, err = byCustomer(t, &again, texts).Call(t.Context(), state, func(c portal.Customer) error { rows[c.ExternalID] = c; return nil })
			if err != nil || again[0] != asked[calls] {
				t.Fatalf("call %d asked %v, %v", calls, again, err)
			}
		}
	}
	if got := slices.Collect(maps.Values(rows)); tree(got) != tree(complete) {
		t.Errorf("read %s, want %s", tree(got), tree(complete))
	}
}

func TestAStateThatIsNoneIsNoReading(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`{`, `[]`, `{"page":7}`} {
		_, err := answering(t, `[]`).Call(t.Context(), portal.ReadState{Data: json.RawMessage(data)}, nil)
		if err == nil {
			t.Errorf("%s was taken for a state", data)
		}
	}
}

func TestATestProvesTheKeyWithOneCallAndCountsWhatItCan(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want *int64
		code portal.CallCode
	}{
		"an array":              {`[` + corps(1, 3) + `]`, number(3), ""},
		"nobody":                {`[]`, number(0), ""},
		"a first page":          {`{"items":[` + corps(1, 3) + `],"totalCount":9}`, number(9), ""},
		"resellers to be asked": {`[` + resellerR + `]`, nil, ""},
		"a page and resellers":  {`{"items":[` + resellerR + `],"totalCount":2}`, nil, ""},
		"a bad key":             {refusedHere, nil, portal.BadKey},
		"no types":              {`[{"id":1,"name":"x"}]`, nil, portal.Unmapped},
		"broken off":            {`[` + corps(1, 3), nil, portal.Truncated},
		"called too often":      {`{"message":"Rate limit exceeded"}`, nil, portal.RateLimited},
	} {
		var calls int
		r := asking(t, func(*http.Request) *http.Response { calls++; return body(test.text) })
		got, err := r.Test(t.Context())
		if test.code != "" {
			wantCode(t, err, test.code)
		}
		if (err != nil) != (test.code != "") || calls != 1 || (got == nil) != (test.want == nil) || got != nil && *got != *test.want {
			t.Errorf("%s: %d calls answered %v, %v", name, calls, got, err)
		}
	}
}

func TestATestIsContentWithAPartOfAVeryLongAnswer(t *testing.T) {
	t.Parallel()
	r := answering(t, `[`+corps(1, 1000)+`, and then it breaks`)
	clock := r.transport.clock.(*clockwork)
	clock.onNow = func() { clock.now = clock.now.Add(testDuration / 100) }
	if n, err := r.Test(t.Context()); n != nil || err != nil {
		t.Errorf("answered %v, %v", n, err)
	}
}

func TestAStatusThatRefusesAResellersQuestionIsARefusal(t *testing.T) {
	t.Parallel()
	for _, code := range []int{400, 401, 403, 404} {
		for parent, want := range map[string]portal.CallCode{"": portal.Refused, `,"parentId":null`: ""} {
			top := `[` + resellerR + `,{"id":11,"type":"CORP"` + parent + `}]`
			r, _, calls := inTurn(t, saying(top), fails(code), saying(top))
			customers, err := r.all(t.Context())
			if want != "" {
				wantCode(t, err, want)
			} else if err != nil || tree(customers) != "1 msp under, 11 client under" {
				t.Errorf("%d: read %s, %v", code, tree(customers), err)
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
	r, _, _ := inTurn(t, saying(top), saying(`{"items":[`+corps(21, 1)+`],"total":2}`), fails(403), saying(top))
	_, err := r.all(t.Context())
	wantCode(t, err, portal.Refused)
	r, _, _ = inTurn(t, fails(403))
	_, err = r.all(t.Context())
	wantCode(t, err, portal.BadKey)
}

func TestResellersUnderResellersHaveAnEnd(t *testing.T) {
	t.Parallel()
	asked := 0
	r := asking(t, func(*http.Request) *http.Response {
		asked++
		return body(fmt.Sprintf(`[{"id":%d,"type":"RESELLER"}]`, 100+asked))
	})
	_, err := r.all(t.Context())
	wantCode(t, err, portal.WrongCustomer)
	if asked > maxNesting+5 {
		t.Errorf("it took %d calls", asked)
	}
	at := traversal{Asked: maxCalls, Pending: []string{"1"}}
	_, err = at.nextReseller()
	wantCode(t, err, portal.Incomplete)
	r, _, _ = inTurn(t, saying(`[`+resellerR+`]`), saying(`[`+strings.ReplaceAll(corps(100, maxResellers+1), "CORP", "RESELLER")+`]`))
	_, err = r.all(t.Context())
	wantCode(t, err, portal.Incomplete)
}
