package hostile

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
)

// Respond returns a handler that responds with a status and a body of a content type.
func Respond(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		w.Write([]byte(body))
	}
}

// Redirects redirects the request, including its body, to the attacker.
func Redirects(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, Evil+r.URL.Path, http.StatusTemporaryRedirect)
}

// HangsUp closes the connection without a response.
func HangsUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// BreaksOff closes the connection in the middle of a response.
func BreaksOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	w.Write([]byte(`{"issuer":"https://`))
	http.NewResponseController(w).Flush() //nolint:errcheck // the portal has gone away
	panic(http.ErrAbortHandler)
}

// Megabytes returns a handler for a JSON response of n MiB, or, if packed, for a small one that decompresses to it.
func Megabytes(n int, packed bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		body := `{"x":"` + strings.Repeat("x", n<<20) + `"}`
		if !packed {
			w.Write([]byte(body))
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		zip.Write([]byte(body)) //nolint:errcheck // the portal has gone away
		zip.Close()             //nolint:errcheck // the portal has gone away
	}
}

// Hangs never responds. When it is called, every context of Bound ends.
func (s *Server) Hangs(_ http.ResponseWriter, r *http.Request) {
	s.timeIsUp()
	UntilLeft(r)
}

// UntilLeft waits until the client has closed the connection. A server notices that only once it has read the whole
// request.
func UntilLeft(r *http.Request) {
	io.Copy(io.Discard, r.Body) //nolint:errcheck // it is gone, then
	<-r.Context().Done()
}

// HangsHalfway starts a response and then behaves like Hangs.
func (s *Server) HangsHalfway(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Write([]byte(`{"issuer":`))
	http.NewResponseController(w).Flush() //nolint:errcheck // the portal has gone away
	s.Hangs(w, r)
}

// Bound returns a context that ends, like a timeout, when Hangs is called.
func (s *Server) Bound(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bounds = append(s.bounds, cancel)
	return ctx, cancel
}

func (s *Server) timeIsUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, cancel := range s.bounds {
		cancel()
	}
	s.bounds = nil
}
