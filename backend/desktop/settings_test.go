package desktop

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/desktop/policy"
	"fs-client-portal/backend/portal"
)

// loadWith loads settings from the content of a policy file, "" for none, the environment and the user's choice.
func loadWith(t *testing.T, file string, environment map[string]string, chosen string) (Settings, error) {
	t.Helper()
	dir := t.TempDir()
	if chosen != "" {
		if err := os.WriteFile(choiceFile(dir), []byte(chosen), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return LoadSettings(Sources{
		Policy: func() (policy.Policy, error) {
			if file == "" {
				return policy.Policy{}, nil
			}
			return policy.FromJSON([]byte(file))
		},
		Getenv:    func(name string) string { return environment[name] },
		ConfigDir: dir,
	})
}

func TestSettings(t *testing.T) {
	t.Run("have_this_precedence", testSettingsHaveThisPrecedence)
	t.Run("have_defaults", testSettingsHaveDefaults)
	t.Run("use_every_key_of_policy", testSettingsUseEveryKeyOfPolicy)
	t.Run("accept_every_choice_of_policy", testSettingsAcceptEveryChoiceOfPolicy)
	t.Run("name_an_unusable_value_in_one_line", testSettingsNameAnUnusableValueInOneLine)
	t.Run("stop_the_start_if_policy_cannot_be_read", testSettingsStopTheStartIfPolicyCannotBeRead)
	t.Run("accept_only_safe_addresses", testSettingsAcceptOnlySafeAddresses)
	t.Run("store_the_choice_of_the_user", testSettingsStoreTheChoiceOfTheUser)
}

func testSettingsHaveThisPrecedence(t *testing.T) {
	const fromPolicy = `{"ApiUrl":"https://policy.example"}`
	environment := map[string]string{"FSPORTAL_API_URL": "https://environment.example/"}
	chosen := `{"api_url":"https://chosen.example"}`
	for _, c := range []struct {
		policy      string
		environment map[string]string
		chosen      string
		want        string
		managed     bool
	}{
		{fromPolicy, environment, chosen, "https://policy.example", true},
		{"", environment, chosen, "https://environment.example", true},
		{"", nil, chosen, "https://chosen.example", false},
		{"", map[string]string{"FSPORTAL_API_URL": ""}, "", "", false},
		{"", nil, "{broken", "", false},
		{"", nil, `{"api_url":"http://far.example"}`, "", false},
	} {
		s, err := loadWith(t, c.policy, c.environment, c.chosen)
		if err != nil || s.APIURL != c.want || s.APIURLManaged != c.managed {
			t.Errorf("%+v: got %q, managed %v, %v", c, s.APIURL, s.APIURLManaged, err)
		}
	}
}

func testSettingsHaveDefaults(t *testing.T) {
	s, err := loadWith(t, "", nil, "")
	want := Settings{AllowSessionOnly: true, AllowExport: true}
	if diff := cmp.Diff(want, s); err != nil || diff != "" {
		t.Errorf("got %v (-want +got):\n%s", err, diff)
	}
}

// A key that is neither used nor marked as reserved would be a setting without effect.
func testSettingsUseEveryKeyOfPolicy(t *testing.T) {
	standard, err := loadWith(t, "", nil, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range policy.Keys {
		example := key.Example
		if key.Kind == policy.Path {
			example = filepath.Join("testdata", "ca", "ca.pem")
		}
		file, err := json.Marshal(map[string]any{key.Name: example})
		if err != nil {
			t.Fatal(err)
		}
		s, err := loadWith(t, string(file), nil, "")
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		s.Notes = nil
		if same := cmp.Equal(standard, s); same != key.Reserved {
			t.Errorf("%s: got settings like the defaults: %t, want %t", key.Name, same, key.Reserved)
		}
	}
}

func testSettingsAcceptEveryChoiceOfPolicy(t *testing.T) {
	for _, key := range policy.Keys {
		for _, choice := range key.Choices {
			// A list of one value is also accepted as a plain string.
			if _, err := loadWith(t, `{"`+key.Name+`":"`+choice+`"}`, nil, ""); err != nil {
				t.Errorf("%s with %q: %v", key.Name, choice, err)
			}
		}
	}
}

func testSettingsNameAnUnusableValueInOneLine(t *testing.T) {
	for _, c := range []struct {
		policy      string
		environment map[string]string
		want        []string
	}{
		{`{"ApiUrl":"http://far.example"}`, nil, []string{"policy key ApiUrl (line 1 of the policy file)", "https"}},
		{"{\n\"LogLevel\":\"warn\",\n\"CaFile\":\"settings.go\"}", nil, []string{"CaFile (line 3", "certificate"}},
		{`{"ManagedByName":"  "}`, nil, []string{"ManagedByName", "visible"}},
		{`{"ManagedByName":"\u202eTI"}`, nil, []string{"ManagedByName", "visible"}},
		{`{"ManagedByName":"` + strings.Repeat("a", 101) + `"}`, nil, []string{"ManagedByName", "at most 100"}},
		{`{"ManagedByUrl":"http://it.example.com"}`, nil, []string{"ManagedByUrl", "https"}},
		{`{"ManagedByUrl":"https://it.example.com/?a=b"}`, nil, []string{"ManagedByUrl", "query"}},
		{"", map[string]string{"FSPORTAL_API_URL": "portal"}, []string{"FSPORTAL_API_URL", "https"}},
		{"", map[string]string{"FSPORTAL_LOG": "9"}, []string{"FSPORTAL_LOG", "debug, info, warn or error"}},
		{"", map[string]string{"FSPORTAL_CA_FILE": "/nowhere"}, []string{"FSPORTAL_CA_FILE", "certificates"}},
		{`{"ApiUrl":"x","LogLevel":"debug","CaFile":"y"}`, nil, []string{"ApiUrl"}},
	} {
		_, err := loadWith(t, c.policy, c.environment, "")
		if err == nil {
			t.Errorf("%s %v was accepted", c.policy, c.environment)
			continue
		}
		for _, word := range c.want {
			if !strings.Contains(err.Error(), word) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q should contain %q in one line", err, word)
			}
		}
	}
}

func testSettingsStopTheStartIfPolicyCannotBeRead(t *testing.T) {
	_, err := LoadSettings(Sources{Policy: func() (policy.Policy, error) { return policy.Policy{}, fs.ErrPermission }})
	if !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v, want %v", err, fs.ErrPermission)
	}
}

func testSettingsAcceptOnlySafeAddresses(t *testing.T) {
	for raw, want := range map[string]string{
		"https://Portal.Example.com/":    "https://portal.example.com",
		" https://p.example:8443/api/ ":  "https://p.example:8443/api",
		"http://127.0.0.1:8480":          "http://127.0.0.1:8480",
		"http://localhost:8480/":         "http://localhost:8480",
		"http://[::1]:8480":              "http://[::1]:8480",
		"http://portal.example.com":      "",
		"http://127.0.0.1.evil.example":  "",
		"http://10.0.0.1:8480":           "",
		"http://[2001:db8::1]:8480":      "",
		"http://127.9.9.9":               "http://127.9.9.9",
		"https://user:pw@portal.example": "",
		"https://portal.example?x=1":     "",
		"https://portal.example#x":       "",
		"ftp://portal.example":           "",
		"portal.example.com":             "",
		"https://":                       "",
		"":                               "",
		"javascript:alert(1)":            "",
	} {
		got, err := CheckAPIURL(raw)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q became %q, %v", raw, got, err)
		}
	}
}

