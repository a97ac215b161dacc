package desktop

import (
	"net/url"
	"strings"

	"fs-client-portal/backend/portal"
)

// Causes of code offline: no HTTP response arrived from the portal's address.
const (
	causeUntrusted    = "certificate_untrusted"
	causeExpired      = "certificate_expired"
	causeNotYetValid  = "certificate_not_yet_valid"
	causeWrongName    = "certificate_wrong_name"
	causeOldTLS       = "tls_too_old"
	causeClientCert   = "client_certificate_required"
	causeNoTLS        = "tls_failed"
	causeProxyAuth    = "proxy_authentication"
	causeProxyDown    = "proxy_unreachable"
	causeProxyRefused = "proxy_refused"
	causeProxyFailed  = "proxy_failed"
	causeUnknownName  = "name_not_found"
	causeNoLookup     = "name_lookup_failed"
	causeRefused      = "connection_refused"
	causeNoNetwork    = "no_network"
	causeBroken       = "connection_broken"
	causeTimeout      = "timeout"
	causeUnreachable  = "unreachable"
)

// Causes of code unavailable: something replied that is not the portal's API.
const (
	causeCaptive      = "captive_portal"
	causeMoved        = "address_moved"
	causeWrongAddress = "wrong_address"
	causeGateway      = "gateway"
	causeIntermediary = "intermediary"
)

// causeMessages tell the user what happened and what to do. {host} is the portal's host; {other} is the proxy, the
// certificate's issuer or name, or the host of a redirect; {status}, {from}, {until} and {now} are facts.
var causeMessages = map[string]string{
	causeUntrusted: "{host} uses a certificate of {other}, which this computer does not trust. If this is a guest network, " +
		"sign in to it with a browser first. In a company network that inspects traffic, ask your IT to set CaFile for this app.",
	causeExpired: "The certificate of {host} was valid until {until}, and this computer's clock says {now}. Check date and " +
		"time on this computer. If they are right, tell the operator of the portal to renew the certificate.",
	causeNotYetValid: "The certificate of {host} is valid from {from} on, and this computer's clock says {now}. The clock is " +
		"probably wrong: set date and time, then try again.",
	causeWrongName: "The server at {host} uses a certificate for {other}. Check the address for typing errors. If it is right, " +
		"ask your IT: another server may be responding in this network.",
	causeOldTLS: "{host} offers only outdated encryption, older than TLS 1.2. Ask your IT to update the server, or the proxy " +
		"in front of it.",
	causeClientCert: "{host} lets in only computers with a client certificate, and this app has none. Ask your IT for an " +
		"address of the portal that does not ask for one.",
	causeNoTLS: "{host} and this app could not agree on an encrypted connection. Check the address and its port. If they are " +
		"right, ask your IT whether a firewall or proxy changes the traffic.",
	causeProxyAuth: "The proxy {other} asks for a user name and password, and this app has none for it. Ask your IT to let the " +
		"app through the proxy.",
	causeProxyDown: "The proxy {other} of this computer's settings cannot be reached. Connect to the company network or VPN, or " +
		"ask your IT whether the proxy settings are right.",
	causeProxyRefused: "The proxy {other} does not connect this app to {host} (HTTP {status}). Ask your IT to allow it.",
	causeProxyFailed: "The proxy {other} could not connect this app to {host}. Check the portal's address. If it is right, ask your " +
		"IT whether the proxy can reach it.",
	causeUnknownName: "No server with the name {host} is known in this network. Check the address for typing errors. If the " +
		"portal is reached by VPN, connect it and try again.",
	causeNoLookup: "The name {host} could not be looked up. Check this computer's network connection and VPN, then try again.",
	causeRefused: "{host} refuses connections. Check the address and its port. If they are right, the portal may be " +
		"restarting: try again in a few minutes.",
	causeNoNetwork: "There is no way from this computer to {host}. Check the network connection and VPN, then try again.",
	causeBroken: "The connection to {host} broke before the portal replied. Try again. If it happens again, ask your IT " +
		"whether a firewall or VPN closes it.",
	causeTimeout: "{host} did not reply in time. Check the network connection, then try again. If everything else is fast, " +
		"the portal may be busy: wait a few minutes.",
	causeUnreachable: "The portal cannot be reached. Check the network connection and try again.",

	causeCaptive: "A web page came instead of the portal's reply. If this network asks you to sign in, as in a hotel or a train, " +
		"open a browser and do that first. Otherwise check the portal's address.",
	causeMoved: "{host} redirects to {other}. If the portal has moved, enter its new address or ask your administrator for it. If " +
		"{other} is a sign-in page of this network, open it in a browser first.",
	causeWrongAddress: "{host} replied, but there is no portal at this address (HTTP {status}). Check the address, also what " +
		"follows the host's name.",
	causeGateway: "A gateway in front of the portal replied with HTTP {status}: the portal behind it is not available. Try " +
		"again in a few minutes.",
	causeIntermediary: "Something between you and the portal replied with HTTP {status}, not the portal itself. Connect your " +
		"VPN if you need one, or ask your IT to let this app through.",
}

// finding is a cause with the facts for its text. evidence is for the log alone.
type finding struct {
	cause, other, evidence string
	// address is shown instead of the portal's own address, for example the proxy's.
	address string
	status  string
	from    string
	until   string
	now     string
}

// problem returns the Problem of a finding about the API at base, a URL or "".
func (f finding) problem(code portal.Code, base string) *Problem {
	host := "The portal's server"
	if u, err := url.Parse(base); err == nil && u.Host != "" {
		host = u.Host
	}
	other := f.other
	if other == "" {
		other = "an unknown source"
	}
	fill := strings.NewReplacer("{host}", host, "{other}", other, "{status}", f.status,
		"{from}", f.from, "{until}", f.until, "{now}", f.now)
	what, next := inSentences(causeMessages[f.cause])
	p := problem(code, fill.Replace(what+" "+next))
	p.happened, p.remedy = fill.Replace(what), fill.Replace(next)
	p.Cause, p.evidence = f.cause, f.evidence
	if p.Address = f.address; p.Address == "" {
		p.Address = originOf(base)
	}
	return p
}

// inSentences splits a message for the user into what happened, its first sentence, and what to do.
func inSentences(message string) (what, next string) {
	what, next, more := strings.Cut(message, ". ")
	if more {
		what += "."
	}
	return what, next
}

// originOf returns scheme, host and port of a URL, without the parts that may be personal or secret.
func originOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
