package desktop

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
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

// macOSProxies is `scutil --proxy` with a VPN up: the outermost dictionary holds, the section of each interface does not.
const macOSProxies = `<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
    2 : corp.example
    3 : *.corp.example
    4 : 10.0.0.0/8
  }
  ExcludeSimpleHostnames : 1
  FTPPassive : 1
  HTTPEnable : 0
  HTTPPort : 8080
  HTTPProxy : unused.example
  HTTPSEnable : 1
  HTTPSPort : 3129
  HTTPSProxy : proxy.example
  SOCKSEnable : 1
  SOCKSPort : 1080
  SOCKSProxy : socks.example
  __SCOPED__ : <dictionary> {
    en0 : <dictionary> {
      ExceptionsList : <array> {
        0 : *.scoped.example
      }
      HTTPEnable : 1
      HTTPPort : 1
      HTTPProxy : scoped.example
      HTTPSEnable : 1
      HTTPSPort : 9999
      HTTPSProxy : scoped.example
      ProxyAutoConfigEnable : 1
      ProxyAutoConfigURLString : http://scoped.example/proxy.pac
    }
  }
}
`

// gnomeProxies is what gsettings of GLib 2.74 printed after its proxy was set up by hand.
const gnomeProxies = `org.gnome.system.proxy autoconfig-url ''
org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', '::1', 'corp.example', '*.star.example', '10.0.0.0/8', "it's", 'x.example:8443', 'fd00::/8']
org.gnome.system.proxy mode 'manual'
org.gnome.system.proxy use-same-proxy true
org.gnome.system.proxy.ftp host ''
org.gnome.system.proxy.ftp port 0
org.gnome.system.proxy.http authentication-password 'p@ss'
org.gnome.system.proxy.http authentication-user 'ada'
org.gnome.system.proxy.http enabled false
org.gnome.system.proxy.http host 'web.example'
org.gnome.system.proxy.http port 8080
org.gnome.system.proxy.http use-authentication true
org.gnome.system.proxy.https host 'proxy.example'
org.gnome.system.proxy.https port 3128
org.gnome.system.proxy.socks host ''
org.gnome.system.proxy.socks port 0
`

