package desktop

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/go-resty/resty/v2"

	"fs-client-portal/backend/portal"
)

// FuzzForeignResponse hands over what any server, proxy or guest network may reply: it becomes a bounded, printable
// Problem, and of a redirect no more than scheme and host is ever shown.
func FuzzForeignResponse(f *testing.F) {
	f.Add(200, "text/html", "", "<html>")
	f.Add(302, "", "https://login.example.org/start?session=SECRET#SECRET", "")
	f.Add(308, "", "//evil.example:99/SECRET", "")
	f.Add(301, "", "http://ada:SECRET@evil.example/", "")
	f.Add(307, "", "https://xn--e1aybc.example\u202e/SECRET", "")
	f.Add(407, "text/plain", "", "SECRET")
	f.Add(403, "application/json", "", `{"error":"SECRET"}`)
	f.Add(511, "", "javascript:SECRET", "")
	f.Add(599, "application/json; charset=\x00", "%zz", "{")
	c := newAPIClient("https://portal.example.com", "1", nil, slog.New(slog.DiscardHandler))
	f.Fuzz(func(t *testing.T, status int, kind, location, body string) {
		header := http.Header{"Content-Type": {kind}, "Location": {location}}
		response := (&resty.Response{RawResponse: &http.Response{StatusCode: status, Header: header}}).SetBody([]byte(body))
		p := c.responseProblem(response)
		if p.fromAPI {
			return // the API's own sentences are shown as they are
		}
		if p.Code != portal.Unavailable && p.Code != Offline && p.Code != portal.TooManyRequests {
			t.Errorf("%d is code %q", status, p.Code)
		}
		if len(p.Message) > 600 || p.Message != printable(p.Message) && len([]rune(p.Message)) < 300 {
			t.Errorf("%d %q is shown as %q", status, location, p.Message)
		}
		shown, err := json.Marshal(p)
		host := strings.ToLower(location)
		if i := strings.Index(host, "//"); i >= 0 {
			host = host[i+2:]
		}
		if end := strings.IndexAny(host, "/?#"); end >= 0 {
			host = host[:end]
		}
		if err != nil || strings.Contains(string(shown)+p.evidence, "SECRET") && !strings.Contains(host, "secret") {
			t.Errorf("%d %q is shown as %s, %s: %v", status, location, shown, p.evidence, err)
		}
	})
}
