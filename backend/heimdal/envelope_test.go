package heimdal

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf16"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

func TestEnvelope(t *testing.T) {
	t.Parallel()
	t.Run("accepts_array_object_or_customer", testEnvelopeAcceptsArrayObjectOrCustomer)
	t.Run("refuses_other_documents", testEnvelopeRefusesOtherDocuments)
	t.Run("checks_members_around_list", testEnvelopeChecksMembersAroundList)
	t.Run("refuses_web_page", testEnvelopeRefusesWebPage)
	t.Run("refuses_other_encodings", testEnvelopeRefusesOtherEncodings)
	t.Run("names_utf16", testEnvelopeNamesUtf16)
	t.Run("ignores_content_type", testEnvelopeIgnoresContentType)
	t.Run("refuses_every_truncation", testEnvelopeRefusesEveryTruncation)
	t.Run("passes_on_emit_error", testEnvelopePassesOnEmitError)
}

func testEnvelopeAcceptsArrayObjectOrCustomer(t *testing.T) {
	t.Parallel()
	two := `[{"id":1,"name":"A","type":"RESELLER"},{"id":2,"name":"B","type":"CORP","parentId":1}]`
	for body, want := range map[string]int{
		`[]`:                          0,
		" \n\t[ ]\n":                  0,
		"\xef\xbb\xbf" + two:          2,
		`{"items":` + two + `}`:       2,
		`{"Items":[],"TotalCount":0}`: 0,
		`{"totalCount":2,"items":` + two + `,"hasMore":false,"next":null}`:           2,
		`{"message":null,"status":"ok","data":` + two + `}`:                          2,
		` {"id":2,"name":"B","type":"CORP","message":"hello","items":[{"id":"x"}]} `: 1,
	} {
		got, err := readAll(t, body)
		if err != nil || len(got) != want {
			t.Errorf("%q: got %d customers and the error %v, want %d", body, len(got), err, want)
		}
	}
	one, err := readAll(t, "\n "+`{"id":2,"name":"B","type":"CORP"}`+" \n")
	if err != nil || string(one[0].Raw) != `{"id":2,"name":"B","type":"CORP"}` {
		t.Errorf("a single customer: got %+v, error %v; want %v", one, err, `{"id":2,"name":"B","type":"CORP"}`)
	}
}

func testEnvelopeRefusesOtherDocuments(t *testing.T) {
	t.Parallel()
	customer := `{"id":2,"name":"B","type":"CORP"}`
	for body, want := range map[string]connector.CallCode{
		``:                                       connector.Garbage,
		` `:                                      connector.Garbage,
		`<!doctype html><title>x</title>`:        connector.Garbage,
		`null`:                                   connector.Garbage,
		`"customers"`:                            connector.Garbage,
		`7`:                                      connector.Garbage,
		`{}`:                                     connector.Garbage,
		`{"items":7}`:                            connector.Garbage,
		`{"items":{"id":1}}`:                     connector.Garbage,
		`[1,2]`:                                  connector.Garbage,
		`[null]`:                                 connector.Garbage,
		`[[` + customer + `]]`:                   connector.Garbage,
		`[` + customer + `,]`:                    connector.Garbage,
		`[` + customer + ` ` + customer + `]`:    connector.Garbage,
		`[` + customer + `]]`:                    connector.Garbage,
		`[` + customer + `]{}`:                   connector.Garbage,
		`[{"name":"B","type":"CORP"}]`:           connector.Unmapped,
		`[{"id":null,"name":"B","type":"CORP"}]`: connector.Unmapped,
		`[{"id":"","name":"B","type":"CORP"}]`:   connector.Unmapped,
		`[{"id":{},"name":"B","type":"CORP"}]`:   connector.Unmapped,
		`[{"id":true,"name":"B","type":"CORP"}]`: connector.Unmapped,
		`[{}]`:                                   connector.Unmapped,
		`[{"id":1,"name":"A"},{"id":2,"name":"B"}]`:                                              connector.Unmapped,
		`[{"id":1,"type":"CORP","x":` + strings.Repeat("[", 80) + strings.Repeat("]", 80) + `}]`: connector.Garbage,
		`[` + customer:                     connector.Truncated,
		`[` + customer + `,`:               connector.Truncated,
		`[{"id":2,"name":"B`:               connector.Truncated,
		`[`:                                connector.Truncated,
		`{"items":[` + customer:            connector.Truncated,
		`{"items":[` + customer + `]`:      connector.Truncated,
		`{"id":2,"name":"B","type":"CORP"`: connector.Truncated,
		`{"items":[` + customer + `],"totalCount":2}`:                               connector.Incomplete,
		`{"totalCount":"2","items":[` + customer + `]}`:                             connector.Incomplete,
		`{"items":[` + customer + `],"totalPages":3}`:                               connector.Incomplete,
		`{"items":[` + customer + `],"nextLink":"https://example.com/2"}`:           connector.Redirected,
		`[{"id":1,"type":"CORP","x":"` + strings.Repeat("x", maxValueBytes) + `"}]`: connector.Oversized,
		`{"x":"` + strings.Repeat("x", 4*maxValueBytes) + `"}`:                      connector.Oversized,
	} {
		_, err := readAll(t, body)
		var e *connector.CallError
		if !errors.As(err, &e) || e.Code != want {
			t.Errorf("%.80q: got error %v, want %s", body, err, want)
		}
	}
}

