package httpapi

import (
	"net/http"
	"net/netip"
	"strings"
)

// siteBits is how much of an IPv6 address names a site: its holder has all addresses below.
const siteBits = 64

// addressKey is what a caller's address counts under.
func addressKey(address netip.Addr) string {
	if address.Is6() {
		if site, err := address.Prefix(siteBits); err == nil {
			return site.String()
		}
	}
	return address.String()
}

// callerAddress answers whose request this is: who is connected, or, where that is a trusted proxy, the nearest
// address in X-Forwarded-For that is none. What stands left of it, and everything from anybody else, is what the caller
// claims. Where a proxy names nobody readable the request counts as the proxy's own.
func callerAddress(r *http.Request, trusted []netip.Prefix) netip.Addr {
	address, ok := parseHop(r.RemoteAddr)
	if !ok || !isTrusted(address, trusted) {
		return address
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, ok := parseHop(hops[i])
		if !ok {
			return address
		}
		if address = hop; !isTrusted(hop, trusted) {
			return address
		}
	}
	return address
}

func isTrusted(address netip.Addr, trusted []netip.Prefix) bool {
	for _, prefix := range trusted {
		if prefix.Contains(address) {
			return true
		}
	}
	return false
}

// parseHop reads an address as connections and proxies write it, with a port or without, in brackets or without. An
// IPv4 address inside IPv6 is the IPv4 address.
func parseHop(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if both, err := netip.ParseAddrPort(text); err == nil {
		return both.Addr().Unmap().WithZone(""), true
	}
	if inside, ok := strings.CutPrefix(text, "["); ok {
		text = strings.TrimSuffix(inside, "]")
	}
	address, err := netip.ParseAddr(text)
	return address.Unmap().WithZone(""), err == nil
}
