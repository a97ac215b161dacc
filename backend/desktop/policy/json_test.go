package policy

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFromJSON(t *testing.T) {
	t.Run("reads_every_key", testFromJSONReadsEveryKey)
	t.Run("accepts_what_editors_write", testFromJSONAcceptsWhatEditorsWrite)
	t.Run("explains_what_is_wrong", testFromJSONExplainsWhatIsWrong)
	t.Run("notes_keys_without_effect", testFromJSONNotesKeysWithoutEffect)
}

func testFromJSONReadsEveryKey(t *testing.T) {
	examples := map[string]any{}
	for _, key := range Keys {
		examples[key.Name] = key.Example
	}
	content, err := json.MarshalIndent(examples, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	p, err := FromJSON(content)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range Keys {
		if diff := cmp.Diff(key.Example, p.values[key.Name].of); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key.Name, diff)
		}
	}
}

func testFromJSONAcceptsWhatEditorsWrite(t *testing.T) {
	const plain = "{\n  \"$schema\": \"policy.schema.json\",\n  \"Providers\": [\"entra\", \"google\"],\n  \"AllowExport\": false\n}\n"
	for name, content := range map[string]string{
		"plain":                  plain,
		"byte_order_mark":        "\xef\xbb\xbf" + plain,
		"carriage_returns":       strings.ReplaceAll(plain, "\n", "\r\n"),
		"both":                   "\xef\xbb\xbf" + strings.ReplaceAll(plain, "\n", "\r\n"),
		"no_last_line_break":     strings.TrimSpace(plain),
		"one_line":               `{"Providers":["google","entra","google"],"AllowExport":false}`,
		"list_with_commas":       `{"Providers":"google, entra,","AllowExport":false}`,
		"list_with_empty_values": `{"Providers":["google", "", "entra"],"AllowExport":false}`,
	} {
		t.Run(name, func(t *testing.T) {
			p, err := FromJSON([]byte(content))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"entra", "google"}, p.List(Providers)); diff != "" || p.Bool(AllowExport) {
				t.Errorf("got AllowExport %t, Providers (-want +got):\n%s", p.Bool(AllowExport), diff)
			}
			if len(p.Notes) != 0 {
				t.Errorf("got the notes %q, want none", p.Notes)
			}
		})
	}
}