func TestWindowsProxy(t *testing.T) {
	const everything = "proxy.example:8080"
	const proxied = "http://proxy.example:8080"
	for name, test := range map[string]struct{ server, exceptions, address, want string }{
		"one_for_all":                       {everything, "", "https://api.example", proxied},
		"list_by_scheme":                    {"http=a.example:1;https=b.example:2;ftp=c.example:3", "", "https://api.example", "http://b.example:2"},
		"list_by_scheme_with_blanks":        {"http=a.example:1 https=b.example:2", "", "https://api.example", "http://b.example:2"},
		"list_in_upper_case":                {"HTTPS=b.example:2", "", "https://api.example", "http://b.example:2"},
		"list_without_ours":                 {"http=a.example:1;ftp=c.example:3", "", "https://api.example", "direct"},
		"list_with_socks":                   {"http=a.example:1;socks=s.example:1080", "", "https://api.example", "socks5://s.example:1080"},
		"list_with_address":                 {"https=http://b.example:2", "", "https://api.example", "http://b.example:2"},
		"proxy_over_tls":                    {"https=https://b.example:2", "", "https://api.example", "https://b.example:2"},
		"first_of_several":                  {"a.example:1;b.example:2", "", "https://api.example", "http://a.example:1"},
		"without_port":                      {"proxy.example", "", "https://api.example", "http://proxy.example"},
		"local_name":                        {everything, "<local>", "https://intranet", "direct"},
		"local_is_no_domain":                {everything, "<local>", "https://api.example", proxied},
		"local_is_no_ipv6":                  {everything, "<local>", "https://[2001:db8::1]", proxied},
		"network_as_pattern":                {everything, "10.*", "https://10.1.2.3", "direct"},
		"network_as_pattern_is_not_another": {everything, "10.*", "https://110.1.2.3", proxied},
		"network_in_the_middle":             {everything, "192.168.*.7", "https://192.168.3.7", "direct"},
		"domain":                            {everything, "*.corp", "https://a.b.corp", "direct"},
		"domain_is_not_its_ending":          {everything, "*.corp", "https://mycorp", proxied},
		"ending_without_dot":                {everything, "*corp.example", "https://mycorp.example", "direct"},
		"beginning":                         {everything, "intra*", "https://intranet.corp.example", "direct"},
		"plain_name":                        {everything, "api.example", "https://api.example", "direct"},
		"plain_name_is_no_domain":           {everything, "example", "https://api.example", proxied},
		"upper_case":                        {everything, "*.CORP", "https://A.corp", "direct"},
		"full_stop_at_the_end":              {everything, "*.corp", "https://a.corp.", "direct"},
		"scheme_of_ours":                    {everything, "https://*.corp", "https://a.corp", "direct"},
		"scheme_of_another":                 {everything, "http://*.corp", "https://a.corp", proxied},
		"port":                              {everything, "a.corp:8443", "https://a.corp:8443", "direct"},
		"another_port":                      {everything, "a.corp:8443", "https://a.corp", proxied},
		"everything":                        {everything, "*", "https://api.example", "direct"},
		"several":                           {everything, "a; b ;*.corp;<local>", "https://a.corp", "direct"},
		"brackets_are_no_pattern":           {everything, "[a-z]*", "https://api.example", proxied},
		"ipv6":                              {everything, "[2001:db8::1]", "https://[2001:db8:0::1]", "direct"},
		"of_a_kind_unknown":                 {"gopher://proxy.example:70", "", "https://api.example", "error"},
		"with_an_impossible_port":           {"proxy.example:99999", "", "https://api.example", "error"},
		"none":                              {"", "", "https://api.example", "direct"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := proxyText(t, test.address, parseWinINET(test.server, test.exceptions).proxyFor); got != test.want {
				t.Errorf("%q without %q for %s: got %s, want %s", test.server, test.exceptions, test.address, got, test.want)
			}
		})
	}
}

