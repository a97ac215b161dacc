package httpapi

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

type contextKey int

const (
	requestIDKey contextKey = iota
	viewerKey
	addressKeyKey
)

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// viewerOf returns the authenticated viewer; only routes behind authenticate have one.
func viewerOf(ctx context.Context) portal.Viewer { return ctx.Value(viewerKey).(portal.Viewer) }

// observe gives each request an id, measures its duration, and logs it without its query, which may contain names.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, start := postgres.NewID(), time.Now()
		ctx := postgres.WithRequestID(context.WithValue(r.Context(), requestIDKey, id), id)
		w.Header().Set(portal.APIHeader, portal.APIVersion)
		w.Header().Set("Request-Id", id)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		r = r.WithContext(ctx)
		defer func() { s.record(r, id, seen.status, time.Since(start)) }() // also of a response that was broken off
		next.ServeHTTP(seen, r)
	})
}

func (s *server) record(r *http.Request, id string, status int, took time.Duration) {
	route := r.Pattern
	if route == "" || route == "/" {
		route = "none"
	}
	s.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
	s.Log.DebugContext(r.Context(), "request", "request_id", id, "method", r.Method, "route", route, "status", status,
		"milliseconds", took.Milliseconds())
}

// statusWriter records the status. Unwrap gives access to the deadlines of the underlying writer. Flush is needed
// because gzhttp looks for it only here.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (s *server) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(cause) // breaks the response off
				}
				s.Log.ErrorContext(r.Context(), "panic", "request_id", requestID(r.Context()), "cause", cause,
					"stack", string(debug.Stack()))
				writeProblem(w, r.Context(), &Problem{Status: http.StatusInternalServerError, Code: portal.Internal,
					Detail: "An internal error occurred."})
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// checkText rejects a URL that PostgreSQL cannot store as text, and a query parameter or security-relevant header that
// occurs more than once, because its meaning would be ambiguous.
func checkText(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, err := url.QueryUnescape(r.URL.RawQuery)
		if err != nil || !utf8.ValidString(query) || strings.ContainsRune(query, 0) || strings.ContainsRune(r.URL.Path, 0) {
			leaveUnread(w, r)
			writeProblem(w, r.Context(), &Problem{Status: http.StatusBadRequest, Code: portal.Invalid,
				Detail: "The URL contains characters that are not valid text."})
			return
		}
		if repeated := repeatedName(r); repeated != "" {
			leaveUnread(w, r)
			writeProblem(w, r.Context(), &Problem{Status: http.StatusBadRequest, Code: portal.Invalid, Field: repeated,
				Detail: "The request contains this more than once" + shownName(repeated) + ". Send it once."})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// singleHeaders are the headers that decide who calls, as which grant, and with what.
var singleHeaders = []string{"Authorization", "Portal-Grant", "Content-Type", portal.RefreshRequestHeader}

// repeatedName returns the name of a query parameter or header that occurs more than once, "" if none does.
func repeatedName(r *http.Request) string {
	for name, values := range r.URL.Query() {
		if len(values) > 1 {
			return name
		}
	}
	for _, name := range singleHeaders {
		if len(r.Header.Values(name)) > 1 {
			return name
		}
	}
	return ""
}

// authenticate verifies the access token, selects the grant and checks the permission of its role. Every request
// counts towards the rate of its session.
func (s *server) authenticate(may portal.Permission) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		viewer, err := s.viewer(ctx)
		if err == nil && may != signedIn && !viewer.Role.May(may) {
			err = s.forbidden(ctx.Context(), viewer)
		}
		if err != nil {
			s.refuse(ctx, err)
			return
		}
		if !s.sessions.enter(viewer.SessionID) {
			s.refuse(ctx, errBusy())
			return
		}
		defer s.sessions.leave(viewer.SessionID)
		ctx.SetHeader("Cache-Control", "private, no-cache")
		next(huma.WithValue(ctx, viewerKey, viewer))
	}
}

