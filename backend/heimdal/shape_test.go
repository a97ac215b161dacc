package heimdal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// recordedCall is one line of a recording.
type recordedCall struct {
	Call    int
	Status  int
	Headers []string
	Body    json.RawMessage
}

func loadRecording(t testing.TB, text string) []recordedCall {
	t.Helper()
	var all []recordedCall
	for d := json.NewDecoder(strings.NewReader(text)); ; {
		var c recordedCall
		err := d.Decode(&c)
		if err == io.EOF { //nolint:errorlint // a decoder returns it as it is
			return all
		}
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		all = append(all, c)
	}
}

// recorded reads a response and returns its recorded shape and its customers.
func recorded(t testing.TB, play fakeTransport) (string, []portal.Customer, error) {
	t.Helper()
	var record bytes.Buffer
	r, err := NewConnector().Open(connector.Settings{CustomerID: "17", BaseURL: "https://heimdal.example.com/api"}, key,
		connector.Options{HTTPClient: &http.Client{Transport: play}, Clock: &fakeClock{now: noon}, Record: &record})
	if err != nil {
		t.Fatal(err)
	}
	customers, err := r.(*reader).all(t.Context())
	return record.String(), customers, err
}

// generator writes a response with values generated from recorded types.
type generator struct {
	out  strings.Builder
	next int
}

// generate returns a response with the recorded shape.
func generate(t testing.TB, shape json.RawMessage) string {
	t.Helper()
	v := &generator{next: 1000}
	v.value("", shape, 0)
	return v.out.String()
}

func (v *generator) value(name string, shape []byte, elements int) {
	switch shape[0] {
	case '{':
		v.object(shape)
	case '[':
		v.list(name, shape)
	case '"':
		text, _ := unquote(shape)
		v.out.WriteString(v.text(name, text, elements))
	default:
		v.out.Write(shape)
	}
}

func (v *generator) list(name string, shape []byte) {
	v.out.WriteByte('[')
	n := 0
	eachElement(shape, func(element []byte) {
		if strings.HasPrefix(string(element), `"… `) {
			return
		}
		if n++; n > 1 {
			v.out.WriteByte(',')
		}
		v.value(name, element, 0)
	})
	v.out.WriteByte(']')
}

func (v *generator) object(shape []byte) {
	elements := 0
	_ = eachMember(shape, func(_, value []byte) error {
		if value[0] == '[' {
			eachElement(value, func([]byte) { elements++ })
		}
		return nil
	})
	v.out.WriteByte('{')
	n := 0
	_ = eachMember(shape, func(name, value []byte) error {
		if n++; n > 1 {
			v.out.WriteByte(',')
		}
		text, _ := unquote(name)
		v.out.Write(name)
		v.out.WriteByte(':')
		v.value(text, value, elements)
		return nil
	})
	v.out.WriteByte('}')
}

// text generates a value of a type; a total is the number of elements.
func (v *generator) text(name, shape string, elements int) string {
	kind, rest, found := strings.Cut(shape, "(")
	if !found {
		return strconv.Quote(shape)
	}
	length, _, _ := strings.Cut(rest, ")")
	n, _ := strconv.Atoi(length)
	v.next++
	isDay := attributeOf(name).attr == attrExpiry || name == "$date" || name == "$numberLong"
	switch {
	case kind == "number" && signOf(plainName(name)) == signTotal:
		return strconv.Itoa(elements)
	case kind == "number" && isDay:
		return digitsOfDay[n]
	case kind == "digits" && isDay:
		return strconv.Quote(digitsOfDay[n])
	case kind == "number" && strings.Contains(length, "."):
		return strconv.Itoa(v.next) + ".0"
	case kind == "number":
		return strconv.Itoa(v.next)
	case kind == "date":
		return strconv.Quote(dayIn(rest))
	case n == 0:
		return `""`
	case kind == "digits":
		return strconv.Quote(strconv.Itoa(v.next))
	}
	return strconv.Quote(fmt.Sprintf("x%0*d", max(1, n-1), v.next))
}

var digitsOfDay = map[int]string{8: "20270331", 10: "1806451200", 13: "1806451200000"}

// dayIn returns a day in a recorded form.
func dayIn(written string) string {
	for _, day := range []string{"2027-03-31T00:00:00Z", "2027-03-31T00:00:00", "2027-03-31", "31.03.2027", "31-Mar-2027",
		"1806451200", "1806451200000", "/Date(1806451200000)/"} {
		if strings.HasSuffix(written, " "+textForm(day)) {
			return day
		}
	}
	return "2027-03-31"
}

