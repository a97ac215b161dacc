package desktop

import (
	"net/http"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/net/http/httpproxy"
)

// systemProxy answers the proxy for a request: the environment's where it names one, else the system's own.
func systemProxy(r *http.Request) (*url.URL, error) {
	return proxyConfig().ProxyFunc()(r.URL)
}

var proxyConfig = sync.OnceValue(func() *httpproxy.Config {
	config := httpproxy.FromEnvironment()
	if config.HTTPProxy == "" && config.HTTPSProxy == "" {
		if system := readSystemProxy(); system != nil {
			config = system
		}
	}
	return config
})

// parseWinINet reads the three registry values Windows keeps its proxy in: "host:port" for everything or
// "http=host:port;https=host:port", and exceptions such as "*.corp.example;10.*;<local>".
func parseWinINet(server, exceptions string) *httpproxy.Config {
	config := &httpproxy.Config{HTTPProxy: server, HTTPSProxy: server}
	if strings.Contains(server, "=") {
		config.HTTPProxy, config.HTTPSProxy = "", ""
		for part := range strings.SplitSeq(server, ";") {
			switch scheme, address, _ := strings.Cut(strings.TrimSpace(part), "="); scheme {
			case "http":
				config.HTTPProxy = address
			case "https":
				config.HTTPSProxy = address
			}
		}
	}
	config.NoProxy = noProxyList(strings.Split(exceptions, ";"))
	return config
}

// noProxyList turns wildcards into the suffixes that httpproxy knows.
func noProxyList(exceptions []string) string {
	var list []string
	for _, exception := range exceptions {
		exception = strings.TrimSpace(exception)
		if exception == "" || exception == "<local>" {
			continue
		}
		list = append(list, strings.TrimPrefix(exception, "*"))
	}
	return strings.Join(list, ",")
}

// parseScutil reads what macOS' `scutil --proxy` prints: "HTTPSEnable : 1", "HTTPSProxy : host", …
func parseScutil(output string) *httpproxy.Config {
	values := map[string]string{}
	var exceptions []string
	inExceptions := false
	for line := range strings.Lines(output) {
		key, value, found := strings.Cut(strings.TrimSpace(line), " : ")
		switch {
		case key == "ExceptionsList":
			inExceptions = true
		case inExceptions && !found:
			inExceptions = false
		case inExceptions:
			exceptions = append(exceptions, value)
		case found:
			values[key] = value
		}
	}
	address := func(scheme string) string {
		if values[scheme+"Enable"] != "1" || values[scheme+"Proxy"] == "" {
			return ""
		}
		if port := values[scheme+"Port"]; port != "" {
			return values[scheme+"Proxy"] + ":" + port
		}
		return values[scheme+"Proxy"]
	}
	return &httpproxy.Config{HTTPProxy: address("HTTP"), HTTPSProxy: address("HTTPS"), NoProxy: noProxyList(exceptions)}
}
