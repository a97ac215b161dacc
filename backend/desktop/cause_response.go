package desktop

import (
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-resty/resty/v2"

	"fs-client-portal/backend/portal"
)

// foreignResponse returns the cause of a response that the portal's API did not send but a proxy, a load balancer, a
// guest network or another server did.
func (c *apiClient) foreignResponse(response *resty.Response) *Problem {
	status := response.StatusCode()
	f := finding{status: strconv.Itoa(status)}
	switch {
	case status == http.StatusTooManyRequests:
		p := problem(portal.TooManyRequests, "Too many requests at once. Wait a moment and try again.")
		p.Address = originOf(c.http.BaseURL)
		return p
	case status == http.StatusProxyAuthRequired:
		f.cause, f.other = causeProxyAuth, c.proxyHost()
		f.address = f.other
		return f.problem(Offline, c.http.BaseURL)
	case (status == http.StatusBadRequest || status == http.StatusForbidden) && c.certificateAsked.Load():
		f.cause = causeClientCert
		return f.problem(Offline, c.http.BaseURL)
	}
	f.cause, f.other = c.responseCause(response)
	f.evidence = f.other
	return f.problem(portal.Unavailable, c.http.BaseURL)
}

func (c *apiClient) responseCause(response *resty.Response) (cause, other string) {
	status := response.StatusCode()
	switch {
	case status == http.StatusNetworkAuthenticationRequired, status < 300 && isPage(response):
		return causeCaptive, ""
	case status >= 300 && status < 400 && status != http.StatusNotModified:
		return causeMoved, c.redirectHost(response.Header().Get("Location"))
	case status >= 500:
		return causeGateway, ""
	case status < 400, status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status == http.StatusGone:
		return causeWrongAddress, ""
	}
	return causeIntermediary, ""
}

func isPage(response *resty.Response) bool {
	kind, _, err := mime.ParseMediaType(response.Header().Get("Content-Type"))
	return err == nil && (kind == "text/html" || kind == "application/xhtml+xml")
}

// redirectHost returns the host of a redirect. The rest of the URL may contain that host's session.
func (c *apiClient) redirectHost(location string) string {
	base, err := url.Parse(c.http.BaseURL)
	if err != nil {
		return ""
	}
	target, err := base.Parse(location)
	if err != nil || location == "" || target.Host == "" {
		return ""
	}
	if target.Host == base.Host && target.Scheme == base.Scheme {
		return "another path of the same server"
	}
	return foreignName(target.Scheme + "://" + target.Host)
}
