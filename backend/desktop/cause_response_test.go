package desktop

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-resty/resty/v2"

	"fs-client-portal/backend/portal"
)

// foreign returns the Problem of a response that the portal's API did not write.
func foreign(t *testing.T, asked bool, status int, header http.Header) *Problem {
	t.Helper()
	c := silentClient("https://portal.example.com/portal")
	c.certificateAsked.Store(asked)
	return c.foreignResponse(&resty.Response{RawResponse: &http.Response{StatusCode: status, Header: header}})
}

func TestForeignResponse(t *testing.T) {
	page := func(kind string) http.Header { return http.Header{"Content-Type": {kind}} }
	to := func(address string) http.Header { return http.Header{"Location": {address}} }
	for name, test := range map[string]struct {
		asked  bool
		status int
		header http.Header
		code   portal.Code
		cause  string
		want   string
	}{
		"200_with_a_page":          {false, 200, page("text/html; charset=utf-8"), portal.Unavailable, causeCaptive, "web page"},
		"200_with_a_page_of_XHTML": {false, 200, page("application/xhtml+xml"), portal.Unavailable, causeCaptive, "web page"},
		"200_with_JSON":            {false, 200, page("application/json"), portal.Unavailable, causeWrongAddress, "HTTP 200"},
		"201_without_a_type":       {false, 201, nil, portal.Unavailable, causeWrongAddress, "HTTP 201"},
		"301": {false, 301, to("https://new.example.org/login?key=topsecret"), portal.Unavailable, causeMoved,
			"“https://new.example.org”"},
		"302_to_plain_http": {false, 302, to("http://portal.example.com/portal"), portal.Unavailable, causeMoved,
			"“http://portal.example.com”"},
		"303_to_another_path": {false, 303, to("/elsewhere?key=topsecret"), portal.Unavailable, causeMoved,
			"another path of the same server"},
		"307_to_nowhere":         {false, 307, nil, portal.Unavailable, causeMoved, "an unknown source"},
		"304_that_was_not_asked": {false, 304, nil, portal.Unavailable, causeWrongAddress, "HTTP 304"},
		"400":                    {false, 400, nil, portal.Unavailable, causeIntermediary, "HTTP 400"},
		"400_behind_a_question":  {true, 400, nil, Offline, causeClientCert, "client certificate"},
		"401":                    {false, 401, nil, portal.Unavailable, causeIntermediary, "HTTP 401"},
		"401_behind_a_question":  {true, 401, nil, portal.Unavailable, causeIntermediary, "HTTP 401"},
		"403":                    {false, 403, nil, portal.Unavailable, causeIntermediary, "HTTP 403"},
		"403_behind_a_question":  {true, 403, nil, Offline, causeClientCert, "client certificate"},
		"404":                    {false, 404, nil, portal.Unavailable, causeWrongAddress, "HTTP 404"},
		"405":                    {false, 405, nil, portal.Unavailable, causeWrongAddress, "HTTP 405"},
		"407":                    {false, 407, nil, Offline, causeProxyAuth, "password"},
		"410":                    {false, 410, nil, portal.Unavailable, causeWrongAddress, "HTTP 410"},
		"429":                    {false, 429, nil, portal.TooManyRequests, "", "Too many requests"},
		"451":                    {false, 451, nil, portal.Unavailable, causeIntermediary, "HTTP 451"},
		"500":                    {false, 500, page("text/html"), portal.Unavailable, causeGateway, "HTTP 500"},
		"502":                    {false, 502, nil, portal.Unavailable, causeGateway, "HTTP 502"},
		"503":                    {false, 503, nil, portal.Unavailable, causeGateway, "HTTP 503"},
		"511":                    {false, 511, nil, portal.Unavailable, causeCaptive, "web page"},
	} {
		t.Run(name, func(t *testing.T) {
			p := foreign(t, test.asked, test.status, test.header)
			if p.Code != test.code || p.Cause != test.cause || !strings.Contains(p.Message, test.want) {
				t.Errorf("got %s, %s, %q, want %s, %s and %q", p.Code, p.Cause, p.Message, test.code, test.cause, test.want)
			}
			if p.Address != "https://portal.example.com" || strings.Contains(p.Message+p.evidence, "topsecret") {
				t.Errorf("got address %q, %q, evidence %q, want the origin alone", p.Address, p.Message, p.evidence)
			}
		})
	}
}

func TestFinding(t *testing.T) {
	const base = "https://portal.example.com:8443/portal?key=topsecret"
	for name, test := range map[string]struct {
		finding finding
		base    string
		address string
		want    string
	}{
		"shows_the_portal's_origin": {finding{cause: causeRefused}, base,
			"https://portal.example.com:8443", "portal.example.com:8443 refuses"},
		"shows_the_proxy's_address": {finding{cause: causeProxyDown, other: "proxy:3128", address: "proxy:3128"}, base,
			"proxy:3128", "The proxy proxy:3128"},
		"says_that_a_source_is_unknown": {finding{cause: causeUntrusted}, base,
			"https://portal.example.com:8443", "a certificate of an unknown source"},
		"names_a_server_without_address": {finding{cause: causeRefused}, "", "", "The portal's server refuses"},
	} {
		t.Run(name, func(t *testing.T) {
			test.finding.evidence = "evidence"
			p := test.finding.problem(Offline, test.base)
			if p.Address != test.address || !strings.Contains(p.Message, test.want) || p.Cause != test.finding.cause || p.evidence != "evidence" {
				t.Errorf("got %+v, want address %q and %q", p, test.address, test.want)
			}
			if strings.Contains(p.Message+p.Address, "topsecret") {
				t.Errorf("the query is shown: %+v", p)
			}
		})
	}
}
