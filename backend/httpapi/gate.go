package httpapi

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"fs-client-portal/backend/portal"
)

// gate limits the concurrent requests: in total (all) and for each key (each). 0 means no limit.
type gate struct {
	all, each int

	mu   sync.Mutex
	held int
	of   map[string]int
}

// enter reports whether a request of key may start. If so, the caller must call leave.
func (g *gate) enter(key string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all > 0 && g.held == g.all || g.each > 0 && g.of[key] == g.each {
		return false
	}
	if g.of == nil {
		g.of = map[string]int{}
	}
	g.held++
	g.of[key]++
	return true
}

func (g *gate) leave(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held--
	if g.of[key]--; g.of[key] == 0 {
		delete(g.of, key)
	}
}

func (g *gate) running() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.held
}

// gateWait is the Retry-After of requests that a gate rejects.
const gateWait = 2 * time.Second

func errBusy() error {
	return &portal.Error{Code: portal.TooManyRequests, Wait: gateWait,
		Detail: "Too many requests are running at the same time. Try again in a moment."}
}

// leaveUnread closes the connection of a request that is rejected before its body was read. The server would otherwise
// read the body, at the client's pace, before it responds.
func leaveUnread(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		w.Header().Set("Connection", "close")
	}
}

// limitBody rejects a request whose Content-Length is over the limit before any of its body is read. huma cuts off a
// body without a Content-Length.
func (s *server) limitBody(ctx huma.Context, next func(huma.Context)) {
	most := ctx.Operation().MaxBodyBytes
	if request, _ := humaUnwrap(ctx); request.ContentLength >= most {
		s.refuse(ctx, portal.Errorf(portal.TooLarge, "%s", tooLarge))
		return
	}
	next(ctx)
}

// readAhead reads the body of a request now, up to the limits of its route. huma later reads the same bytes, followed
// by the same error.
func readAhead(ctx huma.Context) {
	operation := ctx.Operation()
	if operation.RequestBody == nil {
		return
	}
	request, w := humaUnwrap(ctx)
	_ = ctx.SetReadDeadline(time.Now().Add(operation.BodyReadTimeout))
	body, err := io.ReadAll(io.LimitReader(request.Body, operation.MaxBodyBytes))
	if err != nil {
		leaveUnread(w, request)
	}
	request.Body = io.NopCloser(&readBody{bytes: bytes.NewReader(body), err: err})
}

// readBody is a body that has been read, followed by the error that ended it; nil means io.EOF.
type readBody struct {
	bytes *bytes.Reader
	err   error
}

func (b *readBody) Read(p []byte) (int, error) {
	n, err := b.bytes.Read(p)
	if err == io.EOF && b.err != nil {
		err = b.err
	}
	return n, err
}

const tooLarge = "The body is larger than this route reads."