func testFromJSONExplainsWhatIsWrong(t *testing.T) {
	for name, test := range map[string]struct{ content, want string }{
		"line_comment": {"{\n  \"AllowExport\": true,\n\n  // not yet\n  \"LogLevel\": \"warn\"\n}",
			"line 4: comments are not allowed in JSON; remove this one"},
		"block_comment":         {"/* ours */ {}", "line 1: comments are not allowed in JSON; remove this one"},
		"hash_comment":          {"{}\r\n# ours", "line 2: comments are not allowed in JSON; remove this one"},
		"comment_after_a_value": {"{\"AllowExport\": true // ours\n}", "line 1: comments are not allowed in JSON; remove this one"},
		"comma_at_the_end":      {"{\r\n\"AllowExport\": true,\r\n}", "line 2, column 20: no comma is allowed after the last value; remove it"},
		"comma_in_a_list":       {`{"Providers": ["google",]}`, "line 1, column 24: no comma is allowed after the last value; remove it"},
		"no_comma":              {"{\"AllowExport\": true\n \"LogLevel\": \"warn\"}", "line 2, column 2: a comma is missing before this key"},
		"curly_quotes": {"{\n  “AllowExport”: true}",
			"line 2, column 3: '“' is not allowed here; texts are in straight double quotes (\")"},
		"column_in_characters": {`{"ManagedByName": "Müller & Söhne"; }`, "line 1, column 35: ';' is not allowed here in JSON"},
		"unknown_word":         {`{"AllowExport": yes}`, "line 1, column 17: 'y' is not allowed here in JSON"},
		"end_is_missing":       {"{\n\"ApiUrl\":", "line 2, column 10: the file ends before its JSON object is complete"},
		"empty":                {" \r\n", "the file must be one JSON object; it is empty"},
		"list":                 {"[]", "the file must be one JSON object, which begins with { and ends with }"},
		"null":                 {"null", "the file must be one JSON object, which begins with { and ends with }"},
		"two_objects":          {"{}\n{}", "line 2, column 1: the file must be one JSON object with nothing after it"},
		"utf_16":               {"\xff\xfe{\x00}\x00", "the file must be saved as UTF-8, not as UTF-16"},
		"latin_1": {"{\n\"ManagedByName\": \"M\xfcller\"}",
			"line 2, column 20: the file must be saved as UTF-8; this is no character of it"},
		"number_for_a_text": {"{\"AllowExport\": true,\n\"ApiUrl\": 1}",
			"line 2: ApiUrl must be a string, the https address of the portal's API"},
		"null_for_a_text":      {`{"ApiUrl": null}`, "line 1: ApiUrl must be a string, the https address of the portal's API"},
		"empty_text":           {`{"ApiUrl": ""}`, "line 1: ApiUrl must be a string, the https address of the portal's API"},
		"text_for_a_boolean":   {"{\n\n\"AllowSessionOnly\": \"no\"}", "line 3: AllowSessionOnly must be true or false"},
		"number_for_a_boolean": {`{"AllowExport": 0}`, "line 1: AllowExport must be true or false"},
		"unknown_choice":       {`{"LogLevel": "loud"}`, `line 1: LogLevel must be "debug", "info", "warn" or "error"`},
		"unknown_reserved":     {`{"UpdateChannel": "beta"}`, `line 1: UpdateChannel must be "off", "notify" or "auto"`},
		"unknown_in_a_list":    {`{"Providers": ["google", "okta"]}`, `line 1: Providers must be a list of "google" and "entra"`},
		"number_in_a_list":     {`{"Providers": [1, "google"]}`, `line 1: Providers must be a list of "google" and "entra"`},
		"empty_list":           {`{"Providers": []}`, `line 1: Providers must be a list of "google" and "entra"`},
		"object_for_a_list":    {`{"Providers": {}}`, `line 1: Providers must be a list of "google" and "entra"`},
		"twice": {"{\"AllowExport\": true,\n\"AllowExport\": false}",
			`line 2: "AllowExport" is set twice, first in line 1; remove one`},
		"other_case": {"{\n\"apiurl\": \"https://x\"}", "line 2: apiurl is not a key; write it as ApiUrl"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := FromJSON([]byte(test.content)); err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func testFromJSONNotesKeysWithoutEffect(t *testing.T) {
	const content = "{\n\"Providrs\": {\"a\": [1e999]},\n\"Theme\": null,\n\"UpdateChannel\": \"off\",\n\"AllowExport\": false}"
	p, err := FromJSON([]byte(content))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`policy: line 2: "Providrs" is not a key of this version and has no effect; did you mean Providers?`,
		`policy: line 3: "Theme" is not a key of this version and has no effect`,
		"policy: line 4: UpdateChannel is reserved and has no effect in this version",
	}
	if diff := cmp.Diff(want, p.Notes); diff != "" || p.Bool(AllowExport) {
		t.Errorf("got AllowExport %t, notes (-want +got):\n%s", p.Bool(AllowExport), diff)
	}
}

func FuzzFromJSON(f *testing.F) {
	for _, seed := range []string{
		`{"Providers":"google,,entra","ApiUrl":"x"}`, `{"AllowExport":true}{"x":1}`, "\xef\xbb\xbf{\r\n\"LogLevel\":\"warn\",\r\n}",
		"{\n// x\n}", `{"a":"\ud800"}`, "{\"a\":1,\n\"a\":2}", "\xff", "[", `{"Providers":["entra",null]}`,
		"{\"\n\":1}", "{'a':1}", `{"a":1e999}`,
	} {
		f.Add([]byte(seed))
	}
	inLine := regexp.MustCompile(`^line (\d+)`)
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := FromJSON(content)
		plain := bytes.TrimPrefix(content, byteOrderMark)
		if err == nil && !json.Valid(plain) {
			t.Fatalf("%q was read as %+v", content, p)
		}
		if err == nil {
			again, err := FromJSON(append(bytes.Clone(byteOrderMark), plain...))
			if diff := cmp.Diff(p.Notes, again.Notes); err != nil || diff != "" {
				t.Fatalf("with a byte order mark: %v\n%s", err, diff)
			}
			return
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("the error %q has several lines", err)
		}
		if found := inLine.FindStringSubmatch(err.Error()); found != nil {
			if line, _ := strconv.Atoi(found[1]); line < 1 || line > 1+bytes.Count(content, []byte("\n")) {
				t.Errorf("%q has no line %d", content, line)
			}
		}
	})
}
