package desktop

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

func loadWith(t *testing.T, policy Policy, environment map[string]string, chosen string) (Settings, error) {
	t.Helper()
	dir := t.TempDir()
	if chosen != "" {
		if err := os.WriteFile(choiceFile(dir), []byte(chosen), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return LoadSettings(Sources{
		Policy:    func() (Policy, error) { return policy, nil },
		Getenv:    func(name string) string { return environment[name] },
		ConfigDir: dir,
	})
}

func TestPolicyOutweighsEnvironmentOutweighsTheUsersChoice(t *testing.T) {
	fromPolicy := "https://policy.example"
	environment := map[string]string{"FSPORTAL_API_URL": "https://environment.example/"}
	chosen := `{"api_url":"https://chosen.example"}`
	for _, c := range []struct {
		policy      Policy
		environment map[string]string
		chosen      string
		want        string
		managed     bool
	}{
		{Policy{APIURL: &fromPolicy}, environment, chosen, "https://policy.example", true},
		{Policy{}, environment, chosen, "https://environment.example", true},
		{Policy{}, nil, chosen, "https://chosen.example", false},
		{Policy{}, map[string]string{"FSPORTAL_API_URL": ""}, "", "", false},
		{Policy{}, nil, "{broken", "", false},
		{Policy{}, nil, `{"api_url":"http://far.example"}`, "", false},
	} {
		s, err := loadWith(t, c.policy, c.environment, c.chosen)
		if err != nil || s.APIURL != c.want || s.APIURLManaged != c.managed {
			t.Errorf("%+v: got %q, managed %v, %v", c, s.APIURL, s.APIURLManaged, err)
		}
	}
}

func TestWithoutAnySettingTheDefaultsHold(t *testing.T) {
	s, err := loadWith(t, Policy{}, nil, "")
	if err != nil || !s.AllowSessionOnly || !s.AllowExport || s.UpdateChannel != "notify" || s.Providers != nil || s.RootCAs != nil {
		t.Errorf("%+v %v", s, err)
	}
}

func TestAnUnusableSettingIsNamedInOneLineWithWhatItShouldBe(t *testing.T) {
	text := func(s string) *string { return &s }
	for _, c := range []struct {
		policy      Policy
		environment map[string]string
		want        []string
	}{
		{Policy{APIURL: text("http://far.example")}, nil, []string{"policy key ApiUrl", "https"}},
		{Policy{APIURL: text("")}, nil, []string{"policy key ApiUrl"}},
		{Policy{Providers: []string{"okta"}}, nil, []string{"Providers", "google"}},
		{Policy{Providers: []string{}}, nil, []string{"Providers", "at least one"}},
		{Policy{UpdateChannel: text("beta")}, nil, []string{"UpdateChannel", "notify"}},
		{Policy{LogLevel: text("loud")}, nil, []string{"LogLevel", "debug"}},
		{Policy{}, map[string]string{"FSPORTAL_API_URL": "portal"}, []string{"FSPORTAL_API_URL", "https"}},
		{Policy{}, map[string]string{"FSPORTAL_LOG": "9"}, []string{"FSPORTAL_LOG"}},
		{Policy{}, map[string]string{"FSPORTAL_CA_FILE": "/nowhere"}, []string{"FSPORTAL_CA_FILE", "certificates"}},
		{Policy{CAFile: text("settings.go")}, nil, []string{"CaFile", "certificate"}},
		{Policy{APIURL: text("x"), LogLevel: text("y")}, nil, []string{"ApiUrl"}},
	} {
		_, err := loadWith(t, c.policy, c.environment, "")
		if err == nil {
			t.Errorf("%+v %v was accepted", c.policy, c.environment)
			continue
		}
		for _, word := range c.want {
			if !strings.Contains(err.Error(), word) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q should say %q in one line", err, word)
			}
		}
	}
}

func TestAnAddressIsTakenOnlyWhenItIsSafe(t *testing.T) {
	for raw, want := range map[string]string{
		"https://Portal.Example.com/":    "https://portal.example.com",
		" https://p.example:8443/api/ ":  "https://p.example:8443/api",
		"http://127.0.0.1:8480":          "http://127.0.0.1:8480",
		"http://localhost:8480/":         "http://localhost:8480",
		"http://[::1]:8480":              "http://[::1]:8480",
		"http://portal.example.com":      "",
		"http://127.0.0.1.evil.example":  "",
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

func TestTheUsersChoiceIsKeptForTheNextStartUnlessITChose(t *testing.T) {
	dir := t.TempDir()
	b := newBench(t, func(o *Options) { o.Settings.APIURL, o.Settings.APIURLManaged, o.ConfigDir = "", false, dir })
	if s := b.Startup(t.Context()); s.APIURL != "" || s.APIURLManaged || s.Providers == nil {
		t.Errorf("startup %+v", s)
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
	managed := newBench(t)
	wantCode(t, managed.SetAPIURL("https://other.example"), PolicyForbids)
}

func FuzzPolicy(f *testing.F) {
	f.Add([]byte(`{"Providers":"a,,b","ApiUrl":"x"}`))
	f.Add([]byte(`{"AllowExport":true}{"x":1}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := parsePolicyJSON(content)
		if err == nil && !json.Valid([]byte(strings.TrimPrefix(string(content), "\xef\xbb\xbf"))) {
			t.Errorf("%q was read as %+v", content, p)
		}
	})
}
