package loopback

import (
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
)

const (
	// maxBody is more than any provider sends. maxCode and maxErrorCode are the limits of the API and of a page.
	maxBody      = 8 << 10
	maxCode      = 4096
	maxErrorCode = 256
)

// Response is the provider's response: an authorization code, or an error code with the provider's description.
type Response struct{ Code, ErrorCode, Description string }

// callback accepts the provider's response and redirects the browser to the last page at once, so that code and state
// leave the address bar and the history before they are used.
func (r *redirect) callback(w http.ResponseWriter, req *http.Request) {
	values, status := callbackValues(w, req)
	if status == http.StatusMethodNotAllowed {
		refuseMethod(w, req, "GET, POST")
		return
	}
	if status != 0 {
		showPage(w, req, status, Page{Name: pageNotOurs})
		return
	}
	response, ours := r.check(values)
	if !ours {
		showPage(w, req, http.StatusBadRequest, Page{Name: pageNotOurs})
		return
	}
	if !r.claim() {
		showPage(w, req, http.StatusGone, Page{Name: pageLinkUsed})
		return
	}
	sendTo(w, http.StatusSeeOther, r.done)
	r.responses <- response
}

// callbackValues returns the query of a GET or the form of a POST, or the HTTP status to refuse the request with.
func callbackValues(w http.ResponseWriter, req *http.Request) (url.Values, int) {
	if req.Method != http.MethodGet && req.Method != http.MethodPost {
		return nil, http.StatusMethodNotAllowed
	}
	if !navigated(req.Header) {
		return nil, http.StatusForbidden
	}
	if req.Method == http.MethodPost {
		return formValues(w, req)
	}
	values, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return nil, http.StatusBadRequest
	}
	return values, 0
}

func formValues(w http.ResponseWriter, req *http.Request) (url.Values, int) {
	kind, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, http.StatusUnsupportedMediaType
	}
	req.Body = http.MaxBytesReader(w, req.Body, maxBody)
	if err := req.ParseForm(); err != nil {
		return nil, http.StatusBadRequest
	}
	return req.PostForm, 0
}

// check returns the response, and whether it belongs to this sign-in. State and issuer are checked first, so that only
// the provider can end the sign-in. A repeated parameter means that the response was tampered with.
func (r *redirect) check(values url.Values) (Response, bool) {
	state, once := single(values, "state")
	if !once || !same(state, r.state) {
		return Response{}, false
	}
	if r.issuerPromised || values.Has("iss") {
		if issuer, once := single(values, "iss"); !once || !r.ourIssuer(issuer) {
			return Response{}, false
		}
	}
	code, hasCode := single(values, "code")
	errorCode, hasError := single(values, "error")
	if values.Has("code") != hasCode || values.Has("error") != hasError || hasCode == hasError {
		return Response{}, false
	}
	if len(code) > maxCode || len(errorCode) > maxErrorCode || len(values["error_description"]) > 1 {
		return Response{}, false
	}
	return Response{Code: code, ErrorCode: errorCode, Description: values.Get("error_description")}, true
}

func single(values url.Values, name string) (string, bool) {
	all := values[name]
	if len(all) != 1 || all[0] == "" {
		return "", false
	}
	return all[0], true
}

// ourIssuer reports whether issuer (RFC 9207's iss) is the expected one. Entra ID's issuer has a placeholder for the
// tenant, which the API checks later. A missing iss is accepted unless the provider promises one, because each provider
// has its own callback path.
func (r *redirect) ourIssuer(issuer string) bool {
	before, after, templated := strings.Cut(r.issuer, "{tenantid}")
	if !templated {
		return issuer == r.issuer
	}
	if !strings.HasPrefix(issuer, before) || !strings.HasSuffix(issuer, after) || len(issuer) < len(before)+len(after) {
		return false
	}
	tenant := issuer[len(before) : len(issuer)-len(after)]
	return len(tenant) == 36 && uuid.Validate(tenant) == nil
}

// claim reports whether this response is the first and the sign-in has not ended.
func (r *redirect) claim() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.received || r.closed {
		return false
	}
	r.received = true
	return true
}