func TestMacOSProxy(t *testing.T) {
	for address, want := range map[string]string{
		"https://api.example":         "http://proxy.example:3129",
		"http://api.example":          "socks5://socks.example:1080", // the one for http is switched off
		"https://nas.local":           "direct",
		"https://169.254.7.7":         "direct",
		"https://10.7.7.7":            "direct",
		"https://corp.example":        "direct",
		"https://a.corp.example":      "direct",
		"https://notcorp.example":     "http://proxy.example:3129",
		"https://intranet":            "direct",
		"https://api.scoped.example":  "http://proxy.example:3129",
		"https://api.unused.example/": "http://proxy.example:3129",
	} {
		t.Run(strings.NewReplacer("://", "_", "/", "").Replace(address), func(t *testing.T) {
			if got := proxyText(t, address, parseScutil(macOSProxies).proxyFor); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
	t.Run("simple_names_without_their_switch", func(t *testing.T) {
		settings := parseScutil(strings.Replace(macOSProxies, "ExcludeSimpleHostnames : 1", "ExcludeSimpleHostnames : 0", 1))
		if got := proxyText(t, "https://intranet", settings.proxyFor); got != "http://proxy.example:3129" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("automatic", func(t *testing.T) {
		if parseScutil(macOSProxies).auto.on() {
			t.Error("an interface's script was taken for the system's")
		}
		script := parseScutil("<dictionary> {\n  ProxyAutoConfigEnable : 1\n  ProxyAutoConfigURLString : http://wpad/x.pac\n  ProxyAutoDiscoveryEnable : 1\n}\n").auto
		if script != (autoProxy{script: "http://wpad/x.pac", detect: true}) {
			t.Errorf("got %+v", script)
		}
		if off := parseScutil("<dictionary> {\n  ProxyAutoConfigEnable : 0\n  ProxyAutoConfigURLString : http://wpad/x.pac\n}\n").auto; off.on() {
			t.Errorf("got %+v, want none", off)
		}
	})
	t.Run("none", func(t *testing.T) {
		for _, output := range []string{"", "<dictionary> {\n}\n", "}}}\n", "No such key\n"} {
			if got := proxyText(t, "https://api.example", parseScutil(output).proxyFor); got != "direct" {
				t.Errorf("%q: got %s", output, got)
			}
		}
	})
}

func TestGNOMEProxy(t *testing.T) {
	for address, want := range map[string]string{
		"https://api.example":       "http://proxy.example:3128",
		"http://api.example":        "http://ada:xxxxx@web.example:8080",
		"https://corp.example":      "direct",
		"https://a.b.corp.example":  "direct",
		"https://notcorp.example":   "http://proxy.example:3128",
		"https://a.star.example":    "direct",
		"https://10.250.1.1":        "direct",
		"https://11.250.1.1":        "http://proxy.example:3128",
		"https://[fd00::7]":         "direct",
		"https://x.example:8443":    "direct",
		"https://x.example":         "http://proxy.example:3128",
		"https://127.9.9.9":         "direct",
		"https://intranet":          "http://proxy.example:3128",
		"https://y.x.example:8443/": "direct",
	} {
		t.Run(strings.NewReplacer("://", "_", "/", "").Replace(address), func(t *testing.T) {
			if got := proxyText(t, address, parseGNOME(gnomeProxies).proxyFor); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
	for name, test := range map[string]struct{ old, new, want string }{
		"mode_none":         {"'manual'", "'none'", "direct"},
		"without_our_proxy": {"https host 'proxy.example'", "https host ''", "direct"},
		"port_not_set":      {"https port 3128", "https port 0", "direct"},
		"ipv6":              {"'proxy.example'", "'2001:db8::5'", "http://[2001:db8::5]:3128"},
	} {
		t.Run(name, func(t *testing.T) {
			settings := parseGNOME(strings.Replace(gnomeProxies, test.old, test.new, 1))
			if got := proxyText(t, "https://api.example", settings.proxyFor); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	t.Run("socks_for_what_has_none", func(t *testing.T) {
		changed := strings.NewReplacer("https host 'proxy.example'", "https host ''", "socks host ''", "socks host 's.example'", "socks port 0", "socks port 1080")
		if got := proxyText(t, "https://api.example", parseGNOME(changed.Replace(gnomeProxies)).proxyFor); got != "socks5://s.example:1080" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("mode_auto", func(t *testing.T) {
		output := strings.NewReplacer("'manual'", "'auto'", "autoconfig-url ''", "autoconfig-url 'http://wpad/x.pac'").Replace(gnomeProxies)
		if got := parseGNOME(output); got.auto != (autoProxy{script: "http://wpad/x.pac"}) || got.https != "" {
			t.Errorf("got %+v", got)
		}
		if got := parseGNOME(strings.Replace(gnomeProxies, "'manual'", "'auto'", 1)); !got.auto.detect {
			t.Errorf("without a script's address: got %+v, want one that is looked for", got)
		}
	})
}

func TestEnvironmentProxy(t *testing.T) {
	system := proxySettings{http: "system.example:1", https: "system.example:1"}
	for name, test := range map[string]struct {
		environment   map[string]string
		address, want string
	}{
		"https_proxy":                      {map[string]string{"HTTPS_PROXY": "http://p.example:3128"}, "https://api.example", "http://p.example:3128"},
		"lower_case":                       {map[string]string{"https_proxy": "p.example:3128"}, "https://api.example", "http://p.example:3128"},
		"all_proxy":                        {map[string]string{"ALL_PROXY": "http://p.example:3128"}, "https://api.example", "http://p.example:3128"},
		"all_proxy_in_lower_case":          {map[string]string{"all_proxy": "socks5h://p.example:1080"}, "https://api.example", "socks5h://p.example:1080"},
		"all_proxy_as_gnome_writes_it":     {map[string]string{"ALL_PROXY": "socks://p.example:1080/"}, "https://api.example", "socks5://p.example:1080/"},
		"all_proxy_after_the_kinds_own":    {map[string]string{"ALL_PROXY": "socks5://s.example:1", "HTTPS_PROXY": "http://p.example:1"}, "https://api.example", "http://p.example:1"},
		"environment_before_system":        {map[string]string{"HTTP_PROXY": "http://p.example:1"}, "https://api.example", "direct"},
		"system_without_environment":       {nil, "https://api.example", "http://system.example:1"},
		"no_proxy_of_a_domain":             {map[string]string{"HTTPS_PROXY": "http://p.example:1", "NO_PROXY": "corp.example"}, "https://a.corp.example", "direct"},
		"no_proxy_of_subdomains":           {map[string]string{"HTTPS_PROXY": "http://p.example:1", "NO_PROXY": ".corp.example"}, "https://corp.example", "http://p.example:1"},
		"no_proxy_of_a_network":            {map[string]string{"HTTPS_PROXY": "http://p.example:1", "NO_PROXY": "10.0.0.0/8"}, "https://10.3.3.3", "direct"},
		"no_proxy_of_a_port":               {map[string]string{"HTTPS_PROXY": "http://p.example:1", "NO_PROXY": "api.example:8443"}, "https://api.example:8443", "direct"},
		"no_proxy_in_lower_case":           {map[string]string{"https_proxy": "http://p.example:1", "no_proxy": "*"}, "https://api.example", "direct"},
		"no_proxy_before_the_systems":      {map[string]string{"NO_PROXY": "api.example"}, "https://api.example", "direct"},
		"no_proxy_of_another":              {map[string]string{"NO_PROXY": "other.example"}, "https://api.example", "http://system.example:1"},
		"loopback_past_the_systems":        {nil, "https://127.0.0.1:8480", "direct"},
		"loopback_past_the_environments":   {map[string]string{"HTTPS_PROXY": "http://p.example:1"}, "https://localhost:8480", "direct"},
		"of_a_kind_that_is_not_spoken":     {map[string]string{"ALL_PROXY": "socks4://p.example:1080"}, "https://api.example", "error"},
		"that_is_no_address":               {map[string]string{"HTTPS_PROXY": "http://p.example:port"}, "https://api.example", "error"},
		"with_an_impossible_port":          {map[string]string{"HTTPS_PROXY": "http://p.example:70000"}, "https://api.example", "error"},
		"with_a_user_whose_password_stays": {map[string]string{"HTTPS_PROXY": "http://ada:secret@p.example:1"}, "https://api.example", "http://ada:xxxxx@p.example:1"},
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
		s.at = s.at.Add(proxyKept - time.Second)
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
		s.err = errors.New("no answer")
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
		s.at = s.at.Add(autoProxyWait)
		proxyText(t, api, s.proxyFor)
		s.settings.auto.script = "http://wpad/other.pac"
		s.at = s.at.Add(proxyKept)
		proxyText(t, api, s.proxyFor)
		if s.asked != 3 {
			t.Errorf("asked %d times; want again after a while, and at once for another script", s.asked)
		}
	})
}

// connectProxy is a proxy that tunnels every CONNECT to one server, for those who bring the credentials it wants.
type connectProxy struct {
	*httptest.Server
	wants string

	mu    sync.Mutex
	asked []string
}

func newConnectProxy(t *testing.T, to, wants string) *connectProxy {
	t.Helper()
	p := &connectProxy{wants: wants}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked = append(p.asked, r.Method+" "+r.Host)
		p.mu.Unlock()
		given := strings.TrimPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
		if p.wants != "" && given != base64.StdEncoding.EncodeToString([]byte(p.wants)) {
			w.Header().Set("Proxy-Authenticate", `Basic realm="corp"`)
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		tunnel(w, to)
	}))
	t.Cleanup(p.Close)
	return p
}

func tunnel(w http.ResponseWriter, to string) {
	server, err := net.Dial("tcp", to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	fmt.Fprint(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() { _, _ = io.Copy(server, client); server.Close() }()
	_, _ = io.Copy(client, server)
}

func (p *connectProxy) calls() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.asked...)
}

func TestProxyConnect(t *testing.T) {
	api := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close")
		reply(w, 200, map[string]any{})
	}))
	t.Cleanup(api.Close)
	roots := x509.NewCertPool()
	roots.AddCert(api.Certificate())
	to := api.Listener.Addr().String()
	// The certificate of httptest is for example.com, which is reached through the proxy alone.
	newClient := func(proxyFor func(*url.URL) (*url.URL, error)) *http.Client {
		transport := &http.Transport{
			Proxy: func(r *http.Request) (*url.URL, error) { return proxyFor(r.URL) }, TLSClientConfig: &tls.Config{RootCAs: roots},
		}
		t.Cleanup(transport.CloseIdleConnections)
		return &http.Client{Transport: transport}
	}
	get := func(client *http.Client) error {
		response, err := client.Get("https://example.com/v1/me")
		if err == nil {
			response.Body.Close()
		}
		return err
	}
	t.Run("carries_the_apps_calls", func(t *testing.T) {
		withoutProxies(t)
		proxy := newConnectProxy(t, to, "")
		t.Setenv("HTTPS_PROXY", proxy.URL)
		client := newAPIClient("https://example.com", "1", roots, silentLog)
		if err := client.do(t.Context(), request{method: http.MethodGet, path: "/v1/me"}); err != nil {
			t.Fatal(err)
		}
		if calls := proxy.calls(); len(calls) != 1 || calls[0] != "CONNECT example.com:443" {
			t.Errorf("the proxy saw %q", calls)
		}
	})
	t.Run("wants_credentials", func(t *testing.T) {
		withoutProxies(t)
		proxy := newConnectProxy(t, to, "ada:p@ss")
		t.Setenv("HTTPS_PROXY", proxy.URL)
		if err := get(newClient(systemProxies.proxyFor)); err == nil || !strings.Contains(err.Error(), "Proxy Authentication Required") {
			t.Errorf("without credentials: got %v", err)
		}
		t.Setenv("HTTPS_PROXY", strings.Replace(proxy.URL, "http://", "http://ada:p%40ss@", 1))
		if err := get(newClient(systemProxies.proxyFor)); err != nil {
			t.Errorf("with credentials: got %v", err)
		}
	})
	t.Run("follows_a_change_of_settings", func(t *testing.T) {
		office, home := newConnectProxy(t, to, ""), newConnectProxy(t, to, "")
		s := newSettledProxies(t)
		client := newClient(s.proxyFor)
		s.settings.https = office.Listener.Addr().String()
		first := get(client)
		s.settings.https = home.Listener.Addr().String()
		s.at = s.at.Add(proxyKept)
		second := get(client)
		if first != nil || second != nil || len(office.calls()) != 1 || len(home.calls()) != 1 {
			t.Errorf("got %v and %v; the first proxy saw %q, the second %q", first, second, office.calls(), home.calls())
		}
	})
}

func FuzzProxySettings(f *testing.F) {
	f.Add("http=a:1;https=b:2;socks=c:3", "<local>;10.*;*.corp", "api.example")
	f.Add(macOSProxies, "", "nas.local")
	f.Add(gnomeProxies, "", "x.example:8443")
	f.Fuzz(func(t *testing.T, text, exceptions, host string) {
		target, err := url.Parse("https://" + host)
		if err != nil {
			return
		}
		for name, settings := range map[string]proxySettings{
			"WinINET": parseWinINET(text, exceptions), "scutil": parseScutil(text), "GNOME": parseGNOME(text),
		} {
			proxy, err := settings.proxyFor(target)
			if err != nil || proxy == nil {
				continue
			}
			if kind := proxy.Scheme; kind != "http" && kind != "https" && kind != "socks5" && kind != "socks5h" || proxy.Hostname() == "" {
				t.Errorf("%s: %q became the proxy %q", name, text, proxy)
			}
		}
	})
}