func testEnvelopeChecksMembersAroundList(t *testing.T) {
	t.Parallel()
	list := `"items":[` + clientsJSON(3, 1) + `]`
	for text, want := range map[string]string{
		"{\"note\":\"B\xf8\"," + list + `}`: "not UTF-8", `{"note":tru,` + list + `}`: "not valid JSON", `{` + list +
			`,"note":01}`: "not valid JSON",
		`{"data":{"id":2,"name":"B","type":"CORP"}}`: "not in any shape", `{"items":["a"]}`: "not in any shape",
	} {
		_, err := readAll(t, text)
		wantCode(t, err, connector.Garbage)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got error %v", text, err)
		}
	}
	for text, want := range map[string]string{
		`{"data":["a"],` + list + `}`: `{"id":3,"name":"C3","type":"CORP"}`,
		`{"id":1,"type":"CORP","data":{"items":[{"id":3,"type":"EDR"}]},"response":{}}`: `{"id":1,"type":"CORP",` +
			`"data":{"items":[{"id":3,"type":"EDR"}]},"response":{}}`,
		`{"id":1,"type":"CORP","customers":[],"items":[{"id":2}]}`: `{"id":1,"type":"CORP","customers":[],` +
			`"items":[{"id":2}]}`,
	} {
		customers, err := readAll(t, text)
		if err != nil || len(customers) != 1 || string(customers[0].Raw) != want {
			t.Errorf("%s: %+v, error %v; want 1, %v", text, customers, err, want)
		}
	}
}

func testEnvelopeRefusesWebPage(t *testing.T) {
	t.Parallel()
	for text, kind := range map[string]string{"Please sign in": "text/html; charset=utf-8", "[]": "text/html",
		"\n <!doctype html>": "application/json", "<html>": ""} {
		r := readerWith(t, func(*http.Request) *http.Response {
			a := jsonResponse(text)
			a.Header.Set("Content-Type", kind)
			return a
		})
		_, err := r.all(t.Context())
		wantCode(t, err, connector.Garbage)
		if err == nil || !strings.Contains(err.Error(), "A web page came back") {
			t.Errorf("%q as %q: got error %v", text, kind, err)
		}
	}
}

