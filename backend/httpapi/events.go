package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"fs-client-portal/backend/portal"
)

const (
	// maxStreams is how many event streams a session may have open on one replica.
	maxStreams = 8
	// heartbeatEvery is the interval of comments that keep an idle stream open: proxies close silent connections after
	// a minute, some after 30 s.
	heartbeatEvery = 15 * time.Second
	// streamWrite is the write deadline of one event.
	streamWrite = 20 * time.Second
)

const eventStream = "text/event-stream"

// syncEvents streams the state of a run as server-sent events: at once, after each change, and until the run has
// ended.
func (s *server) syncEvents(ctx context.Context, in *idInput) (*huma.StreamResponse, error) {
	viewer := viewerOf(ctx)
	if !s.streams.open(viewer.SessionID) {
		return nil, &portal.Error{Code: portal.TooManyRequests, Wait: heartbeatEvery,
			Detail: fmt.Sprintf("This session already follows %d syncs. Close one of the streams first.", maxStreams)}
	}
	watching, stop := context.WithCancel(ctx)
	runs, err := s.Sync.Watch(watching, viewer, in.ID)
	if err != nil {
		stop()
		s.streams.close(viewer.SessionID)
		return nil, err
	}
	return &huma.StreamResponse{Body: func(response huma.Context) {
		defer s.streams.close(viewer.SessionID)
		defer stop()
		_, w := humaUnwrap(response)
		s.stream(w, runs)
	}}, nil
}

// stream writes runs as they arrive. It returns without an error when the client has gone or the server shuts down: a
// client that still needs the stream connects again.
func (s *server) stream(w http.ResponseWriter, runs <-chan portal.SyncRun) {
	h := w.Header()
	h.Set("Content-Type", eventStream)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would buffer events
	out := http.NewResponseController(w)
	heartbeat := time.NewTicker(heartbeatEvery)
	defer heartbeat.Stop()
	for {
		message := ": heartbeat\n\n"
		select {
		case run, more := <-runs:
			if !more {
				return
			}
			message = runEvent(run)
		case <-heartbeat.C:
		}
		// Only a real server has deadlines. Its limit for a whole response does not fit a stream.
		_ = out.SetWriteDeadline(time.Now().Add(streamWrite))
		if _, err := w.Write([]byte(message)); err != nil {
			return
		}
		if err := out.Flush(); err != nil {
			return
		}
	}
}

// runEvent returns one event. Encoded JSON contains no line break.
func runEvent(run portal.SyncRun) string {
	data, err := json.Marshal(run)
	if err != nil {
		panic(err) // a struct of strings, numbers and times always marshals
	}
	return "event: run\ndata: " + string(data) + "\n\n"
}

// streams counts the open streams of each session.
type streams struct {
	mu sync.Mutex
	of map[string]int
}

func (s *streams) open(session string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[session] == maxStreams {
		return false
	}
	s.of[session]++
	return true
}

func (s *streams) close(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[session]--; s.of[session] == 0 {
		delete(s.of, session)
	}
}
