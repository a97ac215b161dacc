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

// gate bounds the requests at work at once: all of them, and those of each key. 0 is any number.
type gate struct {
	all, each int

	mu   sync.Mutex
	held int
	of   map[string]int
}

// enter reports whether a request of key may begin; each that may has to leave.
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

func (g *gate) atWork() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.held
}

// gateWait is what callers who find too many requests at work are asked to wait.
const gateWait = 2 * time.Second

func errBusy() error {
	return &portal.Error{Code: portal.TooManyRequests, Wait: gateWait,
		Detail: "Too many requests are at work at once. Try again in a moment."}
}

// leaveUnread closes the connection of a request that is refused before its body was read. The server would otherwise
// read on, at the pace of the caller, before it replies.
func leaveUnread(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		w.Header().Set("Connection", "close")
	}
}

// limitBody refuses a body that says that it is too large, before anything of it is read. One that does not say so is
// cut off by huma.
func (s *server) limitBody(ctx huma.Context, next func(huma.Context)) {
	most := ctx.Operation().MaxBodyBytes
	if request, _ := humaUnwrap(ctx); request.ContentLength >= most {
		s.refuse(ctx, portal.Errorf(portal.TooLarge, "%s", tooLarge))
		return
	}
	next(ctx)
}

// readAhead reads the body of a request now, as much of it as its route reads and for as long as it may take. huma then finds
// the same bytes, and the same error behind them.
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

// readBody is a body that was read, up to what ended it: nil for its end.
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
