package desktop

import (
	"net/url"
	"strings"
	"testing"
)

// macOSProxies is `scutil --proxy` with a VPN up: the outermost dictionary holds, the section of each interface does
// not.
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
org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', '::1', 'corp.example', '*.star.example', '10.0.0.0/8', ` +
	`"it's", 'x.example:8443', 'fd00::/8']
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
		"one_for_all": {everything, "", "https://api.example", proxied},
		"list_by_scheme": {"http=a.example:1;https=b.example:2;ftp=c.example:3", "",
			"https://api.example", "http://b.example:2"},
		"list_by_scheme_with_blanks": {"http=a.example:1 https=b.example:2", "", "https://api.example", "http://b.example:2"},
		"list_in_upper_case":         {"HTTPS=b.example:2", "", "https://api.example", "http://b.example:2"},
		"list_without_ours":          {"http=a.example:1;ftp=c.example:3", "", "https://api.example", "direct"},
		"list_with_socks": {"http=a.example:1;socks=s.example:1080", "", "https://api.example",
			"socks5://s.example:1080"},
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
		"brackets_within_are_no_pattern":    {everything, "a[a-z]i.*", "https://api.example", proxied},
		"question_mark_is_no_pattern":       {everything, "a?i.*", "https://api.example", proxied},
		"port_of_plain_http":                {"http=a.example:1", "a.corp:80", "http://a.corp", "direct"},
		"port_of_https":                     {everything, "a.corp:443", "https://a.corp", "direct"},
		"ipv4_within_ipv6":                  {everything, "10.0.0.0/8", "https://[::ffff:10.1.2.3]", "direct"},
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
	t.Run("lists_that_are_no_exceptions", func(t *testing.T) {
		settings := parseScutil(strings.Replace(macOSProxies, "  ExcludeSimple",
			"  SupplementalMatchDomains : <array> {\n    0 : api.example\n  }\n  ExcludeSimple", 1))
		if got := proxyText(t, "https://api.example", settings.proxyFor); got != "http://proxy.example:3129" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("without_port", func(t *testing.T) {
		for _, port := range []string{"HTTPSPort : 0", ""} {
			settings := parseScutil(strings.Replace(macOSProxies, "HTTPSPort : 3129", port, 1))
			if got := proxyText(t, "https://api.example", settings.proxyFor); got != "http://proxy.example" {
				t.Errorf("%q: got %s", port, got)
			}
		}
	})
	t.Run("automatic", func(t *testing.T) {
		if parseScutil(macOSProxies).auto.on() {
			t.Error("an interface's script was taken for the system's")
		}
		script := parseScutil("<dictionary> {\n  ProxyAutoConfigEnable : 1\n" +
			"  ProxyAutoConfigURLString : http://wpad/x.pac\n  ProxyAutoDiscoveryEnable : 1\n}\n").auto
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
		"mode_unknown":      {"'manual'", "'somehow'", "direct"},
		"mode_not_set":      {"org.gnome.system.proxy mode 'manual'\n", "", "direct"},
		"ipv6_in_brackets":  {"'proxy.example'", "'[2001:db8::5]'", "http://[2001:db8::5]:3128"},
		"ipv6":              {"'proxy.example'", "'2001:db8::5'", "http://[2001:db8::5]:3128"},
	} {
		t.Run(name, func(t *testing.T) {
			settings := parseGNOME(strings.Replace(gnomeProxies, test.old, test.new, 1))
			if got := proxyText(t, "https://api.example", settings.proxyFor); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	t.Run("exceptions", func(t *testing.T) {
		for name, test := range map[string]struct{ exception, address, want string }{
			"leading_dot_of_a_domain_itself": {"'.corp.test'", "https://corp.test", "direct"},
			"leading_dot_of_a_subdomain":     {"'.corp.test'", "https://a.corp.test", "direct"},
			"blanks_around":                  {"' corp.test '", "https://corp.test", "direct"},
			"upper_case":                     {"'Corp.Test'", "https://corp.test", "direct"},
			"end_of_an_address_is_no_domain": {"'3.4'", "https://1.2.3.4", "http://proxy.example:3128"},
			"escaped_quote":                  {`'it\'s', 'corp.test'`, "https://corp.test", "direct"},
			"escaped_letter":                 {`'cor\p.test'`, "https://corp.test", "direct"},
			"ipv4_network_of_ipv4_in_ipv6":   {"'10.0.0.0/8'", "https://[::ffff:10.1.2.3]", "direct"},
			"same_address_written_otherwise": {"'2001:DB8:0:0::1'", "https://[2001:db8::1]", "direct"},
			"none":                           {"", "https://corp.test", "http://proxy.example:3128"},
		} {
			t.Run(name, func(t *testing.T) {
				settings := parseGNOME(strings.Replace(gnomeProxies, "['localhost'", "["+test.exception+", 'localhost'", 1))
				if got := proxyText(t, test.address, settings.proxyFor); got != test.want {
					t.Errorf("got %s, want %s", got, test.want)
				}
			})
		}
	})
	t.Run("user_only_where_it_is_switched_on", func(t *testing.T) {
		settings := parseGNOME(strings.Replace(gnomeProxies, "use-authentication true", "use-authentication false", 1))
		if got := proxyText(t, "http://api.example", settings.proxyFor); got != "http://web.example:8080" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("socks_for_what_has_none", func(t *testing.T) {
		changed := strings.NewReplacer("https host 'proxy.example'", "https host ''", "socks host ''",
			"socks host 's.example'", "socks port 0", "socks port 1080")
		if got := proxyText(t, "https://api.example",
			parseGNOME(changed.Replace(gnomeProxies)).proxyFor); got != "socks5://s.example:1080" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("mode_auto", func(t *testing.T) {
		output := strings.NewReplacer("'manual'", "'auto'", "autoconfig-url ''",
			"autoconfig-url 'http://wpad/x.pac'").Replace(gnomeProxies)
		if got := parseGNOME(output); got.auto != (autoProxy{script: "http://wpad/x.pac"}) || got.https != "" {
			t.Errorf("got %+v", got)
		}
		if got := parseGNOME(strings.Replace(gnomeProxies, "'manual'", "'auto'", 1)); !got.auto.detect {
			t.Errorf("without a script's address: got %+v, want one that is looked for", got)
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
			if kind := proxy.Scheme; kind != "http" && kind != "https" && kind != "socks5" && kind != "socks5h" ||
				proxy.Hostname() == "" {
				t.Errorf("%s: %q became the proxy %q", name, text, proxy)
			}
		}
	})
}