func testEnvelopeRefusesOtherEncodings(t *testing.T) {
	t.Parallel()
	good := `[{"id":2,"name":"Bø","type":"CORP"}]`
	wide := func(order func([]byte, uint16) []byte, mark bool) string {
		var b []byte
		if mark {
			b = order(b, 0xfeff)
		}
		for _, unit := range utf16.Encode([]rune(good)) {
			b = order(b, unit)
		}
		return string(b)
	}
	little := func(b []byte, u uint16) []byte { return append(b, byte(u), byte(u>>8)) }
	big := func(b []byte, u uint16) []byte { return append(b, byte(u>>8), byte(u)) }
	for name, text := range map[string]string{
		"UTF-16": wide(little, true), "UTF-16, the other way": wide(big, true), "UTF-16 without a mark": wide(little,
			false), "the other way without a mark": wide(big, false),
		"Latin-1": "[{\"id\":2,\"name\":\"B\xf8\",\"type\":\"CORP\"}]", "a byte that is " +
			"none": "[{\"id\":2,\"na\xffme\":\"B\",\"type\":\"CORP\"}]",
		"what is no value, broken off": "[{\"id\":2,\"x\":\x00\x01", "a raw " +
			"NUL": "[{\"id\":2,\"name\":\"B\x00\",\"type\":\"CORP\"}]", "a raw line " +
			"end": "[{\"id\":2,\"name\":\"B\n\",\"type\":\"CORP\"}]",
		"a semicolon between two": `[{"id":2,"type":"CORP"};{"id":3,"type":"CORP"}]`, "a colon between two": `[{"id":2,` +
			`"type":"CORP"}:{"id":3,"type":"CORP"}]`, "a comma for an end": `[{"id":2,"type":"CORP"},]`, "a word": `[{"id":2,` +
			`"type":CORP}]`, "a number": `[{"id":02,"type":"CORP"}]`, "an escape": `[{"id":2,"type":"\x"}]`,
		"no comma": `[{"id":2 "type":"CORP"}]`, "no colon": `[{"id" 2,"type":"CORP"}]`, "brackets": `[{"id":2,"type":"CORP",` +
			`"x":[1}]]`, "no name": `[{2:3,"type":"CORP"}]`,
		"two values in a list": `[{"id":2,"type":"CORP","x":[1 2]}]`, "an envelope": `{"items":[],` +
			`"total":0,}`, "a mark twice": "\xef\xbb\xbf\xef\xbb\xbf[]",
		"two names with two ids": `[{"id":2,"id":3,"type":"CORP"}]`, "two spellings": `[{"Id":2,"id":"3",` +
			`"type":"CORP"}]`, "two types": `[{"id":2,"type":"CORP","TYPE":"RESELLER"}]`,
		"an object with two numbers": `[{"id":2,"type":"CORP","licenses":{"used":1,` +
			`"used":2}}]`, "an object with two days": `[{"id":2,"type":"CORP","licence":{"expiry":"2027-03-31","Expiry":"2028-03-31"}}]`,
		"an object and a text": `[{"id":2,"type":"CORP","parentId":{"id":3},"parentID":4}]`, "a list and a text": `[{"id":2,` +
			`"type":"CORP","products":["A"],"Products":"B"}]`,
		"two parents": `[{"id":2,"type":"CORP","parentId":3,"parent_id":4}]`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readAll(t, text)
			wantCode(t, err, connector.Garbage)
			if t.Failed() {
				t.Fatal(name)
			}
		})
	}
	for name, text := range map[string]string{
		"a mark": "\xef\xbb\xbf" + good, "the same twice": `[{"id":2,"id":2,"name":"Bø",` +
			`"type":"CORP"}]`, "nothing and something": `[{"id":null,"Id":2,"name":"Bø","type":"CORP"}]`,
		"two objects": `[{"id":2,"name":"Bø","type":"CORP","license":{"used":1,"assigned":1},"subscription":{"used":2,` +
			`"assigned":2}}]`,
		"an unknown name twice": `[{"id":2,"name":"Bø","type":"CORP","x":1,"x":2}]`,
	} {
		t.Run(name, func(t *testing.T) {
			if customers, err := readAll(t, text); err != nil || customers[0].Name != "Bø" || customers[0].ExternalID != "2" {
				t.Errorf("%v, error %v; want Bø, 2", customers, err)
			}
		})
	}
}

func testEnvelopeNamesUtf16(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"\xff\xfe[\x00]\x00", "\xfe\xff\x00[\x00]", "[\x00]\x00", "\x00[\x00]", "\xff\xfe", "\xfe\xff"} {
		_, err := readAll(t, text)
		wantCode(t, err, connector.Garbage)
		if err == nil || !strings.Contains(err.Error(), "UTF-16") {
			t.Errorf("%q: got error %v", text, err)
		}
	}
}

func testEnvelopeIgnoresContentType(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"text/plain", "application/octet-stream", "", "image/png"} {
		r := readerWith(t, func(*http.Request) *http.Response {
			a := jsonResponse(`[` + clientsJSON(1, 1) + `]`)
			a.Header.Set("Content-Type", kind)
			return a
		})
		if customers, err := r.all(t.Context()); err != nil || len(customers) != 1 {
			t.Errorf("%s: %v; want 1", kind, err)
		}
	}
}

func testEnvelopeRefusesEveryTruncation(t *testing.T) {
	t.Parallel()
	complete := `[` + clientsJSON(1, 30) + `]`
	for name, handler := range map[string]http.HandlerFunc{
		"before the length it promised": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(complete)))
			w.Write([]byte(complete[:len(complete)-10]))
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"after what could be the end": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(complete)+100))
			w.Write([]byte(complete))
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"between two chunks": func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte(complete[:50]))
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"between two chunks, after what could be the end": func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte(complete))
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		},
		"at a length that is too short": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "50")
			w.Write([]byte(complete[:50]))
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(handler)
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.Start()
			t.Cleanup(server.Close)
			_, err := openReader(t, server.URL, connector.Options{}).all(t.Context())
			wantCode(t, err, connector.Truncated)
			if t.Failed() {
				t.Fatal(name)
			}
		})
	}
}

func testEnvelopePassesOnEmitError(t *testing.T) {
	t.Parallel()
	for _, theirs := range []error{io.EOF, fmt.Errorf("disk full"), &connector.CallError{Code: "theirs"}} {
		_, err := readerOf(t, `[`+clientsJSON(1, 2)+`]`).Call(t.Context(), connector.State{},
			func(portal.Customer) error { return theirs })
		if err != theirs { //nolint:errorlint // it is to be the very same
			t.Errorf("%v: got %v; want %v", theirs, err, theirs)
		}
	}
}
