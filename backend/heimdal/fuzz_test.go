package heimdal

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// FuzzDecode checks that any response is refused with a CallError, or read into customers that a database can keep;
// that the result is the same when it arrives byte by byte; that no part of it is accepted as complete; and that only
// well-formed JSON is read.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`[{"id":1042,"name":"A","type":"CORP","resellerId":18,"products":["x"],"seatsUsed":31,"expirationDate":"2027-03-31"}]`,
		`{"items":[{"id":1,"type":"RESELLER"}],"totalCount":1}`, `{"message":"no"}`, `{"id":1,` +
			`"name":"x"}`, `{"data":{"items":[{"id":1,"type":"X"}],"total":1}}`,
		`[{"ID":"1","LICENSES":{"used":1,"total":"2"},"parent":{"id":3},"modules":{"a":true},"TYPE":"X"}]`,
		`[{"id":1,"type":"RESELLER","children":[{"id":2,"type":"CORP"}]}]`, `[{"children":[{"id":2,"type":"CORP"}],"id":1,` +
			`"type":"RESELLER"}]`,
		`{"items":[{"id":1,"type":"X"}],"meta":{"total":null,"links":[{"rel":"next"}]},"status":{"code":[]},"errors":{"a":[{}]},` +
			`"range":"0-1/*"}`,
		`{"customers":[{"id":2,"type":"CORP"}],"id":17,"type":"D"}`, `{"value":[],"@odata.nextLink":"?x=1","hasMore":true,` +
			`"errors":[{"message":"x"}]}`,
		`[{"id":1,"type":"CORP","licenseInfo":{"purchased":10,"active":"7","type":"Annual","spla":"Y",` +
			`"expiresOn":{"$date":{"$numberLong":"1806451200000"}}},"isActive":false}]`,
		`[{"id":1,"type":"X","licenses":[{"module":"EDR","purchased":10,"active":7},{"module":{"name":"N"},"purchased":"x"}],` +
			`"status":{"name":"Expired"},"devices":[1]}]`,
		`[{"a":1,"b":"c","type":""}]`, `[{"":{}}]`, "\xef\xbb\xbf[]", `<html>`, `[1]`, `{"items":[`, `[{"id":"\ud800\u0000",` +
			`"type":"\u0000"}]`, "\xff\xfe[\x00",
		`[{"id":1,"type":"CORP","licence":{"expiresOn":1806451200,"seats":"1,000","id":7}},{"id":2,"type":"\\\"","x":[[[{"y":1e9}]]]}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		customers, a, err := decodeBytes(strings.NewReader(string(text)))
		again, b, errAgain := decodeBytes(byteReader{strings.NewReader(string(text))})
		if (err == nil) != (errAgain == nil) || err == nil && (len(customers) != len(again) || a.metadata.follows != b.metadata.follows) {
			t.Fatalf("got %v, %v at once and %v, %v byte by byte", customers, err, again, errAgain)
		}
		var refused *connector.CallError
		var message *messageError
		if err != nil && !errors.As(err, &refused) && !errors.As(err, &message) {
			t.Fatalf("refused as %T %v", err, err)
		}
		if err == nil {
			checkComplete(t, text)
		}
		for _, c := range customers {
			checkFitsDatabase(t, c)
		}
	})
}

// byteReader reads one byte at a time.
type byteReader struct{ io.Reader }

func (o byteReader) Read(p []byte) (int, error) { return o.Reader.Read(p[:min(1, len(p))]) }

func decodeBytes(r io.Reader) (customers []portal.Customer, a *envelope, err error) {
	a, err = decode(r, "17", key, mapping{}, keepAll(func(c portal.Customer) error {
		customers = append(customers, c)
		return nil
	}))
	if err == nil {
		err = a.readMetadata(nil)
	}
	return customers, a, err
}

// checkComplete checks that an accepted response is JSON from end to end, and is refused without its last bytes.
func checkComplete(t *testing.T, text []byte) {
	bare := strings.TrimRight(strings.TrimPrefix(string(text), "\xef\xbb\xbf"), " \t\r\n")
	if !json.Valid([]byte(bare)) || !utf8.ValidString(bare) {
		t.Fatalf("%q was read", text)
	}
	for cut := 1; cut <= min(len(bare), 40); cut++ {
		if _, _, err := decodeBytes(strings.NewReader(bare[:len(bare)-cut])); err == nil {
			t.Fatalf("%q was read without its last %d bytes", bare, cut)
		}
	}
}

// checkFitsDatabase checks that a database can keep a customer.
func checkFitsDatabase(t *testing.T, c portal.Customer) {
	if c.ExternalID == "" || c.Name == "" || c.Kind == "" || !json.Valid(c.Raw) {
		t.Fatalf("got %+v", c)
	}
	for _, s := range append([]string{c.ExternalID, c.ParentID, c.Name, c.Type, fieldText(c, attrLicenceType), string(c.Raw)},
		c.Products...) {
		if strings.ContainsRune(s, 0) || !utf8.ValidString(s) {
			t.Fatalf("text %q is not fit for a database", s)
		}
	}
	if c.SeatsUsed != nil && *c.SeatsUsed < 0 || c.SeatsTotal != nil && *c.SeatsTotal < 0 || c.ExpiresOn != nil &&
		len(*c.ExpiresOn) != 10 {
		t.Fatalf("got %+v", c)
	}
	if c.StatusReason != nil && !slices.Contains(precedence, *c.StatusReason) || c.LicenceType != nil && *c.LicenceType == "" {
		t.Fatalf("got %+v", c)
	}
	var back any
	if err := json.Unmarshal(c.Raw, &back); err != nil || hasNUL(back) {
		t.Fatalf("got JSON %s, error %v", c.Raw, err)
	}
}

func hasNUL(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.ContainsRune(v, 0)
	case []any:
		for _, e := range v {
			if hasNUL(e) {
				return true
			}
		}
	case map[string]any:
		for name, e := range v {
			if strings.ContainsRune(name, 0) || hasNUL(e) {
				return true
			}
		}
	}
	return false
}

// FuzzReading checks that any two responses with any header end a reading or lead to another call, that every reading
// ends, and that none is complete where a header says that more customers follow.
func FuzzReading(f *testing.F) {
	for _, seed := range []struct{ first, then, header string }{
		{`{"items":[{"id":1,"type":"X"}],"total":2}`, `{"items":[{"id":2,"type":"X"}],"total":2}`, "X-Total-Count: 2"},
		{`[{"id":1,"type":"RESELLER"},{"id":2,"type":"CORP"}]`, `[{"id":2,"type":"CORP"}]`, `Link: <?page=2>; rel="next"`},
		{`{"items":[{"id":1,"type":"X"}],"hasMore":true,"page":1}`, `{"items":[{"id":2,"type":"X"}],"hasMore":true,"page":2}`,
			"Content-Range: items 0-0/1"},
		{`{"value":[{"id":1,"type":"X"}],"nextLink":"?x"}`,
			`{"value":[{"id":2,"type":"RESELLER","children":[{"id":3,"type":"Y"}]}]}`, `X-Pagination: {"totalPages":1}`},
		{`[{"id":1,"type":"RESELLER"}]`, `[{"id":3,"type":"RESELLER"}]`, "X-Next-Page:"},
		{`[{"clients":{"items":[{"id":3,"type":"CORP"}],"hasMore":false},"id":1,"type":"RESELLER"}]`,
			`{"id":17,"clients":{"3":{"id":3,"type":"CORP"}},"tenants":[{"id":4,"type":"CORP"}]}`, "X-Pagination: page=1; total=1"},
		{`{"data":{"items":[{"id":1,"type":"X"}]},"links":[{"rel":"next"}],"isComplete":false,"status":{"code":"x"}}`,
			`{"id":17,"children":[{"id":1,"type":"Y"}],"hasMore":1}`, "X-Error: {}"},
	} {
		f.Add([]byte(seed.first), []byte(seed.then), seed.header)
	}
	f.Fuzz(func(t *testing.T, first, then []byte, header string) {
		texts := []string{string(first), string(then)}
		if complete(t, texts, header) && complete(t, texts, header, "X-Has-More: true") {
			t.Fatalf("%q are complete, want an error as more customers follow", texts)
		}
	})
}

// complete reads two responses alternately, and reports whether the reading ended without an error.
func complete(t *testing.T, texts []string, headers ...string) bool {
	var calls int
	r := readerWith(t, func(*http.Request) *http.Response {
		a := jsonResponse(texts[calls%len(texts)])
		calls++
		for _, header := range headers {
			name, value, _ := strings.Cut(header, ":")
			a.Header.Add(name, value)
		}
		return a
	})
	var state connector.State
	for calls := 0; !state.Done; calls++ {
		var err error
		var seen int64
		before := state
		state, err = r.Call(t.Context(), state, func(c portal.Customer) error { seen++; checkFitsDatabase(t, c); return nil })
		var refused *connector.CallError
		if err != nil && !errors.As(err, &refused) {
			t.Fatalf("refused as %T %v", err, err)
		}
		if err != nil {
			return false
		}
		if state.Progress.Seen != before.Progress.Seen+seen || state.Done != (state.Progress.Left == 0) || calls > 1000 {
			t.Fatalf("after %d calls: %+v; want %v, %v", calls, state, before.Progress.Seen+seen, (state.Progress.Left == 0))
		}
	}
	return true
}

// FuzzLinks checks that parsing any Link header ends, and that a link to the next page before it is found.
func FuzzLinks(f *testing.F) {
	for _, c := range incompleteSigns {
		if value, ok := strings.CutPrefix(c.header, "Link: "); ok {
			f.Add(value)
		}
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, link := range parseLinks(value) {
			if strings.Contains(link.target, ">") {
				t.Fatalf("the link %q was read from %q", link.target, value)
			}
		}
		links := parseLinks(`<?page=2>; rel="next", ` + value)
		if len(links) == 0 || links[0].target != "?page=2" || !slices.Equal(links[0].relations, []string{"next"}) {
			t.Fatalf("got %+v before %q; want ?page=2", links, value)
		}
	})
}

// FuzzDate checks that a date is read as an existing, plausible day, and that the result reads as itself.
func FuzzDate(f *testing.F) {
	for _, seed := range []string{"2027-03-31", "31-Dec-2027", "Dec 31 2027 12:00AM", "2027-03-31T10:00:00+0000",
		"31/03/2027 UTC", "/Date(1806451200000)/", "1806451200", "Wed Mar 31 10:15:00 UTC 2027"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted, _ := json.Marshal(text)
		day, ok := readDate(quoted)
		if !ok {
			return
		}
		if again, ok := readDate([]byte(`"` + day + `"`)); !ok || again != day || day < "2000-01-01" || day >= "2200-01-01" {
			t.Fatalf("%q: got %q, and that as %q; want %v", text, day, again, day)
		}
	})
}

// FuzzInterpret checks that any customer is read with any mapping, or refused, and that its paths are counted
// correctly.
func FuzzInterpret(f *testing.F) {
	f.Add([]byte(`{"id":1,"type":"CORP","a":{"b":[{"c":3},{"c":"x"}]},"12345":{"x":[1,[2]]}}`), "a.b[].c", uint(8))
	f.Add([]byte(`{"x":{"no":5,"class":"CORP"},"licenses":[{"module":"EDR","purchased":1}]}`), "x.no", uint(0))
	f.Add([]byte(`{"id":1,"modules":[{"name":"A"}],"A_b":[[["x"]]]}`), "a b[][][]", uint(5))
	f.Fuzz(func(t *testing.T, text []byte, path string, field uint) {
		fields := fieldMap{path: append(slices.Clone(portal.CustomerFields), "")[field%uint(len(portal.CustomerFields)+1)]}
		customer, err := NewConnector().Interpret(text, fields)
		var refused *connector.CallError
		if err != nil && !errors.As(err, &refused) {
			t.Fatalf("refused as %T %v", err, err)
		}
		if err == nil {
			checkFitsDatabase(t, customer)
			checkPaths(t, text, fields)
		}
	})
}

// checkPaths reads one customer twice and checks its counted paths.
func checkPaths(t *testing.T, text []byte, fields fieldMap) {
	o := object{paths: newPaths(newMapping(fields), key), secret: key}
	for range 2 {
		if _, err := readCustomer(text, &o); err != nil {
			t.Fatal(err)
		}
		o.paths.countCustomer()
	}
	for _, s := range mergePaths(nil, o.paths.stats()) {
		saved, err := json.Marshal(s)
		if err != nil || !utf8.Valid(saved) || strings.Contains(string(saved), `\u0000`) {
			t.Fatalf("the path %+v cannot be kept, %v", s, err)
		}
		if s.Customers != 2 || len(s.Types) == 0 || len([]rune(s.Example)) > maxExample || len([]rune(s.UnreadableExample)) > maxExample {
			t.Fatalf("counted %+v; want 2", s)
		}
	}
}

// FuzzCheck checks that a check of a customer ends, emits no other customer, and never reports one as removed that it
// emitted.
func FuzzCheck(f *testing.F) {
	f.Add([]byte(`[{"id":11,"type":"CORP"}]`), []byte(`{"id":12,"type":"CORP"}`))
	f.Add([]byte(`{"items":[{"id":1,"type":"X"}],"total":2}`), []byte(`{"items":[{"id":11,"type":"X"}],"total":2}`))
	f.Add([]byte(`{"message":"no"}`), []byte(`{}`))
	f.Fuzz(func(t *testing.T, first, then []byte) {
		r := readerOf(t, string(first), string(then), string(first), string(then))
		state := checkState("11", "12")
		for calls := 0; !state.Done; calls++ {
			var err error
			before, found := state, int64(0)
			state, err = r.Call(t.Context(), state, func(c portal.Customer) error {
				found++
				checkFitsDatabase(t, c)
				if c.ExternalID != before.Check[0] {
					t.Fatalf("requested about %s, emitted %s; want %v", before.Check[0], c.ExternalID, before.Check[0])
				}
				return nil
			})
			var refused *connector.CallError
			if err != nil && !errors.As(err, &refused) {
				t.Fatalf("refused as %T %v", err, err)
			}
			if err != nil {
				return
			}
			if state.Progress.Seen != before.Progress.Seen+found || len(state.Check) > len(before.Check) ||
				state.Done != (len(state.Check) == 0) || calls > 1000 {
				t.Fatalf("after %d calls: %+v; want %v, %v", calls, state, before.Progress.Seen+found, (len(state.Check) == 0))
			}
		}
	})
}
