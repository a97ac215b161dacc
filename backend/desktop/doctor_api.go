package desktop

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"

	"fs-client-portal/backend/desktop/doctor"
	"fs-client-portal/backend/portal"
)

// apiChecks are the steps of a call of the API, in their order, and what its response tells.
var apiChecks = []string{doctor.Proxy, doctor.DNS, doctor.TCP, doctor.TLS, doctor.HTTP, doctor.API, doctor.Clock}

// stepOf is the step of a call that a cause belongs to. Other causes belong to the step that was under way.
var stepOf = map[string]string{
	causeProxyAuth: doctor.Proxy, causeProxyDown: doctor.Proxy, causeProxyRefused: doctor.Proxy, causeProxyFailed: doctor.Proxy,
	causeUnknownName: doctor.DNS, causeNoLookup: doctor.DNS,
	causeRefused: doctor.TCP, causeNoNetwork: doctor.TCP,
	causeUntrusted: doctor.TLS, causeExpired: doctor.TLS, causeNotYetValid: doctor.TLS, causeWrongName: doctor.TLS,
	causeOldTLS: doctor.TLS, causeClientCert: doctor.TLS, causeNoTLS: doctor.TLS,
	causeCaptive: doctor.HTTP, causeMoved: doctor.HTTP, causeWrongAddress: doctor.HTTP, causeGateway: doctor.HTTP,
	causeIntermediary: doctor.HTTP,
}

const (
	lateAPI = "Check the network connection and VPN, then try again."
	// probeLimit ends the call before doctor.Limit does, so that the step under way is known.
	probeLimit = doctor.Limit - time.Second
)

// checkAPI makes one call of the API, without a session, by the client that the app uses.
func (c computer) checkAPI(ctx context.Context, settings Settings) []doctor.Result {
	if settings.APIURL == "" {
		return skipAll(apiChecks, "No address of the API is known.")
	}
	p := &probe{client: c.client(settings.APIURL, settings), clock: c.clock, findings: map[string]string{}}
	defer p.client.connections.inUse().CloseIdleConnections()
	proxy, err := p.client.proxy()
	if err != nil {
		return append([]doctor.Result{doctor.Fail(doctor.Proxy, printable(err.Error()), doctor.Fault{
			Code: "proxy_invalid", Cause: "The proxy setting of this computer cannot be used.",
			Remedy: "Correct the proxy in the environment or in the system's settings, or ask your IT to do so.",
		})}, skipAll(apiChecks[1:], notReached)...)
	}
	p.expect(settings.APIURL, proxy)
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	return p.results(p.call(ctx))
}

const notReached = "This step was not reached."

func skipAll(checks []string, why string) []doctor.Result {
	var all []doctor.Result
	for _, check := range checks {
		all = append(all, doctor.Skip(check, why))
	}
	return all
}

// probe is one call of the API, with what each step has found.
type probe struct {
	client *apiClient
	clock  clock
	// skipped are the steps that this call does not have, with the reason.
	skipped map[string]string

	mu       sync.Mutex
	findings map[string]string
}

// expect notes what is known before the call: the proxy, and the steps that the call does not have.
func (p *probe) expect(address string, proxy *url.URL) {
	p.skipped = map[string]string{}
	if strings.HasPrefix(address, "http://") {
		p.skipped[doctor.TLS] = "The address is one of this computer, without TLS."
	}
	if proxy == nil {
		p.found(doctor.Proxy, "none; the API is called directly")
		return
	}
	p.found(doctor.Proxy, proxy.Scheme+"://"+proxy.Host)
	p.skipped[doctor.DNS] = "The proxy looks up the name."
}

func (p *probe) found(step, finding string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.findings[step] = finding
}

// response is what the API has replied, and when: between sent and received by this computer's clock.
type response struct {
	*resty.Response
	sent, received time.Time
	providers      []portal.Provider
}

func (p *probe) call(ctx context.Context) (response, *Problem) {
	ctx = httptrace.WithClientTrace(ctx, p.trace())
	var body struct {
		Providers []portal.Provider `json:"providers"`
	}
	call := request{method: http.MethodGet, path: "/v1/auth/providers", out: &body}
	r := response{sent: p.clock.Now()}
	received, err := p.client.send(ctx, call)
	r.received = p.clock.Now()
	if err != nil {
		return r, p.client.unreachable(ctx, err)
	}
	p.client.noteAccepted(received.StatusCode())
	r.Response = received
	err = p.client.read(call, received)
	r.providers = body.Providers
	if err == nil && !fromPortal(received) && len(body.Providers) == 0 {
		err = p.client.notThePortal(received.StatusCode())
	}
	if err != nil {
		return r, ProblemOf(err)
	}
	return r, nil
}

func fromPortal(r *resty.Response) bool { return r.Header().Get(portal.APIHeader) != "" }

func (p *probe) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSDone: func(info httptrace.DNSDoneInfo) {
			if info.Err == nil {
				p.found(doctor.DNS, addressesOf(info.Addrs))
			}
		},
		ConnectDone: func(_, address string, err error) {
			if err == nil {
				p.found(doctor.TCP, "connected to "+address)
			}
		},
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			if err == nil && len(state.PeerCertificates) > 0 {
				cert := state.PeerCertificates[0]
				p.found(doctor.TLS, fmt.Sprintf("%s, certificate of %s until %s",
					tls.VersionName(state.Version), issuerOf(cert), dayOf(cert.NotAfter)))
			}
		},
	}
}

// shownAddresses is how many addresses of a name are shown.
const shownAddresses = 4

