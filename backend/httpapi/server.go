package httpapi

import (
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/singleflight"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/identity"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/session"
)

// Config contains the dependencies and limits of the API.
type Config struct {
	DB       *postgres.DB
	Sessions *session.Sessions
	Identity *identity.Service
	Sync     *customersync.Service
	Log      *slog.Logger
	Metrics  prometheus.Registerer
	Version  string
	// AuthRate is how many requests per minute one address may send to each route of /v1/auth, SessionRate how many
	// one session may send to all other routes; 0 means no limit.
	AuthRate    int
	SessionRate int
	// AccountRate is how many requests per minute may be sent to /v1/auth with the credentials of one account; 0 means
	// no limit.
	AccountRate int
	// AnonymousAtOnce is how many requests without sign-in run at the same time, AddressAtOnce how many of one address
	// run or send their bodies, SessionAtOnce how many requests of one session run; 0 means no limit.
	AnonymousAtOnce int
	AddressAtOnce   int
	SessionAtOnce   int
	// ExportsAtOnce is how many exports run at the same time, a half of them for one MSSP; 0 means a quarter of the
	// database's connections, because each holds one.
	ExportsAtOnce int
	// Ending is closed when the server begins to stop. nil means that it never does.
	Ending <-chan struct{}
	// TrustedProxies are the proxies whose X-Forwarded-For is trusted.
	TrustedProxies []netip.Prefix
	Now            func() time.Time // nil means time.Now
}

type server struct {
	Config
	requests  *prometheus.HistogramVec
	limits    limits
	streams   streams
	readiness singleflight.Group
	// anonymous, addresses, sessions and exports limit the concurrent requests.
	anonymous, addresses, sessions, exports, ownExports gate
}

// New returns the API's handler.
func New(c Config) http.Handler {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &server{Config: c, limits: newLimits(c), streams: streams{of: map[string]int{}}}
	s.anonymous, s.addresses = gate{all: c.AnonymousAtOnce}, gate{each: c.AddressAtOnce}
	s.sessions = gate{each: c.SessionAtOnce}
	exports := c.ExportsAtOnce
	if exports == 0 {
		exports = max(1, int(c.DB.Pool().Config().MaxConns)/4)
	}
	s.exports = gate{all: exports, each: max(1, exports/2)}
	s.ownExports = gate{each: 1}
	s.requests = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "portal_http_request_seconds",
		Help:    "Response time by route and status.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"route", "status"})
	c.Metrics.MustRegister(s.requests, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "portal_http_anonymous_requests",
		Help: "Requests without sign-in that are running or sending their bodies.",
	}, func() float64 { return float64(s.addresses.running()) }))

	mux := http.NewServeMux()
	s.routes(humago.New(mux, apiConfig(c.Version)))
	mux.HandleFunc("/", noRoute(mux))
	return s.observe(s.recover(checkText(compress(s.limitDocument(mux)))))
}

func apiConfig(version string) huma.Config {
	config := huma.DefaultConfig("FS Client Portal", version)
	config.CreateHooks = nil // no $schema member in bodies
	config.Formats = strictFormats()
	config.DocsPath = ""
	config.SchemasPath = ""
	config.RejectUnknownQueryParameters = true
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
	}
	return config
}

// compress compresses bodies over 1 KiB for clients that accept gzip, with random padding against BREACH. Event
// streams are not compressed, because each event must be sent at once.
func compress(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.SuffixETag(compressedSuffix), gzhttp.RandomJitter(32, 0, false),
		gzhttp.ContentTypeFilter(func(kind string) bool { return kind != eventStream && gzhttp.DefaultContentTypeFilter(kind) }))
	if err != nil {
		panic(err) // the options are constants
	}
	return wrap(next)
}

// compressedSuffix marks the ETag of a compressed response, which is another representation (RFC 9110 section 8.8.1).
const compressedSuffix = "-gzip"

// noRoute responds with 404, or with 405 where the path has a route of another method.
func noRoute(mux *http.ServeMux) http.HandlerFunc {
	methods := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	return func(w http.ResponseWriter, r *http.Request) {
		leaveUnread(w, r)
		for _, method := range methods {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != "/" && pattern != "" {
				w.Header().Add("Allow", method)
			}
		}
		if w.Header().Get("Allow") != "" {
			writeProblem(w, r.Context(), &Problem{Status: http.StatusMethodNotAllowed, Code: "method_not_allowed",
				Detail: "This route does not support " + r.Method + "."})
			return
		}
		writeProblem(w, r.Context(), &Problem{Status: http.StatusNotFound, Code: portal.NotFound, Detail: "This route does not exist."})
	}
}
