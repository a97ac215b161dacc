package loopback

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

// What the fuzzer may know, so that it gets as far as the rules behind: a word in capitals stands for each.
const (
	fuzzState  = "the-state-of-this-sign-in"
	fuzzIssuer = "https://issuer.example"
	fuzzTarget = "https://issuer.example/authorize?state=" + fuzzState + "&nonce=the-nonce"
)

func fuzzedRedirect() (r *redirect, fill *strings.Replacer) {
	r = newRedirect(portal.Google, "4711")
	r.state, r.issuer, r.target = fuzzState, fuzzIssuer, fuzzTarget
	link := strings.TrimPrefix(r.newLink(), r.origin)
	return r, strings.NewReplacer("STATE", fuzzState, "ISSUER", url.QueryEscape(fuzzIssuer), "/LINK", link, "/DONE", r.done)
}

// FuzzRedirect throws bytes at the port, through the server that the app runs.
func FuzzRedirect(f *testing.F) {
	for _, seed := range []string{
		"GET /callback/google?state=STATE&code=abc HTTP/1.1\r\nHost: 127.0.0.1:4711\r\n\r\n",
		"GET /callback/google?state=STATE&code=abc&iss=ISSUER HTTP/1.0\r\nHost: localhost:4711\r\n\r\nGET /DONE HTTP/1.0\r\n\r\n",
		"POST /callback/google HTTP/1.1\r\nHost: [::1]:4711\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
			"Content-Length: 58\r\n\r\nstate=STATE&error=access_denied&error_description=<script>",
		"POST /callback/google HTTP/1.1\r\nHost: 127.0.0.1:4711\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
			"Transfer-Encoding: chunked\r\n\r\n26\r\nstate=STATE&code=abc\r\n0\r\n\r\n",
		"GET /LINK HTTP/1.1\r\nHost: 127.0.0.1:4711\r\nSec-Fetch-Mode: navigate\r\n\r\n",
		"GET /callback/google?state=STATE&code=abc HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"GET http://evil.example/callback/google?state=STATE&code=a HTTP/1.1\r\nHost: 127.0.0.1:4711\r\n\r\n",
		"GET /callback%2Fgoogle?state=STATE&code=abc HTTP/1.1\r\nHost: 127.0.0.1:4711\r\n\r\n",
		"GET /callback/google?state=STATE&state=STATE&code=<script> HTTP/1.1\r\nHost: 127.0.0.1:4711\r\n\r\n",
		"OPTIONS /callback/google HTTP/1.1\r\nHost: 127.0.0.1:4711\r\nOrigin: https://evil.example\r\n" +
			"Access-Control-Request-Method: POST\r\nAccess-Control-Request-Private-Network: true\r\n\r\n",
		"HEAD /favicon.ico HTTP/1.1\r\nHost: 127.0.0.1:4711\r\nAccept-Language: de\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		r, fill := fuzzedRedirect()
		wire = []byte(fill.Replace(string(wire)))
		r.conclude(Page{Name: pageOther})
		response := exchange(t, r, wire)
		select {
		case response := <-r.responses:
			if !mayEnd(wire) || (response.Code == "") == (response.ErrorCode == "") {
				t.Errorf("%q ended the sign-in as %+v", wire, response)
			}
			wantSafePage(t, response)
		default:
		}
		wantSafeResponses(t, r, response)
	})
}

// exchange sends bytes to a server and returns the bytes that came back.
func exchange(t *testing.T, r *redirect, wire []byte) []byte {
	t.Helper()
	conn := &recordedConn{in: bytes.NewReader(wire), closed: newSignal()}
	server := newHTTPServer(r, slog.New(slog.DiscardHandler))
	listener := newPipeListener()
	listener.conns <- conn
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	wait.Signal(t, time.Minute, "the server to close the connection", conn.closed.c)
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	wait.Signal(t, time.Minute, "the server to end", served)
	return conn.out.Bytes()
}

// recordedConn is a connection whose other side sends nothing more.
type recordedConn struct {
	net.Conn
	in     *bytes.Reader
	out    bytes.Buffer
	closed signal
}

func (c *recordedConn) Read(b []byte) (int, error)       { return c.in.Read(b) }
func (c *recordedConn) Write(b []byte) (int, error)      { return c.out.Write(b) }
func (c *recordedConn) Close() error                     { c.closed.set(); return nil }
func (c *recordedConn) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
func (c *recordedConn) LocalAddr() net.Addr              { return c.RemoteAddr() }
func (c *recordedConn) SetDeadline(time.Time) error      { return nil }
func (c *recordedConn) SetReadDeadline(time.Time) error  { return nil }
func (c *recordedConn) SetWriteDeadline(time.Time) error { return nil }

// mayEnd reads the bytes by itself and reports whether one of the requests is the provider's response.
func mayEnd(wire []byte) bool {
	reader := bufio.NewReader(bytes.NewReader(wire))
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return false
		}
		body, err := io.ReadAll(request.Body)
		sent := request.URL.RawQuery
		if request.Method == http.MethodPost {
			sent = string(body)
		}
		if err == nil && entitled(request.Method, request.Host, request.URL.EscapedPath(), sent) {
			return true
		}
	}
}

