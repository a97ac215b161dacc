package portal

import (
	"net"
	"strings"
)

// Loopback reports whether host, a name or an address without port and brackets, is this computer itself.
func Loopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
