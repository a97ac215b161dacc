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

// Where an admin may make the server call. The portal's server stands inside the operator's network, so a base URL that
// somebody names over the API must not reach what only that network can: neither at the time of the test nor at any
// later run, whatever its name resolves to by then. The operator, who has a shell there anyway, may name any.

// notPublic are the blocks of special addresses that IsGlobalUnicast and IsPrivate let pass.
// https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry; 168.63.129.16 is where Azure's
// virtual machines find their host.
var notPublic = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

// publicV6 is all of IPv6 that is given out to the public; what embeds an IPv4 address lies outside or in notPublic.
var publicV6 = netip.MustParsePrefix("2000::/3")

func prefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		all[i] = netip.MustParsePrefix(text)
	}
	return all
}

// public reports whether an address is one of the public internet.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && !publicV6.Contains(a) {
		return false
	}
	return !slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(a) })
}

// newPublicClient makes a client that connects to public addresses of other machines alone. It looks at the address itself,
// after names were resolved, so that a name cannot resolve to one thing for the check and to another for the call; it uses
// no proxy, which would resolve names by itself; and it follows no redirect.
func newPublicClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	transport.ResponseHeaderTimeout = 2 * time.Minute
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, ControlContext: refuseOthers}
	transport.DialContext = dialer.DialContext
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return errRedirect }}
}

var errRedirect = errors.New("redirect refused")

// refuseOthers ends a connection to an address that is not public, before it begins. It looks like a host that does not
// exist, so that nobody learns by it which names the operator's network knows.
func refuseOthers(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err == nil && callable(to.Addr(), own) {
		return nil
	}
	return &net.DNSError{Err: "not a public address", IsNotFound: true}
}

// callable reports whether an address is public, and another machine's: own may have public ones too.
func callable(a netip.Addr, own func(netip.Addr) bool) bool { return public(a) && !own(a) }

// own reports whether an address is one of this machine's. Where they cannot be listed, any may be.
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

// checkAddress refuses a base URL an admin may not name, by its text alone, and reports whether it may lead to the
// public internet only. The product's own host may be reached however the operator's network does that, and any host
// where the operator allows private ones: on a developer's machine.
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

// veiled makes one error of all that can go wrong before a host answers, where an admin has named the host and a port
// other than https's own: the different ones would show which ports are open.
func veiled(publicOnly bool, baseURL string, err error) error {
	var call *connector.CallError
	named, parseErr := url.Parse(baseURL)
	if !publicOnly || !errors.As(err, &call) || parseErr != nil || named.Port() == "" || named.Port() == "443" {
		return err
	}
	switch call.Code {
	case connector.Unreachable, connector.TimedOut, connector.Insecure:
		return connector.CallErrorf(connector.Unreachable, "%s does not answer as a product does. Check the base URL and its port.", named.Host)
	}
	return err
}

// httpFor answers the client that a connection may be called with.
func (s *Service) httpFor(publicOnly bool) *http.Client {
	if publicOnly {
		return s.public
	}
	return s.config.HTTPClient
}
