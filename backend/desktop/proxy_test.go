package desktop

import (
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"
)

// withoutProxies clears the environment's proxy settings.
func withoutProxies(t *testing.T) {
	t.Helper()
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"} {
		t.Setenv(name, "")
		t.Setenv(strings.ToLower(name), "")
	}
}

// proxyText returns the proxy for an address in one word: "direct", its URL without a password, or "error".
func proxyText(t testing.TB, address string, proxyFor func(*url.URL) (*url.URL, error)) string {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := proxyFor(target)
	switch {
	case err != nil:
		return "error"
	case proxy == nil:
		return "direct"
	}
	return proxy.Redacted()
}

func TestEnvironmentProxy(t *testing.T) {
	system := proxySettings{http: "system.example:1", https: "system.example:1"}
	for name, test := range map[string]struct {
		environment   map[string]string
		address, want string
	}{
		"https_proxy": {map[string]string{"HTTPS_PROXY": "http://p.example:3128"},
			"https://api.example", "http://p.example:3128"},
		"lower_case": {map[string]string{"https_proxy": "p.example:3128"},
			"https://api.example", "http://p.example:3128"},
		"all_proxy": {map[string]string{"ALL_PROXY": "http://p.example:3128"},
			"https://api.example", "http://p.example:3128"},
		"all_proxy_in_lower_case": {map[string]string{"all_proxy": "socks5h://p.example:1080"},
			"https://api.example", "socks5h://p.example:1080"},
		"all_proxy_as_gnome_writes_it": {map[string]string{"ALL_PROXY": "socks://p.example:1080/"},
			"https://api.example", "socks5://p.example:1080/"},
		"all_proxy_after_the_kinds_own": {map[string]string{"ALL_PROXY": "socks5://s.example:1",
			"HTTPS_PROXY": "http://p.example:1"}, "https://api.example", "http://p.example:1"},
		"environment_before_system":  {map[string]string{"HTTP_PROXY": "http://p.example:1"}, "https://api.example", "direct"},
		"system_without_environment": {nil, "https://api.example", "http://system.example:1"},
		"no_proxy_of_a_domain": {map[string]string{"HTTPS_PROXY": "http://p.example:1",
			"NO_PROXY": "corp.example"}, "https://a.corp.example", "direct"},
		"no_proxy_of_subdomains": {map[string]string{"HTTPS_PROXY": "http://p.example:1",
			"NO_PROXY": ".corp.example"}, "https://corp.example", "http://p.example:1"},
		"no_proxy_of_a_network": {map[string]string{"HTTPS_PROXY": "http://p.example:1",
			"NO_PROXY": "10.0.0.0/8"}, "https://10.3.3.3", "direct"},
		"no_proxy_of_a_port": {map[string]string{"HTTPS_PROXY": "http://p.example:1",
			"NO_PROXY": "api.example:8443"}, "https://api.example:8443", "direct"},
		"no_proxy_in_lower_case": {map[string]string{"https_proxy": "http://p.example:1", "no_proxy": "*"},
			"https://api.example", "direct"},
		"no_proxy_before_the_systems": {map[string]string{"NO_PROXY": "api.example"}, "https://api.example", "direct"},
		"no_proxy_of_another": {map[string]string{"NO_PROXY": "other.example"}, "https://api.example",
			"http://system.example:1"},
		"loopback_past_the_systems":      {nil, "https://127.0.0.1:8480", "direct"},
		"loopback_past_the_environments": {map[string]string{"HTTPS_PROXY": "http://p.example:1"}, "https://localhost:8480", "direct"},
		"of_a_kind_that_is_not_spoken":   {map[string]string{"ALL_PROXY": "socks4://p.example:1080"}, "https://api.example", "error"},
		"all_proxy_for_plain_http": {map[string]string{"ALL_PROXY": "http://p.example:3128"},
			"http://api.example", "http://p.example:3128"},
		"https_proxy_for_plain_http":  {map[string]string{"HTTPS_PROXY": "http://p.example:3128"}, "http://api.example", "direct"},
		"without_a_host":              {map[string]string{"HTTPS_PROXY": "http://:3128"}, "https://api.example", "error"},
		"without_scheme_that_is_none": {map[string]string{"HTTPS_PROXY": "p.example:port"}, "https://api.example", "error"},
		"that_has_a_wrong_escape":     {map[string]string{"ALL_PROXY": "%zz"}, "https://api.example", "error"},
		"that_is_none_and_not_needed": {map[string]string{"HTTPS_PROXY": "%zz", "NO_PROXY": "api.example"},
			"https://api.example", "direct"},
		"that_is_none_for_the_other_kind": {map[string]string{"HTTP_PROXY": "%zz"}, "https://api.example", "direct"},
		"that_is_no_address":              {map[string]string{"HTTPS_PROXY": "http://p.example:port"}, "https://api.example", "error"},
		"with_an_impossible_port":         {map[string]string{"HTTPS_PROXY": "http://p.example:70000"}, "https://api.example", "error"},
		"with_a_user_whose_password_stays": {map[string]string{"HTTPS_PROXY": "http://ada:secret@p.example:1"},
			"https://api.example", "http://ada:xxxxx@p.example:1"},
	} {
		t.Run(name, func(t *testing.T) {
			withoutProxies(t)
			for variable, value := range test.environment {
				t.Setenv(variable, value)
			}
			p := &proxyResolver{read: func() (proxySettings, error) { return system, nil }, now: time.Now, log: silentLog}
			if got := proxyText(t, test.address, p.proxyFor); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	t.Run("keeps_the_password_out_of_its_error", func(t *testing.T) {
		withoutProxies(t)
		t.Setenv("HTTPS_PROXY", "http://ada:secret@p.example:port")
		_, err := systemProxies.proxyFor(&url.URL{Scheme: "https", Host: "api.example"})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v", err)
		}
	})
}

// settledProxies is a resolver over settings that a test changes, at a clock that it moves.
type settledProxies struct {
	*proxyResolver
	settings proxySettings
	err      error
	reads    int
	at       time.Time
	asked    int
	log      strings.Builder
}

func newSettledProxies(t *testing.T) *settledProxies {
	t.Helper()
	withoutProxies(t)
	s := &settledProxies{at: time.Unix(1_800_000_000, 0)}
	s.proxyResolver = &proxyResolver{
		read: func() (proxySettings, error) { s.reads++; return s.settings, s.err },
		automatic: func(*url.URL, autoProxy) (proxySettings, error) {
			s.asked++
			return proxySettings{}, errNoAutoProxy
		},
		now: func() time.Time { return s.at },
		log: slog.New(slog.NewTextHandler(&s.log, nil)),
	}
	return s
}

func TestProxySettings(t *testing.T) {
	const api = "https://api.example"
	t.Run("are_read_again_while_running", func(t *testing.T) {
		s := newSettledProxies(t)
		s.settings.https = "office.example:3128"
		first := proxyText(t, api, s.proxyFor)
		s.settings.https = ""
		s.at = s.at.Add(9 * time.Second)
		kept := proxyText(t, api, s.proxyFor)
		s.at = s.at.Add(time.Second)
		after := proxyText(t, api, s.proxyFor)
		if first != "http://office.example:3128" || kept != first || after != "direct" || s.reads != 2 {
			t.Errorf("got %s, %s, %s with %d reads", first, kept, after, s.reads)
		}
		s.settings.https, s.at = "home.example:1", s.at.Add(-time.Hour) // the clock was set
		if got := proxyText(t, api, s.proxyFor); got != "http://home.example:1" {
			t.Errorf("after the clock was set back: got %s", got)
		}
	})
	t.Run("that_cannot_be_read_stay_as_they_were", func(t *testing.T) {
		s := newSettledProxies(t)
		s.settings.https = "office.example:3128"
		proxyText(t, api, s.proxyFor)
		s.err = errors.New("no response")
		for range 3 {
			s.at = s.at.Add(proxyKept)
			if got := proxyText(t, api, s.proxyFor); got != "http://office.example:3128" {
				t.Errorf("got %s", got)
			}
		}
		if strings.Count(s.log.String(), "cannot be read") != 1 {
			t.Errorf("log %q, want the problem once", s.log.String())
		}
	})
	t.Run("that_a_script_chooses", func(t *testing.T) {
		s := newSettledProxies(t)
		s.settings = proxySettings{https: "manual.example:1", auto: autoProxy{script: "http://wpad/x.pac"}}
		s.automatic = func(target *url.URL, auto autoProxy) (proxySettings, error) {
			return proxySettings{https: "script.example:2"}, nil
		}
		if got := proxyText(t, api, s.proxyFor); got != "http://script.example:2" {
			t.Errorf("got %s", got)
		}
		s.automatic = func(*url.URL, autoProxy) (proxySettings, error) { return proxySettings{}, nil }
		if got := proxyText(t, api, s.proxyFor); got != "direct" {
			t.Errorf("where the script says so: got %s", got)
		}
	})
	t.Run("fall_back_where_no_script_can_be_run", func(t *testing.T) {
		s := newSettledProxies(t)
		s.settings = proxySettings{https: "manual.example:1", auto: autoProxy{detect: true}}
		for range 3 {
			if got := proxyText(t, api, s.proxyFor); got != "http://manual.example:1" {
				t.Errorf("got %s", got)
			}
		}
		if s.asked != 1 || strings.Count(s.log.String(), "not supported on this platform") != 1 {
			t.Errorf("asked %d times, log %q; want one of each", s.asked, s.log.String())
		}
		s.at = s.at.Add(time.Minute)
		proxyText(t, api, s.proxyFor)
		s.settings.auto.script = "http://wpad/other.pac"
		s.at = s.at.Add(proxyKept)
		proxyText(t, api, s.proxyFor)
		if s.asked != 3 {
			t.Errorf("asked %d times; want again after a while, and at once for another script", s.asked)
		}
		s.at = s.at.Add(-time.Hour) // the clock was set
		proxyText(t, api, s.proxyFor)
		if s.asked != 4 {
			t.Errorf("asked %d times; want again after the clock was set back", s.asked)
		}
	})
}
