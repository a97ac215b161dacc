package desktop

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"fs-client-portal/backend/portal"
)

const (
	// redirectBody is more than any provider sends back.
	redirectBody = 8 << 10
	startPath    = "/start/"
)

// redirect is the browser's side of one sign-in: the short link that leads to the provider, and the address the
// provider sends the browser back to. Whatever else arrives on the port is answered and changes nothing.
type redirect struct {
	provider portal.ProviderID
	// origin is where our own links live, hosts every Host header that means us.
	origin string
	hosts  []string
	path   string
	// target is the provider's page; state and issuer are what must come back from it.
	target, state, issuer string
	// linkUsed hears of the link that replaces one that was used.
	linkUsed func(link string)

	mu       sync.Mutex
	links    map[string]bool
	shown    string
	answered bool

	responses chan providerResponse
	outcome   page
	concluded chan struct{}
	once      sync.Once
	ready     chan struct{}
	readyOnce sync.Once
}

// providerResponse is what the provider sent back: a code, or the error it gave instead.
type providerResponse struct{ code, errorCode, description string }

// listenLoopback opens a port of this computer alone. Entra ID knows the redirect as localhost, which may mean
// either loopback address, so there both are opened where the computer has both.
func listenLoopback(provider portal.ProviderID) ([]net.Listener, error) {
	var lastErr error
	for range 5 {
		four, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		if provider != portal.Entra {
			return []net.Listener{four}, nil
		}
		six, err := net.Listen("tcp6", net.JoinHostPort("::1", portOf(four)))
		switch {
		case err == nil:
			return []net.Listener{four, six}, nil
		case !addressInUse(err):
			return []net.Listener{four}, nil
		}
		lastErr = errors.Join(err, four.Close())
	}
	return nil, lastErr
}

// addressInUse asks whether somebody else holds the port on the other loopback address: they would be sent what
// is meant for us. Any other failure means that this computer has no such address.
func addressInUse(err error) bool {
	return strings.Contains(strings.ToLower(err.Error()), "in use") ||
		strings.Contains(err.Error(), "Only one usage of each socket address")
}

func portOf(l net.Listener) string {
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

func newRedirect(provider portal.ProviderID, port string) *redirect {
	return &redirect{
		provider:  provider,
		origin:    "http://127.0.0.1:" + port,
		hosts:     []string{"127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port},
		path:      "/callback/" + string(provider),
		linkUsed:  func(string) {},
		links:     map[string]bool{},
		responses: make(chan providerResponse, 1),
		concluded: make(chan struct{}),
		ready:     make(chan struct{}),
	}
}

// release lets requests in; until then the port is open and nobody answers.
func (r *redirect) release() { r.readyOnce.Do(func() { close(r.ready) }) }

// uri is what the provider is told to send the browser back to: Google's registration wants the address, Entra
// ID's the name.
func (r *redirect) uri() string {
	if r.provider == portal.Entra {
		return "http://" + r.hosts[1] + r.path
	}
	return r.origin + r.path
}

// secret answers 260 random bits for a URL.
func secret() string { return rand.Text() + rand.Text() }

// newLink answers a link to the provider's page that works once.
func (r *redirect) newLink() string {
	name := secret()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.links[name] = true
	return r.origin + startPath + name
}

// shownLink answers the link the user may copy. It is replaced when it is used.
func (r *redirect) shownLink() string {
	link := r.newLink()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shown = strings.TrimPrefix(link, r.origin+startPath)
	return link
}

// conclude gives the waiting browser, and every later one, its page. Only the first call counts.
func (r *redirect) conclude(p page) {
	r.once.Do(func() {
		r.outcome = p
		close(r.concluded)
	})
}

func (r *redirect) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	switch {
	case !r.ourHost(req.Host):
		showPage(w, http.StatusMisdirectedRequest, pageNotFound)
	case strings.HasPrefix(req.URL.Path, startPath):
		r.start(w, req)
	case req.URL.Path == r.path:
		r.callback(w, req)
	default:
		showPage(w, http.StatusNotFound, pageNotFound)
	}
}

// ourHost refuses names that somebody else's DNS made point at this computer.
func (r *redirect) ourHost(host string) bool {
	for _, ours := range r.hosts {
		if strings.EqualFold(host, ours) {
			return true
		}
	}
	return false
}

func (r *redirect) start(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodGet {
		refuseMethod(w, "GET")
		return
	}
	used, wasShown := r.useLink(strings.TrimPrefix(req.URL.Path, startPath))
	if !used {
		showPage(w, http.StatusGone, pageLinkUsed)
		return
	}
	secureHeaders(w.Header())
	w.Header().Set("Location", r.target)
	w.WriteHeader(http.StatusFound)
	if wasShown {
		r.linkUsed(r.shownLink())
	}
}

func (r *redirect) useLink(name string) (used, wasShown bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.links[name] || r.answered {
		return false, false
	}
	delete(r.links, name)
	return true, name == r.shown
}

func (r *redirect) callback(w http.ResponseWriter, req *http.Request) {
	values, status := callbackValues(w, req)
	if status != 0 {
		if status == http.StatusMethodNotAllowed {
			refuseMethod(w, "GET, POST")
			return
		}
		showPage(w, status, pageNotOurs)
		return
	}
	response, ours := r.check(values)
	if !ours {
		showPage(w, http.StatusBadRequest, pageNotOurs)
		return
	}
	if !r.claim() {
		showPage(w, http.StatusGone, pageLinkUsed)
		return
	}
	r.responses <- response
	select {
	case <-r.concluded:
		showPage(w, http.StatusOK, r.outcome)
	case <-req.Context().Done():
	}
}

// callbackValues reads the query of a GET or the form of a POST, never one for the other; a status other than 0
// says why not.
func callbackValues(w http.ResponseWriter, req *http.Request) (url.Values, int) {
	switch req.Method {
	case http.MethodGet:
		values, err := url.ParseQuery(req.URL.RawQuery)
		if err != nil {
			return nil, http.StatusBadRequest
		}
		return values, 0
	case http.MethodPost:
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
	return nil, http.StatusMethodNotAllowed
}

// check reads state and issuer before anything else, so that nobody but the provider we asked can say how
// this sign-in ends. A repeated parameter means that somebody added to the answer.
func (r *redirect) check(values url.Values) (providerResponse, bool) {
	state, once := single(values, "state")
	if !once || subtle.ConstantTimeCompare([]byte(state), []byte(r.state)) != 1 {
		return providerResponse{}, false
	}
	if values.Has("iss") {
		if issuer, once := single(values, "iss"); !once || !r.ourIssuer(issuer) {
			return providerResponse{}, false
		}
	}
	code, hasCode := single(values, "code")
	errorCode, hasError := single(values, "error")
	if hasCode == hasError || len(code) > 4096 {
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
// afterwards and which the API checks.
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

// claim makes the first answer the only one.
func (r *redirect) claim() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answered {
		return false
	}
	r.answered = true
	return true
}

// newRedirectServer serves r with the limits of a server that answers one browser a few times.
func newRedirectServer(r http.Handler) *http.Server {
	server := &http.Server{
		Handler:           r,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		MaxHeaderBytes:    16 << 10,
	}
	server.SetKeepAlivesEnabled(false)
	return server
}
