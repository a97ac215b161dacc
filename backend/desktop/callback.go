package desktop

import (
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
)

const (
	// redirectBody is more than any provider sends back, codeLimit and errorLimit what the API or a page can take.
	redirectBody = 8 << 10
	codeLimit    = 4096
	errorLimit   = 256
)

// providerResponse is what the provider sent back: a code, or the error it gave instead.
type providerResponse struct{ code, errorCode, description string }

// callback takes the provider's answer and sends the browser on at once, to where the outcome will be shown: code
// and state leave the address bar and the list of visited pages before anything is done with them.
func (r *redirect) callback(w http.ResponseWriter, req *http.Request) {
	values, status := callbackValues(w, req)
	if status == http.StatusMethodNotAllowed {
		refuseMethod(w, req, "GET, POST")
		return
	}
	if status != 0 {
		showPage(w, req, status, page{Name: pageNotOurs})
		return
	}
	response, ours := r.check(values)
	if !ours {
		showPage(w, req, http.StatusBadRequest, page{Name: pageNotOurs})
		return
	}
	if !r.claim() {
		showPage(w, req, http.StatusGone, page{Name: pageLinkUsed})
		return
	}
	sendTo(w, http.StatusSeeOther, r.done)
	r.responses <- response
}

// callbackValues reads the query of a GET or the form of a POST, never one for the other; a status other than 0
// says why not.
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
	req.Body = http.MaxBytesReader(w, req.Body, redirectBody)
	if err := req.ParseForm(); err != nil {
		return nil, http.StatusBadRequest
	}
	return req.PostForm, 0
}

// check reads state and issuer before anything else, so that nobody but the provider we asked can say how
// this sign-in ends. A repeated parameter means that somebody added to the answer.
func (r *redirect) check(values url.Values) (providerResponse, bool) {
	state, once := single(values, "state")
	if !once || !same(state, r.state) {
		return providerResponse{}, false
	}
	if r.issuerDue || values.Has("iss") {
		if issuer, once := single(values, "iss"); !once || !r.ourIssuer(issuer) {
			return providerResponse{}, false
		}
	}
	code, hasCode := single(values, "code")
	errorCode, hasError := single(values, "error")
	if values.Has("code") != hasCode || values.Has("error") != hasError || hasCode == hasError {
		return providerResponse{}, false
	}
	if len(code) > codeLimit || len(errorCode) > errorLimit || len(values["error_description"]) > 1 {
		return providerResponse{}, false
	}
	return providerResponse{code: code, errorCode: errorCode, description: values.Get("error_description")}, true
}

func single(values url.Values, name string) (string, bool) {
	all := values[name]
	if len(all) != 1 || all[0] == "" {
		return "", false
	}
	return all[0], true
}

// ourIssuer compares RFC 9207's iss. Entra ID's issuer has one place for the tenant, which is known only
// afterwards and which the API checks. That there is none proves nothing where the provider has not promised one: each
// has a path of its own to come back to.
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

// claim makes the first answer the only one, and none that comes after the end.
func (r *redirect) claim() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answered || r.over {
		return false
	}
	r.answered = true
	return true
}
