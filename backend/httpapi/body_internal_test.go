package httpapi

import (
	"encoding/json"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func TestDecodeStrict(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want error
	}{
		"accepts_an_object":                     {`{"a":{"b":[1,2,{"a":null}]},"b":"a"}`, nil},
		"accepts_equal_names_of_two_objects":    {`[{"a":1},{"a":1}]`, nil},
		"accepts_a_string":                      {` "x" `, nil},
		"accepts_names_that_differ_in_case":     {`{"a":1,"A":2}`, nil},
		"rejects_a_duplicate_name":              {`{"a":1,"a":1}`, bodyError(`contains a duplicate name: "a"`)},
		"rejects_a_duplicate_name_in_an_object": {`{"x":[{"a":1,"b":{"a":1},"a":1}]}`, bodyError(`contains a duplicate name: "a"`)},
		"rejects_a_duplicate_name_as_an_escape": {`{"ab":1,"\u0061b":1}`, bodyError(`contains a duplicate name: "ab"`)},
		"repeats_no_long_name": {`{"` + strings.Repeat("a", 65) + `":1,"` + strings.Repeat("a", 65) + `":1}`,
			bodyError("contains a duplicate name")},
		"repeats_no_unprintable_name":          {`{"\n":1,"\n":1}`, bodyError("contains a duplicate name")},
		"rejects_an_empty_body":                {``, errNotJSON},
		"rejects_two_values":                   {`{} {}`, errNotJSON},
		"rejects_a_truncated_object":           {`{"a":`, errNotJSON},
		"rejects_invalid_UTF8":                 {"\"\xff\"", errNotJSON},
		"accepts_16_levels":                    {strings.Repeat("[", 16) + strings.Repeat("]", 16), nil},
		"rejects_17_levels":                    {strings.Repeat("[", 17) + strings.Repeat("]", 17), errDeep},
		"rejects_17_levels_before_their_end":   {strings.Repeat(`{"a":`, 17), errDeep},
		"rejects_many_values":                  {"[" + strings.Repeat("1,", 4000) + "1]", errMany},
		"rejects_many_values_before_their_end": {"[" + strings.Repeat("1,", 5000), errMany},
	} {
		t.Run(name, func(t *testing.T) {
			var into any
			if err := decodeStrict([]byte(test.body), &into); err != test.want { //nolint:errorlint // they are values
				t.Errorf("%.60s: got %v, want %v", test.body, err, test.want)
			}
		})
	}
	t.Run("repeats_no_value_of_a_wrong_type", func(t *testing.T) {
		var into struct{ A int }
		err := decodeStrict([]byte(`{"A":"sesame"}`), &into)
		if err == nil || strings.Contains(err.Error(), "sesame") {
			t.Errorf("got %v, want an error without the value", err)
		}
	})
}

// TestDecodeStrictMemory decodes the largest body, filled with what needs most memory to decode.
func TestDecodeStrictMemory(t *testing.T) {
	const most = 4 * fieldMapBody
	for name, unit := range map[string]string{"lists": "[", "objects": `{"a":`, "empty_lists": "[],", "empty_objects": "{},",
		"numbers": "1,"} {
		t.Run(name, func(t *testing.T) {
			body := []byte("[" + strings.Repeat(unit, fieldMapBody/len(unit)))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var into any
			err := decodeStrict(body, &into)
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > most {
				t.Errorf("%d bytes of JSON took %d bytes of memory, want at most %d and an error, which is %v", len(body), took, most,
					err)
			}
		})
	}
}

// FuzzDecodeStrict compares decodeStrict with a decoder that builds every value: accepted bodies have the same value
// and no duplicate names.
func FuzzDecodeStrict(f *testing.F) {
	for _, body := range []string{`{"a":1,"A":2}`, `{"a":1,"a":2}`, `{"a":{"a":[{"a":"a"}]}}`, `[1,2.5e3,"x",null,true]`,
		`{"\u0061":1,"a":1}`, "[[[[", "\xff", `{} []`} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var strict, loose any
		if decodeStrict(body, &strict) != nil {
			return
		}
		if err := json.Unmarshal(body, &loose); err != nil || !reflect.DeepEqual(strict, loose) {
			t.Fatalf("%q is read as %v, want %v, %v", body, strict, loose, err)
		}
		written, err := json.Marshal(loose)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := namesIn(t, written), namesIn(t, body); got != want {
			t.Errorf("%q has %d names, and %d of them different", body, want, got)
		}
	})
}

// namesIn counts the names in all objects of a text.
func namesIn(t *testing.T, text []byte) (count int) {
	t.Helper()
	tokens := json.NewDecoder(strings.NewReader(string(text)))
	var objects []bool
	isName := false
	for {
		token, err := tokens.Token()
		if err != nil {
			return count
		}
		delim, isDelim := token.(json.Delim)
		switch {
		case isDelim && (delim == '{' || delim == '['):
			objects, isName = append(objects, delim == '{'), delim == '{'
			continue
		case isDelim:
			objects = objects[:len(objects)-1]
		case isName:
			count++
			isName = false
			continue
		}
		isName = len(objects) > 0 && objects[len(objects)-1]
	}
}

func TestGate(t *testing.T) {
	t.Parallel()
	g := gate{all: 3, each: 2}
	for i, step := range []struct {
		key  string
		want bool
	}{{"a", true}, {"a", true}, {"a", false}, {"b", true}, {"b", false}, {"c", false}} {
		if got := g.enter(step.key); got != step.want {
			t.Errorf("step %d: %s may enter: %t, want %t", i, step.key, got, step.want)
		}
	}
	g.leave("a")
	if !g.enter("c") {
		t.Error("c may not enter after a has left, want that it may")
	}
	g.leave("a")
	g.leave("b")
	g.leave("c")
	if g.running() != 0 || len(g.of) != 0 {
		t.Errorf("%d are at work and %d keys are kept after all have left, want none", g.running(), len(g.of))
	}
	var open gate
	for range 1000 {
		if !open.enter("a") {
			t.Fatal("a gate without limits rejects a request, want none")
		}
	}
}
