package desktop

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPolicy(t *testing.T) {
	t.Run("is_parsed_strictly", testPolicyIsParsedStrictly)
	t.Run("unreadable_stops_the_start", testPolicyUnreadableStopsTheStart)
}

func testPolicyIsParsedStrictly(t *testing.T) {
	for content, want := range map[string]string{
		`{}`: "",
		`{"ApiUrl":"https://p.example","Providers":["google"],"AllowSessionOnly":false,` +
			`"AllowExport":true,"UpdateChannel":"off","CaFile":"/x","LogLevel":"debug"}`: "",
		"\xef\xbb\xbf" + `{"Providers":"google, entra"}`: "",
		`{"FutureKey":1}`:           "",
		`{"ApiUrl":1}`:              "ApiUrl must be a string",
		`{"ApiUrl":null}`:           "ApiUrl must be a string",
		`{"apiurl":"https://x"}`:    "write it as ApiUrl",
		`{"AllowSessionOnly":"no"}`: "AllowSessionOnly must be true or false",
		`{"AllowExport":0}`:         "AllowExport must be true or false",
		`{"Providers":[1]}`:         "Providers must be a list",
		`{"Providers":{}}`:          "Providers must be a list",
		`[]`:                        "one JSON object",
		`null`:                      "one JSON object",
		``:                          "one JSON object",
		`{} {}`:                     "nothing after it",
		`{"ApiUrl":`:                "one JSON object",
	} {
		path := filepath.Join(t.TempDir(), "policy.json")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := readPolicyFile(path)
		if (want == "") != (err == nil) || (err != nil && (!strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), path))) {
			t.Errorf("%s: %v, want %q", content, err, want)
		}
		if strings.Contains(content, "FutureKey") && len(p.Unknown) != 1 {
			t.Errorf("unknown keys %v", p.Unknown)
		}
	}
}

func testPolicyUnreadableStopsTheStart(t *testing.T) {
	if p, err := readPolicyFile(filepath.Join(t.TempDir(), "none.json")); err != nil || p.APIURL != nil {
		t.Errorf("no policy: %+v %v", p, err)
	}
	// A folder in its place cannot be read by anybody, root included.
	_, err := readPolicyFile(t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "policy cannot be read") {
		t.Errorf("%v", err)
	}
	_, err = LoadSettings(Sources{Policy: func() (Policy, error) { return Policy{}, fs.ErrPermission }})
	if !errors.Is(err, fs.ErrPermission) {
		t.Errorf("%v", err)
	}
}