// entitled decides, independently of the code, whether a request is the provider's response.
func entitled(method, host, path, sent string) bool {
	values, err := url.ParseQuery(sent)
	if err != nil || (method != "GET" && method != "POST") || path != "/callback/google" {
		return false
	}
	name, port, found := strings.Cut(strings.Replace(strings.ToLower(host), "[::1]", "localhost", 1), ":")
	if !found || port != "4711" || (name != "127.0.0.1" && name != "localhost") {
		return false
	}
	if len(values["state"]) != 1 || values["state"][0] != fuzzState || len(values["iss"]) > 1 {
		return false
	}
	if len(values["iss"]) == 1 && values["iss"][0] != fuzzIssuer {
		return false
	}
	code, refusal := values["code"], values["error"]
	return len(code)+len(refusal) == 1 && values.Get("code")+values.Get("error") != ""
}

// wantSafeResponses checks every response: nothing secret but on the way to the provider, no markup but ours, no word
// that lets another page read it.
func wantSafeResponses(t *testing.T, r *redirect, raw []byte) {
	t.Helper()
	reader := bufio.NewReader(bytes.NewReader(raw))
	for {
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return
		}
		body, _ := io.ReadAll(response.Body)
		location := response.Header.Get("Location")
		if location != "" && location != r.done && location != fuzzTarget {
			t.Errorf("sent on to %q", location)
		}
		response.Header.Del("Location")
		wantNoSecret(t, body, response.Header)
		if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") && len(body) > 0 {
			wantOurMarkup(t, body)
		}
	}
}

func wantNoSecret(t *testing.T, body []byte, header http.Header) {
	t.Helper()
	var all bytes.Buffer
	_ = header.Write(&all)
	all.Write(body)
	for _, secret := range []string{fuzzState, "the-nonce", "Access-Control-"} {
		if bytes.Contains(all.Bytes(), []byte(secret)) {
			t.Errorf("a response holds %q: %s", secret, all.Bytes())
		}
	}
}

// wantOurMarkup counts the tags: one that came with the request is one too many.
func wantOurMarkup(t *testing.T, body []byte) {
	t.Helper()
	got := bytes.Count(body, []byte("<")) + bytes.Count(body, []byte(">"))
	for _, name := range []PageName{pageNotFound, pageNotOurs, pageLinkUsed, pageOther} {
		ours := httptest.NewRecorder()
		showPage(ours, &http.Request{}, 200, Page{Name: name})
		if want := strings.Count(ours.Body.String(), "<") + strings.Count(ours.Body.String(), ">"); got == want {
			return
		}
	}
	t.Errorf("markup that is not ours: %s", body)
}

// wantSafePage checks that the page with the provider's own explanation has the markup of one without it.
func wantSafePage(t *testing.T, response Response) {
	t.Helper()
	got, want := httptest.NewRecorder(), httptest.NewRecorder()
	page := Page{Name: PageFor(portal.ProviderRefused), Provider: "Google", Detail: response.ErrorCode + response.Description}
	showPage(got, &http.Request{}, 200, page)
	page.Detail = strings.Repeat("x", min(len(page.Detail), 1))
	showPage(want, &http.Request{}, 200, page)
	if strings.Count(got.Body.String(), "<") != strings.Count(want.Body.String(), "<") || strings.Contains(got.Body.String(), "\x00") {
		t.Errorf("%+v: got page %s", response, got.Body)
	}
}

// FuzzCallback fills in a well-formed request, to reach the rules that bytes at random never do.
func FuzzCallback(f *testing.F) {
	f.Add("GET", "127.0.0.1:4711", "/callback/google", "state=STATE&code=abc", "", "navigate")
	f.Add("POST", "localhost:4711", "/callback/google", "", "state=STATE&error=access_denied&iss=ISSUER", "")
	f.Add("GET", "evil.example", "/callback/google", "state=STATE&code=abc", "", "")
	f.Add("GET", "127.0.0.1:4711", "/callback/google", "state=STATE&code=a&code=b&error=x", "", "")
	f.Add("GET", "127.0.0.1:4711", "/callback/google", "state=STATE&error=x&error_description=%3Cb%3E%00&iss=", "", "")
	f.Add("GET", "127.0.0.1:4711", "/callback/google",
		"state=STATE&error=x&error_description=see+://+hTTps:%E2%80%AE//evil.example/x", "", "")
	f.Add("GET", "[::1]:4711", "/LINK", "", "", "no-cors")
	f.Add("HEAD", "127.0.0.1:4711", "//callback/google", "state=STATE&code=abc&iss=", "", "navigate")
	f.Fuzz(func(t *testing.T, method, host, path, query, body, mode string) {
		r, fill := fuzzedRedirect()
		query, body, path = fill.Replace(query), fill.Replace(body), fill.Replace(path)
		request := &http.Request{
			Method: method, Host: host, URL: &url.URL{Path: path, RawQuery: query},
			Header: http.Header{"Sec-Fetch-Mode": {mode}, "Content-Type": {"application/x-www-form-urlencoded"}},
			Body:   io.NopCloser(strings.NewReader(body)),
		}
		r.conclude(Page{Name: pageOther})
		response := httptest.NewRecorder()
		r.ServeHTTP(response, request)
		sent := query
		if method == http.MethodPost {
			sent = body
		}
		select {
		case response := <-r.responses:
			if !entitled(method, host, path, sent) || (mode != "" && mode != "navigate") {
				t.Errorf("%s %s%s?%s %s (%s) ended the sign-in as %+v", method, host, path, query, body, mode, response)
			}
			wantSafePage(t, response)
		default:
		}
		header := response.Header().Clone()
		header.Del("Location")
		wantNoSecret(t, response.Body.Bytes(), header)
		if response.Body.Len() > 0 {
			wantOurMarkup(t, response.Body.Bytes())
		}
	})
}
