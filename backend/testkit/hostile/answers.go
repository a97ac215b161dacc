package hostile

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
)

// Says answers a status and a body of a type.
func Says(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		w.Write([]byte(body))
	}
}

// Redirects sends the caller to the attacker, its body included.
func Redirects(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, Evil+r.URL.Path, http.StatusTemporaryRedirect)
}

// HangsUp ends the connection without an answer.
func HangsUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// BreaksOff ends the connection in the middle of an answer.
func BreaksOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	w.Write([]byte(`{"issuer":"https://`))
	http.NewResponseController(w).Flush() //nolint:errcheck // the portal has gone away
	panic(http.ErrAbortHandler)
}

// Megabytes is a JSON answer of that size, or, packed, one that becomes it.
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

// Hangs answers nothing, and at that moment the time of everybody with a Bound is up.
func (s *Server) Hangs(_ http.ResponseWriter, r *http.Request) {
	s.timeIsUp()
	UntilLeft(r)
}

// UntilLeft waits until the caller has gone away. A server notices that only once it has read the whole request.
func UntilLeft(r *http.Request) {
	io.Copy(io.Discard, r.Body) //nolint:errcheck // it is gone, then
	<-r.Context().Done()
}

// HangsHalfway begins an answer and then does as Hangs.
func (s *Server) HangsHalfway(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Write([]byte(`{"issuer":`))
	http.NewResponseController(w).Flush() //nolint:errcheck // the portal has gone away
	s.Hangs(w, r)
}

// Bound is a limit of time that needs no clock: it is reached when Hangs is waited for.
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
