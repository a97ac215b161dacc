package desktop

import (
	"net"
	"net/netip"
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/idna"
)

// normalAddress returns the normal form of an API's address: lower case, the host in punycode without a trailing dot,
// no default port, no trailing slash. ok is false if the host is not a valid name.
func normalAddress(u *url.URL) (address string, ok bool) {
	scheme := strings.ToLower(u.Scheme)
	host, ok := normalHost(u.Hostname())
	if !ok {
		return "", false
	}
	if port := strings.TrimLeft(u.Port(), "0"); port != "" && port != usualPort(scheme) {
		host = net.JoinHostPort(strings.Trim(host, "[]"), port)
	}
	return scheme + "://" + host + normalPath(u.EscapedPath()), true
}

func normalHost(name string) (host string, ok bool) {
	if ip, err := netip.ParseAddr(name); err == nil {
		if ip = ip.Unmap(); ip.Is6() {
			return "[" + ip.String() + "]", true
		}
		return ip.String(), true
	}
	ascii, err := hostForms.ToASCII(name)
	ascii = strings.TrimSuffix(ascii, ".")
	return strings.ToLower(ascii), err == nil && ascii != ""
}

// hostForms maps names as browsers do. Underscores are no letters of a host's name, yet some networks' names have them.
var hostForms = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

func usualPort(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}

func normalPath(escaped string) string {
	if escaped == "" {
		return ""
	}
	return strings.TrimRight(path.Clean("/"+escaped), "/")
}

// normalOrigin returns scheme, host and port of an address in normal form, or "" if it is not an address.
func normalOrigin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	normal, ok := normalAddress(&url.URL{Scheme: u.Scheme, Host: u.Host})
	if !ok {
		return ""
	}
	return normal
}

// sameOrigin reports whether two addresses lead to the same scheme, host and port.
func sameOrigin(a, b string) bool {
	origin := normalOrigin(a)
	return origin != "" && origin == normalOrigin(b)
}

// accountOf returns the keyring's account for an API: its host, with the port unless it is the default one.
func accountOf(address string) string {
	_, host, _ := strings.Cut(normalOrigin(address), "://")
	return host
}

// formerAccounts returns the accounts that a version of the app that did not normalise addresses may have used.
func formerAccounts(account, address string) []string {
	scheme, _, _ := strings.Cut(normalOrigin(address), "://")
	host, port, err := net.SplitHostPort(account)
	if err != nil {
		host, port = account, ""
	}
	spellings := []string{host, host + "."}
	if readable, err := idna.Display.ToUnicode(host); err == nil && readable != host {
		spellings = append(spellings, readable, readable+".")
	}
	var former []string
	for _, spelling := range spellings {
		if port != "" {
			former = append(former, net.JoinHostPort(spelling, port))
			continue
		}
		former = append(former, spelling, spelling+":"+usualPort(scheme))
	}
	return former[1:]
}
