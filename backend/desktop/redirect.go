package desktop

import (
	"crypto/rand"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"fs-client-portal/backend/portal"
)

const (
	startPath = "/start/"
	donePath  = "/done/"
)

// redirect is the browser's side of one sign-in: the short link that leads to the provider, the address the
// provider sends the browser back to, and the page that says how it ended. Whatever else arrives on the port is
// answered and changes nothing.
type redirect struct {
	provider portal.ProviderID
	// origin is where our own links live, hosts every Host header that means us.
	origin string
	hosts  []string
	path   string
	// done is where the browser waits for the last page: without the code and state it came with.
	done string
	// target is the provider's page; state and issuer are what must come back from it.
	target, state, issuer string
	// issuerDue: the provider has promised to name its issuer, so an answer that does not is somebody else's.
	issuerDue bool
	// linkUsed hears of the link that replaces one that was used.
	linkUsed func(link string)

	mu    sync.Mutex
	links map[string]bool
	shown string
	// answered tells that the provider's answer came, over that none counts any more.
	answered, over bool

	responses chan providerResponse
	outcome   page
	concluded signal
	// told is given once the browser has the page with the outcome.
	told  signal
	ready signal
}

// signal is given once and then stays.
type signal struct {
	once sync.Once
	c    chan struct{}
}

func newSignal() signal { return signal{c: make(chan struct{})} }

func (s *signal) give() { s.once.Do(func() { close(s.c) }) }

func newRedirect(provider portal.ProviderID, port string) *redirect {
	return &redirect{
		provider:  provider,
		origin:    "http://127.0.0.1:" + port,
		hosts:     []string{"127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port},
		path:      "/callback/" + string(provider),
		done:      donePath + secret(),
		linkUsed:  func(string) {},
		links:     map[string]bool{},
		responses: make(chan providerResponse, 1),
		concluded: newSignal(),
		told:      newSignal(),
		ready:     newSignal(),
	}
}

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

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

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
	r.concluded.once.Do(func() {
		r.outcome = p
		close(r.concluded.c)
	})
}

// close ends the attempt: no link leads anywhere and no answer counts any more. It reports whether a browser that
// brought the answer still waits for its page.
func (r *redirect) close() (pageDue bool) {
	r.mu.Lock()
	r.over = true
	answered := r.answered
	r.mu.Unlock()
	select {
	case <-r.told.c:
		return false
	default:
		return answered
	}
}

func (r *redirect) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	// An escaped path is another path, though it decodes to the same.
	path := req.URL.EscapedPath()
	switch {
	case !r.ourHost(req.Host):
		showPage(w, req, http.StatusMisdirectedRequest, page{Name: pageNotFound})
	case strings.HasPrefix(path, startPath):
		r.start(w, req)
	case path == r.path:
		r.callback(w, req)
	case same(path, r.done):
		r.showOutcome(w, req)
	default:
		showPage(w, req, http.StatusNotFound, page{Name: pageNotFound})
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

// navigated tells the user's own browsing from what a page fetches or frames and what a browser loads ahead.
// Programs that do not say what they do are no browsers and hold no secret of ours.
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
		showPage(w, req, http.StatusForbidden, page{Name: pageNotOurs})
		return
	}
	used, wasShown := r.useLink(strings.TrimPrefix(req.URL.EscapedPath(), startPath))
	if !used {
		showPage(w, req, http.StatusGone, page{Name: pageLinkUsed})
		return
	}
	sendTo(w, http.StatusFound, r.target)
	if wasShown {
		r.linkUsed(r.shownLink())
	}
}

func sendTo(w http.ResponseWriter, status int, target string) {
	secureHeaders(w.Header())
	w.Header().Set("Location", target)
	w.WriteHeader(status)
}

func (r *redirect) useLink(name string) (used, wasShown bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.links[name] || r.answered || r.over {
		return false, false
	}
	delete(r.links, name)
	return true, name == r.shown
}

// showOutcome waits for the end of the sign-in and says what it was.
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
	r.told.give()
}

// newRedirectServer serves r with the limits of a server that answers one browser a few times. Connections are kept
// so that the browser fetches the last page with the one it came by. Browsers send the cookies of every server on
// this computer along, hence the room for headers.
func newRedirectServer(r http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           r,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		IdleTimeout:       5 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
