package customersync

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// The rules for base URLs that admins set over the API. The server runs inside the operator's network, so it must not
// call a host that only that network can reach: neither in the test nor in a later run, when the name may resolve to
// another address. The operator, who has access to that network, may set any base URL by command.

// specialBlocks are the blocks of special addresses that IsGlobalUnicast and IsPrivate do not exclude.
// https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry; 168.63.129.16 is where
// Azure's virtual machines find their host.
var specialBlocks = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

// publicV6 is the part of IPv6 that is allocated to the public. Addresses that embed an IPv4 address are outside of it
// or in specialBlocks.
var publicV6 = netip.MustParsePrefix("2000::/3")

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

// public reports whether an address belongs to the public internet.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && !publicV6.Contains(a) {
		return false
	}
	return !slices.ContainsFunc(specialBlocks, func(p netip.Prefix) bool { return p.Contains(a) })
}

// newPublicClient returns a client that connects to public addresses of other machines only. It checks the address
// after name resolution, so that a name cannot resolve to one address for the check and to another for the call. It
// uses no proxy, because a proxy resolves names itself, and follows no redirect.
func newPublicClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	transport.ResponseHeaderTimeout = 2 * time.Minute
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, ControlContext: refusePrivate}
	transport.DialContext = dialer.DialContext
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return errRedirect }}
}

var errRedirect = errors.New("redirect refused")

// refusePrivate refuses to connect to an address that is not public. The error is that of a host that does not exist,
// so that it does not show which names the operator's network knows.
func refusePrivate(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err == nil && callable(to.Addr(), own) {
		return nil
	}
	return &net.DNSError{Err: "not a public address", IsNotFound: true}
}

// callable reports whether an address is public and belongs to another machine; this machine may have public ones too.
func callable(a netip.Addr, own func(netip.Addr) bool) bool { return public(a) && !own(a) }

// own reports whether an address is one of this machine's. If they cannot be listed, it returns true.
func own(a netip.Addr) bool {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	return slices.ContainsFunc(all, func(one net.Addr) bool {
		prefix, err := netip.ParsePrefix(one.String())
		return err == nil && prefix.Addr().Unmap() == a.Unmap().WithZone("")
	})
}

// checkAddress returns Invalid for a base URL that an admin may not set, by its text alone, and reports whether calls
// must be limited to the public internet. The product's own host is not limited, because the operator's network may
// reach it through a proxy; nor is any host if the operator allows private ones, as on a developer's machine.
func (s *Service) checkAddress(product portal.Product, baseURL string) (publicOnly bool, err error) {
	wanted, err := url.Parse(baseURL)
	if err != nil || wanted.Host == "" || wanted.Hostname() == "" {
		return false, portal.InvalidField("base_url", "The base URL must look like %s.", product.BaseURL)
	}
	if own, err := url.Parse(product.BaseURL); err == nil && wanted.Scheme == own.Scheme && strings.EqualFold(wanted.Host, own.Host) {
		return false, nil
	}
	if s.config.AllowPrivate {
		return false, nil
	}
	host := strings.TrimSuffix(strings.ToLower(wanted.Hostname()), ".")
	address, addressErr := netip.ParseAddr(host)
	isAddress := addressErr == nil
	switch {
	case wanted.Scheme != "https":
		return false, portal.InvalidField("base_url", "The base URL must begin with https://.")
	case isAddress && !public(address) || !isAddress && (host == "localhost" || !strings.Contains(host, ".")):
		return false, portal.InvalidField("base_url",
			"The base URL must name a host on the public internet. For another, ask the operator of the portal's server.")
	}
	return true, nil
}

// hidePort replaces the errors of a connection that fails before the host responds by one, if an admin has set the host
// and a port other than 443: different errors would show which ports are open.
func hidePort(publicOnly bool, baseURL string, err error) error {
	var call *connector.CallError
	named, parseErr := url.Parse(baseURL)
	if !publicOnly || !errors.As(err, &call) || parseErr != nil || named.Port() == "" || named.Port() == "443" {
		return err
	}
	switch call.Code {
	case connector.Unreachable, connector.TimedOut, connector.Insecure:
		return connector.CallErrorf(connector.Unreachable, "%s does not respond as a product does. Check the base URL and its port.", named.Host)
	}
	return err
}

// httpFor returns the HTTP client for a connection.
func (s *Service) httpFor(publicOnly bool) *http.Client {
	if publicOnly {
		return s.public
	}
	return s.config.HTTPClient
}
