package desktop

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"path"
	"strings"
)

// proxySettings are a system's settings for proxies.
type proxySettings struct {
	// http and https are the proxies for addresses of that kind, socks that for kinds without one of their own: host and
	// port, perhaps with a scheme and a user.
	http, https, socks string
	exceptions         proxyExceptions
	auto               autoProxy
}

// autoProxy means that a script chooses the proxy: the one at an address, or one found in the network.
type autoProxy struct {
	script string
	detect bool
}

func (a autoProxy) on() bool { return a.detect || a.script != "" }

// proxyFor returns the proxy for an address; nil for none.
func (s proxySettings) proxyFor(target *url.URL) (*url.URL, error) {
	address, scheme := s.http, "http"
	if target.Scheme == "https" {
		address = s.https
	}
	if address == "" {
		address, scheme = s.socks, "socks5"
	}
	if address == "" || s.exceptions.match(target) {
		return nil, nil
	}
	if !strings.Contains(address, "://") {
		address = scheme + "://" + address
	}
	proxy, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the system's proxy setting is not the address of a proxy")
	}
	return usableProxy(proxy)
}

// proxyExceptions are the hosts that are reached directly, in the ways Windows, macOS and GNOME write them.
type proxyExceptions struct {
	list []string
	// simple makes names without a dot exceptions.
	simple bool
	// domains reports whether a plain name also matches its subdomains, as in GNOME.
	domains bool
}

func (e proxyExceptions) match(target *url.URL) bool {
	host := strings.TrimSuffix(strings.ToLower(target.Hostname()), ".")
	if e.simple && isSimple(host) {
		return true
	}
	for _, exception := range e.list {
		if e.matchOne(strings.ToLower(strings.TrimSpace(exception)), host, target) {
			return true
		}
	}
	return false
}

func isSimple(host string) bool { return !strings.ContainsAny(host, ".:") }

func (e proxyExceptions) matchOne(exception, host string, target *url.URL) bool {
	if exception == "<local>" {
		return isSimple(host)
	}
	if scheme, rest, found := strings.Cut(exception, "://"); found {
		if scheme != target.Scheme {
			return false
		}
		exception = rest
	}
	if network, ok := networkOf(exception); ok {
		address, err := netip.ParseAddr(host)
		return err == nil && network.Contains(address.Unmap())
	}
	name, port := splitException(exception)
	if name == "" || port != "" && port != targetPort(target) {
		return false
	}
	switch {
	case strings.Contains(name, "*"):
		return globMatches(name, host)
	case strings.HasPrefix(name, "."):
		return strings.HasSuffix(host, name) || e.domains && host == name[1:]
	case e.domains && strings.HasSuffix(host, "."+name):
		return net.ParseIP(host) == nil
	}
	return host == name || sameAddress(host, name)
}

func sameAddress(a, b string) bool {
	first, err := netip.ParseAddr(a)
	if err != nil {
		return false
	}
	second, err := netip.ParseAddr(b)
	return err == nil && first.Unmap() == second.Unmap()
}

// networkOf reads a network such as 10.0.0.0/8, fe80::/10 or, as macOS writes it, 169.254/16.
func networkOf(text string) (netip.Prefix, bool) {
	address, bits, found := strings.Cut(text, "/")
	if !found {
		return netip.Prefix{}, false
	}
	address = strings.TrimSuffix(strings.TrimPrefix(address, "["), "]")
	if !strings.Contains(address, ":") {
		for strings.Count(address, ".") < 3 {
			address += ".0"
		}
	}
	network, err := netip.ParsePrefix(address + "/" + bits)
	return network, err == nil
}

// splitException removes the port from host:port and the brackets from an IPv6 address.
func splitException(exception string) (name, port string) {
	if strings.HasPrefix(exception, "[") || strings.Count(exception, ":") == 1 {
		if host, port, err := net.SplitHostPort(exception); err == nil {
			return host, port
		}
	}
	return strings.TrimSuffix(strings.TrimPrefix(exception, "["), "]"), ""
}

func targetPort(target *url.URL) string {
	if port := target.Port(); port != "" {
		return port
	}
	return map[string]string{"https": "443", "http": "80"}[target.Scheme]
}

// globMatches reports whether host matches pattern. An asterisk matches any text, dots included.
func globMatches(pattern, host string) bool {
	// In path.Match an asterisk ends at a slash, which no host has.
	escaped := strings.NewReplacer(`\`, `\\`, "?", `\?`, "[", `\[`).Replace(pattern)
	matched, err := path.Match(escaped, host)
	return err == nil && matched
}