// forbidden returns the error for a role without the permission. It checks the grant first, because the role may have
// changed since the token was issued.
func (s *server) forbidden(ctx context.Context, viewer portal.Viewer) error {
	if err := s.DB.As(viewer).Check(ctx); err != nil {
		return err
	}
	return portal.Errorf(portal.Forbidden, "Your role does not include this.")
}

func (s *server) viewer(ctx huma.Context) (portal.Viewer, error) {
	scheme, token, _ := strings.Cut(ctx.Header("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return portal.Viewer{}, portal.Errorf(portal.Unauthenticated,
			"Sign in first: this route requires the header Authorization: Bearer.")
	}
	viewer, err := s.Sessions.Verify(ctx.Context(), token)
	if err != nil {
		return portal.Viewer{}, err
	}
	if wait, ok := s.limits.session.allow(viewer.SessionID); !ok {
		return portal.Viewer{}, tooMany(wait)
	}
	if grant := ctx.Header("Portal-Grant"); grant != "" {
		return s.Sessions.VerifyAs(ctx.Context(), token, grant)
	}
	return viewer, nil
}

func (s *server) refuse(ctx huma.Context, err error) {
	request, w := humaUnwrap(ctx)
	leaveUnread(w, request)
	writeProblem(w, request.Context(), s.problem(request.Context(), err))
}

// limitAddress limits the rate and the concurrency of one address on each route without sign-in. The body of a
// rejected request is not read.
func (s *server) limitAddress(ctx huma.Context, next func(huma.Context)) {
	ctx.SetHeader("Cache-Control", "no-store")
	request, _ := humaUnwrap(ctx)
	address := addressKey(callerAddress(request, s.TrustedProxies))
	if !s.addresses.enter(address) {
		s.refuse(ctx, errBusy())
		return
	}
	defer s.addresses.leave(address)
	key := ctx.Operation().Path + " " + address
	if wait, ok := s.limits.address.allow(key); !ok {
		s.refuse(ctx, tooMany(wait))
		return
	}
	next(huma.WithValue(ctx, addressKeyKey, key))
}

// limitAnonymous limits the concurrent requests without sign-in. The body is read first, so that a slow sender uses up
// the share of its own address only.
func (s *server) limitAnonymous(ctx huma.Context, next func(huma.Context)) {
	readAhead(ctx)
	if !s.anonymous.enter("") {
		s.refuse(ctx, errBusy())
		return
	}
	defer s.anonymous.leave("")
	next(ctx)
}

// limitDocument limits the rate of one address on the OpenAPI document, which needs no sign-in and is the largest such
// response.
func (s *server) limitDocument(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/openapi") {
			next.ServeHTTP(w, r)
			return
		}
		key := "/openapi " + addressKey(callerAddress(r, s.TrustedProxies))
		if wait, ok := s.limits.address.allow(key); !ok {
			leaveUnread(w, r)
			writeProblem(w, r.Context(), s.problem(r.Context(), tooMany(wait)))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// limitAccount limits the rate of a credential, and refunds a rejected request to the client address.
func (s *server) limitAccount(ctx context.Context, credential string) error {
	wait, ok := s.limits.account.allow(credential)
	if ok {
		return nil
	}
	if key, ok := ctx.Value(addressKeyKey).(string); ok {
		s.limits.address.refund(key)
	}
	return tooMany(wait)
}

// limitMSSP counts one request of the viewer's MSSP.
func limitMSSP(ctx context.Context, l *limit) error {
	if wait, ok := l.allow(viewerOf(ctx).Scope.MSSPID); !ok {
		return tooMany(wait)
	}
	return nil
}

func tooMany(wait time.Duration) error {
	unit := "seconds"
	if wholeSeconds(wait) == 1 {
		unit = "second"
	}
	refused := portal.Errorf(portal.TooManyRequests, "Too many requests. Try again in %d %s.", wholeSeconds(wait), unit)
	refused.Wait = wait
	return refused
}

// wholeSeconds rounds up, so that a client that waits this long is allowed.
func wholeSeconds(wait time.Duration) int {
	return max(1, int((wait+time.Second-1)/time.Second))
}