// outline returns what a recording keeps of a customer.
func outline(c portal.Customer) string {
	reason := portal.StatusReason("")
	if c.StatusReason != nil {
		reason = *c.StatusReason
	}
	return fmt.Sprint(c.Kind, c.Type, reason, c.LicenceType != nil, fieldText(c, attrSPLA), c.SeatsUsed != nil,
		c.SeatsTotal != nil, c.ExpiresOn != nil, len(c.Products))
}

func TestShape(t *testing.T) {
	t.Parallel()
	respond := func(text string, header ...string) fakeTransport {
		return func(*http.Request) *http.Response {
			a := status(http.StatusOK, header...)
			a.Body = jsonResponse(text).Body
			return a
		}
	}
	t.Run("keeps names, types and lengths, and words that decide", func(t *testing.T) {
		t.Parallel()
		got, _, err := recorded(t, respond(`{"total":2,"items":[{"id":1042,"name":"Harbour Ünited","type":"CORP","vat":null,"on":true,
			"share":12.50,"debt":-7,"licenseInfo":{"type":"Annual","purchased":"10","status":"Expired"},
			"isActive":1,"spla":"Y","until":"31-Dec-2027","from":"03/04/2026 10:00","tags":["a","bc"],"users":{"1001":{"seats":3},
			"jane@example.com":1,"Acme Ltd":2}},{"id":"x-7","type":"DISTRIBUTOR","contact":{"type":"Jane Doe"},"kind":"+45 12345678"}]}`,
			"Content-Type", "application/json", "X-Total-Count", "2"))
		if err != nil {
			t.Fatal(err)
		}
		want := `{"call":1,"status":200,"headers":["Content-Type","X-Total-Count"],"body":{"total":"number(1)",` +
			`"items":[{"id":"number(4)","name":"text(14)","type":"CORP","vat":null,"on":true,"share":"number(2.2)",` +
			`"debt":"number(-1)","licenseInfo":{"type":"Annual","purchased":"digits(2)","status":"Expired"},"isActive":1,"spla":"Y",` +
			`"until":"date(11) 99-aaa-9999","from":"text(16) 99/99/9999 99:99","tags":["text(1)","text(2)"],` +
			`"users":{"key(4) 1":{"seats":"number(1)"},"key(16) 2":"number(1)","key(8) 3":"number(1)"}},{"id":"text(3)",` +
			`"type":"DISTRIBUTOR","contact":{"type":"text(8)"},"kind":"text(12)"}]}}` + "\n"
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
	})
	t.Run("counts what is left of a long list", func(t *testing.T) {
		t.Parallel()
		got, _, err := recorded(t, respond(`[`+clientsJSON(1, 120)+`]`))
		if err != nil || strings.Count(got, `"CORP"`) != maxListElements || !strings.HasSuffix(got, `,"… 70 more"]}`+"\n") {
			t.Errorf("got shape %s, error %v; want %v", got, err, maxListElements)
		}
	})
	t.Run("keeps no texts that are no enumeration", func(t *testing.T) {
		t.Parallel()
		var all []string
		for i := range maxListElements {
			all = append(all, fmt.Sprintf(`{"id":%d,"type":"CORP","licenseType":"Plan of %c%c"}`, i+1, 'a'+i%26, 'a'+i/26))
		}
		got, _, err := recorded(t, respond(`[`+strings.Join(all, ",")+`]`))
		if n := strings.Count(got, "Plan of"); err != nil || n != maxWords {
			t.Errorf("%d texts are kept, %v; want %v", n, err, maxWords)
		}
	})
	t.Run("goes on over calls, refusals and what is broken", func(t *testing.T) {
		t.Parallel()
		calls := 0
		texts := []string{`{"message":"You are not allowed, Jane"}`, `{"items":[` + clientsJSON(1, 1) + `],"total":2}`,
			`{"items":[{"id":2,"type":"CO`}
		got, _, err := recorded(t, func(*http.Request) *http.Response {
			if calls++; calls == 1 {
				a := status(http.StatusTooManyRequests)
				a.Body = jsonResponse(texts[0]).Body
				return a
			}
			return jsonResponse(texts[min(calls, len(texts))-1])
		})
		wantCode(t, err, connector.Truncated)
		all := loadRecording(t, got)
		if len(all) != 3 || all[0].Status != http.StatusTooManyRequests || string(all[0].Body) != `{"message":"text(25)"}` ||
			all[2].Call != 3 ||
			string(all[2].Body) != `{"items":[{"id":"number(1)","type":"broken off"}]}` {
			t.Errorf("got shape %s", got)
		}
	})
	t.Run("of what is no JSON is short", func(t *testing.T) {
		t.Parallel()
		for text, want := range map[string]string{
			`<html>secret</html>`: `"broken off"`, ``: `"broken off"`, `[1,`: `["number(1)","broken off"]`,
			`{"a":1`: `{"a":"number(1)","broken off":true}`, `{"a"`: `{"a":"broken off"}`, "\xef\xbb\xbf[]": `[]`,
		} {
			got, _, _ := recorded(t, respond(text))
			if all := loadRecording(t, got); len(all) == 0 || string(all[0].Body) != want {
				t.Errorf("%.40q: got %s, want %s", text, got, want)
			}
		}
	})
	t.Run("ends where it is nested too deep", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		writeShape(&out, 1, status(http.StatusOK), strings.NewReader(strings.Repeat("[", 200)))
		if want := strings.Repeat("[", maxDepth+1) + `"broken off"` + strings.Repeat("]", maxDepth+1); string(loadRecording(t,
			out.String())[0].Body) != want {
			t.Errorf("got shape %s; want %v", out.String(), want)
		}
	})
	t.Run("does not change what is read", func(t *testing.T) {
		t.Parallel()
		text := `[` + clientsJSON(101, 3000) + `]`
		_, customers, err := recorded(t, func(*http.Request) *http.Response {
			a := jsonResponse("")
			a.Body = io.NopCloser(iotest.HalfReader(strings.NewReader(text)))
			return a
		})
		if err != nil || len(customers) != 3000 {
			t.Errorf("got %d customers, %v; want 3000", len(customers), err)
		}
	})
	t.Run("can be read again with invented values", func(t *testing.T) {
		t.Parallel()
		for _, shape := range []string{"array", "envelope", "nested", "nested envelope", "nested in the MSSP"} {
			rapid.Check(t, func(r *rapid.T) {
				a := &api{world: drawCustomers(r), spelling: drawSpelling(r), random: rand.New(rand.NewPCG(rapid.Uint64().Draw(r,
					"order"), 0))}
				for i := range a.world {
					a.world[i].Name = "Harbour Dental " + strconv.Itoa(90800+i)
				}
				var last string
				record, customers, err := recorded(t, func(q *http.Request) *http.Response {
					last = shapes[shape](a, q)
					return jsonResponse(last)
				})
				if err != nil {
					r.Fatalf("%v: %s", err, last)
				}
				for _, c := range a.world {
					for _, private := range []string{c.Name, `"` + c.ExternalID, `:` + c.ExternalID, "somebody@example.com"} {
						if strings.Contains(record, private) {
							r.Fatalf("%s is in %s", private, record)
						}
					}
				}
				call := loadRecording(t, record)[0]
				text := generate(t, call.Body)
				again, _, err := decodeBytes(strings.NewReader(text))
				if err != nil {
					r.Fatalf("%v: %s", err, text)
				}
				// The account is not a customer, but with a generated id it looks like one.
				again = slices.DeleteFunc(again, func(c portal.Customer) bool { return c.Type == "DISTRIBUTOR" })
				if len(again) != len(customers) {
					r.Fatalf("read %d customers and again %d", len(customers), len(again))
				}
				for i := range customers {
					if outline(again[i]) != outline(customers[i]) {
						r.Fatalf("read %s and again %s\n%s\n%s", outline(customers[i]), outline(again[i]), record, text)
					}
				}
			})
		}
	})
}

// FuzzShape checks that the recording of any response is one line of JSON.
func FuzzShape(f *testing.F) {
	f.Add([]byte(`{"items":[{"id":1,"type":"CORP","12345":{"x":[1,[2]]}}],"total":1}`))
	f.Add([]byte(`[{"a":1,"b":"31-Dec-2027"`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var out bytes.Buffer
		writeShape(&out, 1, &http.Response{StatusCode: http.StatusOK, Header: http.Header{"A\"b": nil}}, bytes.NewReader(text))
		if !json.Valid(out.Bytes()) || bytes.Count(out.Bytes(), []byte("\n")) != 1 {
			t.Fatalf("%q: got %q; want 1", text, out.Bytes())
		}
	})
}