func addressesOf(found []net.IPAddr) string {
	var shown []string
	for _, address := range found[:min(len(found), shownAddresses)] {
		shown = append(shown, address.String())
	}
	return strings.Join(shown, ", ")
}

// results returns one Result for each of apiChecks.
func (p *probe) results(r response, failure *Problem) []doctor.Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	failed := p.failedStep(failure)
	var all []doctor.Result
	for i, step := range apiChecks[:slices.Index(apiChecks, doctor.HTTP)+1] {
		if step == failed {
			all = append(all, doctor.Fail(step, p.findingOf(failure), faultOf(failure)))
			return append(all, p.notReached(i+1, r)...)
		}
		all = append(all, p.passed(step))
	}
	return append(all, versionResult(r), clockResult(r))
}

// notReached returns the results of the steps that follow a failed one. The clock can be compared with that of any
// response of the portal.
func (p *probe) notReached(from int, r response) []doctor.Result {
	skipped := skipAll(apiChecks[from:], notReached)
	if r.Response != nil && fromPortal(r.Response) {
		skipped[len(skipped)-1] = clockResult(r)
	}
	return skipped
}

func (p *probe) passed(step string) doctor.Result {
	if why := p.skipped[step]; why != "" {
		return doctor.Skip(step, why)
	}
	finding := p.findings[step]
	switch {
	case finding != "":
	case step == doctor.DNS:
		return doctor.Skip(step, "The address has no name to look up.")
	case step == doctor.HTTP:
		finding = originOf(p.client.http.BaseURL) + " replied"
	default:
		finding = "passed"
	}
	return doctor.Good(step, finding)
}

// failedStep returns the step that a failure belongs to, or "" without one: that of its cause, otherwise the first
// connection step that was not finished.
func (p *probe) failedStep(failure *Problem) string {
	if failure == nil {
		return ""
	}
	if step := stepOf[failure.Cause]; step != "" {
		return step
	}
	for _, step := range []string{doctor.TCP, doctor.TLS} {
		if p.findings[step] == "" && p.skipped[step] == "" && failure.Code == Offline {
			return step
		}
	}
	return doctor.HTTP
}

// findingOf returns the address that a failure is about.
func (p *probe) findingOf(failure *Problem) string {
	if failure.Address != "" {
		return failure.Address
	}
	return originOf(p.client.http.BaseURL)
}

func faultOf(failure *Problem) doctor.Fault {
	if failure.Cause != "" {
		return doctor.Fault{Code: failure.Cause, Cause: failure.happened, Remedy: failure.remedy}
	}
	cause, remedy := inSentences(printable(failure.Message))
	if remedy == "" {
		remedy = "Try again in a few minutes. If it happens again, tell the operator of the portal."
	}
	return doctor.Fault{Code: string(failure.Code), Cause: cause, Remedy: remedy}
}

// versionResult compares the version of the API with the one that this app is made for.
func versionResult(r response) doctor.Result {
	version := r.Header().Get(portal.APIHeader)
	if version == portal.APIVersion {
		return doctor.Good(doctor.API, version)
	}
	if version == "" {
		version = "none"
	}
	have, err := strconv.Atoi(version)
	if need, _ := strconv.Atoi(portal.APIVersion); err == nil && have > need {
		return doctor.Fail(doctor.API, version, doctor.Fault{
			Code: "app_too_old", Cause: "The portal's API is of a newer version than this app, which is made for version " +
				portal.APIVersion + ".", Remedy: "Update the app, or ask your IT to do so.",
		})
	}
	return doctor.Fail(doctor.API, printable(version), doctor.Fault{
		Code: "api_too_old", Cause: "The portal's API is of an older version than this app, which needs version " +
			portal.APIVersion + ".", Remedy: "Ask the operator of the portal to update it.",
	})
}

// clockResult compares this computer's clock with the API's. A difference of portal.ClockSkew is tolerated, as the API
// does with its tokens; from portal.ProviderClockSkew on, sign-in providers and certificates may refuse this computer.
func clockResult(r response) doctor.Result {
	theirs, err := http.ParseTime(r.Header().Get("Date"))
	if err != nil {
		return doctor.Skip(doctor.Clock, "The API's response has no time.")
	}
	ahead := clockAhead(r.sent, r.received, theirs)
	finding := "agrees with the API's"
	if ahead != 0 {
		finding = ahead.Abs().Round(time.Second).String() + map[bool]string{true: " ahead of", false: " behind"}[ahead > 0] + " the API's"
	}
	fault := doctor.Fault{
		Code: "clock_wrong", Cause: "This computer's clock and the API's differ by more than " + portal.ClockSkew.String() + ".",
		Remedy: "Set date, time and time zone of this computer, best automatically. If they are right, tell the operator of the portal.",
	}
	switch {
	case ahead.Abs() > portal.ProviderClockSkew:
		return doctor.Fail(doctor.Clock, finding, fault)
	case ahead.Abs() > portal.ClockSkew:
		return doctor.Warn(doctor.Clock, finding, fault)
	}
	return doctor.Good(doctor.Clock, finding)
}

// clockAhead returns by how much this computer's clock is surely ahead of the API's, negative if it is behind. The
// API's time is one between sending and receiving, cut to its second.
func clockAhead(sent, received, theirs time.Time) time.Duration {
	switch {
	case sent.After(theirs.Add(time.Second)):
		return sent.Sub(theirs.Add(time.Second))
	case received.Before(theirs):
		return received.Sub(theirs)
	}
	return 0
}
