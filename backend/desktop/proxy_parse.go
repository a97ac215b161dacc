package desktop

import (
	"net"
	"net/url"
	"strings"
)

// parseWinINET parses Windows' proxy setting: "host:port" for everything or "http=host:port;https=host:port", and
// exceptions such as "*.corp.example;10.*;<local>". Semicolons and blanks separate both.
func parseWinINET(server, exceptions string) proxySettings {
	separator := func(r rune) bool { return r == ';' || r == ' ' || r == '\t' || r == '\r' || r == '\n' }
	settings := proxySettings{exceptions: proxyExceptions{list: strings.FieldsFunc(exceptions, separator)}}
	for _, entry := range strings.FieldsFunc(server, separator) {
		kind, address, found := strings.Cut(entry, "=")
		if !found {
			kind, address = "", entry
		}
		set := func(target *string) {
			if *target == "" {
				*target = address
			}
		}
		switch strings.ToLower(kind) {
		case "":
			set(&settings.http)
			set(&settings.https)
		case "http":
			set(&settings.http)
		case "https":
			set(&settings.https)
		case "socks":
			set(&settings.socks)
		}
	}
	return settings
}

// parseScutil parses the output of macOS' `scutil --proxy`: "HTTPSEnable : 1", "HTTPSProxy : host", … Only the
// outermost dictionary applies to every program; the inner ones belong to one network interface each.
func parseScutil(output string) proxySettings {
	values := map[string]string{}
	var exceptions []string
	var sections []string
	for line := range strings.Lines(output) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " : ")
		switch {
		case key == "}":
			sections = sections[:max(len(sections)-1, 0)]
		case strings.HasSuffix(strings.TrimSpace(line), " {"):
			sections = append(sections, key)
		case len(sections) == 1:
			values[key] = strings.TrimSpace(value)
		case len(sections) == 2 && sections[1] == "ExceptionsList":
			exceptions = append(exceptions, value)
		}
	}
	address := func(kind string) string {
		if values[kind+"Enable"] != "1" || values[kind+"Proxy"] == "" {
			return ""
		}
		return hostPort(values[kind+"Proxy"], values[kind+"Port"])
	}
	settings := proxySettings{
		http: address("HTTP"), https: address("HTTPS"), socks: address("SOCKS"),
		exceptions: proxyExceptions{list: exceptions, simple: values["ExcludeSimpleHostnames"] == "1"},
		auto:       autoProxy{detect: values["ProxyAutoDiscoveryEnable"] == "1"},
	}
	if values["ProxyAutoConfigEnable"] == "1" {
		settings.auto.script = values["ProxyAutoConfigURLString"]
	}
	return settings
}

// gnomeProxy is the schema of GNOME's settings, and the prefix of those for one kind of proxy.
const gnomeProxy = "org.gnome.system.proxy"

// parseGNOME parses the output of `gsettings list-recursively org.gnome.system.proxy`: "SCHEMA KEY VALUE" in each line.
// As in every browser, enabled and use-same-proxy are ignored, because no settings page sets them.
func parseGNOME(output string) proxySettings {
	values := map[string]string{}
	for line := range strings.Lines(output) {
		fields := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(fields) == 3 {
			values[strings.TrimPrefix(strings.TrimPrefix(fields[0], gnomeProxy), ".")+" "+fields[1]] = fields[2]
		}
	}
	text := func(key string) string { return firstText(gvariantTexts(values[key])) }
	switch text(" mode") {
	case "auto":
		script := text(" autoconfig-url")
		return proxySettings{auto: autoProxy{script: script, detect: script == ""}}
	case "manual":
	default:
		return proxySettings{}
	}
	address := func(kind string) string {
		host, port := text(kind+" host"), values[kind+" port"]
		if host == "" || port == "0" {
			return ""
		}
		return hostPort(host, port)
	}
	settings := proxySettings{
		http: address("http"), https: address("https"), socks: address("socks"),
		exceptions: proxyExceptions{list: gvariantTexts(values[" ignore-hosts"]), domains: true},
	}
	if settings.http != "" && values["http use-authentication"] == "true" {
		user := url.UserPassword(text("http authentication-user"), text("http authentication-password"))
		settings.http = "http://" + user.String() + "@" + settings.http
	}
	return settings
}

func firstText(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return texts[0]
}

// gvariantTexts parses a text or a list of texts in GLib's format: in single quotes, or in double quotes if the text
// contains a single one, with backslashes.
func gvariantTexts(printed string) []string {
	var texts []string
	var text strings.Builder
	quote, escaped := rune(0), false
	for _, c := range printed {
		switch {
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote == 0:
		case escaped:
			text.WriteRune(c)
			escaped = false
		case c == '\\':
			escaped = true
		case c == quote:
			texts = append(texts, text.String())
			text.Reset()
			quote = 0
		default:
			text.WriteRune(c)
		}
	}
	return texts
}

// hostPort joins host and port; an address of IPv6 needs brackets. Without a port the proxy's kind decides.
func hostPort(host, port string) string {
	host = strings.TrimSpace(host)
	if strings.Contains(host, "://") || port == "" || port == "0" {
		return host
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), port)
}