func TestAPIAddress(t *testing.T) {
	for name, test := range map[string]struct{ raw, want string }{
		"zero_width":            {"https://portal\u200b.example", "character 15 (U+200B)"},
		"zero_width_at_the_end": {"https://portal.example\ufeff", "U+FEFF"},
		"bidirectional":         {"https://portal.\u202eexample", "U+202E"},
		"control":               {"https://portal\x00.example", "U+0000"},
		"line_break_inside":     {"https://portal\n.example", "U+000A"},
		"no_break_space":        {"https://portal.example\u00a0", "U+00A0"},
		"soft_hyphen":           {"https://por\u00adtal.example", "U+00AD"},
		"variation_selector":    {"https://portal\ufe0f.example", "U+FE0F"},
		"hangul_filler":         {"https://portal\u3164.example", "U+3164"},
		"braille_blank":         {"https://portal.example/\u2800", "U+2800"},
		"escaped_in_path":       {"https://portal.example/%E2%80%8Bapi", "U+200B"},
		"escaped_in_host":       {"https://portal%E2%80%8B.example", "U+200B"},
		"escaped_zero":          {"https://portal.example/%00", "U+0000"},
		"not_utf8":              {"https://portal\xff.example", "UTF-8"},
		"blank":                 {"https://portal .example", "blank as character 15"},
		"port_zero":             {"https://portal.example:0", `"0" and must be a number from 1 to 65535`},
		"port_too_high":         {"https://portal.example:65536", `"65536"`},
		"port_of_letters":       {"https://portal.example:abc", `"abc"`},
		"port_with_sign":        {"https://portal.example:+443", `"+443"`},
		"port_missing":          {"https://portal.example:", `""`},
		"port_of_ipv6":          {"https://[::1]:99999", `"99999"`},
		"port_beyond_integers":  {"https://portal.example:18446744073709551617/", "1 to 65535"},
		"user":                  {"https://ada@portal.example", "no user name"},
		"user_and_password":     {"https://ada:secret@portal.example/x", "no user name and no password"},
		"query":                 {"https://portal.example/?a=1", "question mark"},
		"empty_query":           {"https://portal.example?", "question mark"},
		"fragment":              {"https://portal.example/#a", "number sign"},
		"empty_fragment":        {"https://portal.example#", "number sign"},
		"other_scheme":          {"ftp://portal.example", "begin with https://"},
		"no_scheme":             {"portal.example", "begin with https://"},
		"opaque":                {"https:portal.example", "begin with https://"},
		"no_host":               {"https://", "no host name"},
		"no_host_but_port":      {"https://:443", "no host name"},
		"backslash":             {"https://portal.example\\evil", "no address has"},
		"too_long":              {"https://portal.example/" + strings.Repeat("a", addressLimit), "more than 2048"},
	} {
		t.Run("refuses_"+name, func(t *testing.T) {
			_, err := CheckAPIURL(test.raw)
			p := wantCode(t, err, portal.Invalid)
			if p.Field != "url" || !strings.Contains(p.Message, test.want) || strings.Contains(p.Message, "secret") {
				t.Errorf("got field %q and message %q, want url and %q", p.Field, p.Message, test.want)
			}
			if textFault(strings.ReplaceAll(p.Message, " ", "")) != "" {
				t.Errorf("message %q holds what cannot be seen", p.Message)
			}
			_, err = loadWith(t, "", map[string]string{"FSPORTAL_API_URL": test.raw}, "")
			if err == nil || !strings.Contains(err.Error(), "FSPORTAL_API_URL") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("at the start: got %v, want the setting's name and %q", err, test.want)
			}
		})
	}
	t.Run("takes_pasted_blanks_around_it", func(t *testing.T) {
		if got, err := CheckAPIURL(" \thttps://portal.example:65535/api/\r\n"); got != "https://portal.example:65535/api" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

func testSettingsStoreTheChoiceOfTheUser(t *testing.T) {
	dir := t.TempDir()
	b := newTestApp(t, func(o *Options) { o.Settings.APIURL, o.Settings.APIURLManaged, o.ConfigDir = "", false, dir })
	if s := b.Startup(t.Context()); s.APIURL != "" || s.APIURLManaged || s.Providers == nil {
		t.Errorf("got startup %+v", s)
	}
	_, err := b.Providers(t.Context())
	wantCode(t, err, NoAPIURL)
	if p := wantCode(t, b.SetAPIURL("http://far.example"), InsecureAPIURL); p.Field != "url" {
		t.Errorf("field %q", p.Field)
	}
	if err := b.SetAPIURL(b.api.URL + "/"); err != nil {
		t.Fatal(err)
	}
	if offered, err := b.Providers(t.Context()); err != nil || len(offered) != 2 {
		t.Errorf("%v %v", offered, err)
	}
	if kept, err := readChoice(dir); err != nil || kept != b.api.URL {
		t.Errorf("kept %q %v", kept, err)
	}
	managed := newTestApp(t)
	wantCode(t, managed.SetAPIURL("https://other.example"), PolicyForbids)
}

func FuzzAPIAddress(f *testing.F) {
	for _, seed := range []string{"https://portal.example:443/api", "http://[::1]:8480", "https://p\u200b.example", "https://a@b:0?#"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		checked, err := CheckAPIURL(raw)
		if err != nil {
			return
		}
		if again, err := CheckAPIURL(checked); err != nil || again != checked {
			t.Errorf("%q became %q, and that %q, %v", raw, checked, again, err)
		}
		if u, err := url.Parse(checked); err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("%q was taken as %q", raw, checked)
		}
	})
}
