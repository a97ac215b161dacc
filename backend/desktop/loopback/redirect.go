package loopback

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"fs-client-portal/backend/portal"
)

const (
	startPath = "/start/"
	donePath  = "/done/"
)

var linkForm = regexp.MustCompile(`^http://127\.0\.0\.1:[0-9]{1,5}` + startPath + `[A-Z2-7]{20,}$`)

// IsLink reports whether link has the form of a link that NewLink returns.
func IsLink(link string) bool { return linkForm.MatchString(link) }

// redirect handles the browser's requests during one sign-in: the link that leads to the provider, the callback and
// the last page. Any other request gets an error page and changes nothing.
type redirect struct {
	provider portal.ProviderID
	// origin is the origin of the links; hosts are the accepted Host headers.
	origin string
	hosts  []string
	path   string
	// done is the path of the last page. It contains neither code nor state.
	done string
	// target is the provider's page; state and issuer must come back from it.
	target, state, issuer string
	// issuerPromised makes the iss parameter mandatory.
	issuerPromised bool
	// linkUsed receives the link that replaces a used one.
	linkUsed func(link string)

	mu    sync.Mutex
	links map[string]bool
	// copied is the name of the link for the user to copy.
	copied string
	// received is set once the provider's response was accepted, closed once no further response counts.
	received, closed bool

	responses chan Response
	outcome   Page
	concluded signal
	// pageSent is set once the browser has received the last page.
	pageSent signal
}

// signal can be set once and then stays set.
type signal struct {
	once sync.Once
	c    chan struct{}
}

func newSignal() signal { return signal{c: make(chan struct{})} }

func (s *signal) set() { s.once.Do(func() { close(s.c) }) }

func newRedirect(provider portal.ProviderID, port string) *redirect {
	return &redirect{
		provider:  provider,
		origin:    "http://127.0.0.1:" + port,
		hosts:     []string{"127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port},
		path:      "/callback/" + string(provider),
		done:      donePath + secret(),
		state:     secret(),
		linkUsed:  func(string) {},
		links:     map[string]bool{},
		responses: make(chan Response, 1),
		concluded: newSignal(),
		pageSent:  newSignal(),
	}
}

// uri returns the redirect URI as it is registered with the provider: with the address at Google, with the name
// localhost at Entra ID.
func (r *redirect) uri() string {
	if r.provider == portal.Entra {
		return "http://" + r.hosts[1] + r.path
	}
	return r.origin + r.path
}

// secret returns 260 random bits for use in a URL.
func secret() string { return rand.Text() + rand.Text() }

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// newLink returns a link to the provider's page that works once.
func (r *redirect) newLink() string {
	name := secret()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.links[name] = true
	return r.origin + startPath + name
}

// copyLink returns a link for the user to copy. It is replaced when it is used.
func (r *redirect) copyLink() string {
	link := r.newLink()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.copied = strings.TrimPrefix(link, r.origin+startPath)
	return link
}

// conclude sets the last page. Only the first call has an effect.
func (r *redirect) conclude(p Page) {
	r.concluded.once.Do(func() {
		r.outcome = p
		close(r.concluded.c)
	})
}

// close ends the attempt: links stop working and responses are no longer accepted. It reports whether a browser that
// delivered the response still waits for the last page.
func (r *redirect) close() (pageDue bool) {
	r.mu.Lock()
	r.closed = true
	received := r.received
	r.mu.Unlock()
	select {
	case <-r.pageSent.c:
		return false
	default:
		return received
	}
}

func (r *redirect) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	// Paths are compared escaped: an escaped spelling is a different path.
	path := req.URL.EscapedPath()
	switch {
	case !r.ourHost(req.Host):
		showPage(w, req, http.StatusMisdirectedRequest, Page{Name: pageNotFound})
	case strings.HasPrefix(path, startPath):
		r.start(w, req)
	case path == r.path:
		r.callback(w, req)
	case same(path, r.done):
		r.showOutcome(w, req)
	default:
		showPage(w, req, http.StatusNotFound, Page{Name: pageNotFound})
	}
}

// ourHost reports whether the Host header is ours. It rejects foreign names whose DNS points at this computer.
func (r *redirect) ourHost(host string) bool {
	for _, ours := range r.hosts {
		if strings.EqualFold(host, ours) {
			return true
		}
	}
	return false
}

// navigated reports whether the user navigated here, as opposed to a fetch, a frame or a prefetch of a page. Requests
// without these headers are accepted: they come from programs that are not browsers.
func navigated(h http.Header) bool {
	mode, target := h.Get("Sec-Fetch-Mode"), h.Get("Sec-Fetch-Dest")
	ahead := h.Get("Sec-Purpose") != "" || h.Get("Purpose") != ""
	return !ahead && (mode == "" || mode == "navigate") && (target == "" || target == "document")
}

func (r *redirect) start(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodGet {
		refuseMethod(w, req, "GET")
		return
	}
	if !navigated(req.Header) {
		showPage(w, req, http.StatusForbidden, Page{Name: pageNotOurs})
		return
	}
	used, wasCopied := r.useLink(strings.TrimPrefix(req.URL.EscapedPath(), startPath))
	if !used {
		showPage(w, req, http.StatusGone, Page{Name: pageLinkUsed})
		return
	}
	sendTo(w, http.StatusFound, r.target)
	if wasCopied {
		r.linkUsed(r.copyLink())
	}
}

func sendTo(w http.ResponseWriter, status int, target string) {
	secureHeaders(w.Header())
	w.Header().Set("Location", target)
	w.WriteHeader(status)
}

func (r *redirect) useLink(name string) (used, wasCopied bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.links[name] || r.received || r.closed {
		return false, false
	}
	delete(r.links, name)
	return true, name == r.copied
}

// showOutcome waits for the end of the sign-in and shows its page.
func (r *redirect) showOutcome(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodGet {
		refuseMethod(w, req, "GET")
		return
	}
	select {
	case <-r.concluded.c:
	case <-req.Context().Done():
		return
	}
	w.Header().Set("Connection", "close")
	showPage(w, req, http.StatusOK, r.outcome)
	r.pageSent.set()
}
