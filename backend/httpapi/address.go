package httpapi

import (
	"net/http"
	"net/netip"
	"strings"
)

// siteBits is the prefix length of an IPv6 site. All addresses of a site belong to one holder.
const siteBits = 64

// addressKey returns the key under which requests of an address are counted.
func addressKey(address netip.Addr) string {
	if address.Is6() {
		if site, err := address.Prefix(siteBits); err == nil {
			return site.String()
		}
	}
	return address.String()
}

// callerAddress returns the client address of a request. If the peer is a trusted proxy, that is the rightmost address
// in X-Forwarded-For that is not a trusted proxy; everything to its left, and the whole header of any other peer, can
// be forged and is ignored. Where a trusted proxy sends no valid address, callerAddress returns the last valid one.
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

// parseHop parses an address with or without a port or brackets. An IPv4-mapped IPv6 address becomes its IPv4 address.
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
