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
	// mostStreams is how many event streams a session may have open on one replica.
	mostStreams = 8
	// heartbeatEvery keeps a stream that says nothing open: proxies close what is silent for a minute, some for 30 s.
	heartbeatEvery = 15 * time.Second
	// streamWrite is how long a reader may take for one event before it counts as gone.
	streamWrite = 20 * time.Second
)

const eventStream = "text/event-stream"

// syncEvents tells how a run stands as server-sent events: at once, then whenever that has changed, until it has ended.
func (s *server) syncEvents(ctx context.Context, in *one) (*huma.StreamResponse, error) {
	viewer := viewerOf(ctx)
	if !s.streams.open(viewer.SessionID) {
		return nil, &portal.Error{Code: portal.TooManyRequests, Wait: heartbeatEvery,
			Detail: fmt.Sprintf("This session follows %d syncs already. Stop following one of them first.", mostStreams)}
	}
	watching, stop := context.WithCancel(ctx)
	runs, err := s.Sync.Watch(watching, viewer, in.ID)
	if err != nil {
		stop()
		s.streams.close(viewer.SessionID)
		return nil, err
	}
	return &huma.StreamResponse{Body: func(answer huma.Context) {
		defer s.streams.close(viewer.SessionID)
		defer stop()
		_, w := humaUnwrap(answer)
		s.stream(w, runs)
	}}, nil
}

// stream writes runs as they come. What ends it early, a reader that has gone or a server that stops, needs no answer:
// whoever still listens asks again.
func (s *server) stream(w http.ResponseWriter, runs <-chan portal.SyncRun) {
	h := w.Header()
	h.Set("Content-Type", eventStream)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	out := http.NewResponseController(w)
	heartbeat := time.NewTicker(heartbeatEvery)
	defer heartbeat.Stop()
	for {
		message := ": still here\n\n"
		select {
		case run, more := <-runs:
			if !more {
				return
			}
			message = runEvent(run)
		case <-heartbeat.C:
		}
		// Only a server that serves for real has deadlines; its limit of a whole answer is not for this one.
		_ = out.SetWriteDeadline(time.Now().Add(streamWrite))
		if _, err := w.Write([]byte(message)); err != nil {
			return
		}
		if err := out.Flush(); err != nil {
			return
		}
	}
}

// runEvent is one event: JSON holds no line break.
func runEvent(run portal.SyncRun) string {
	data, err := json.Marshal(run)
	if err != nil {
		panic(err) // a struct of texts, numbers and times always marshals
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
	if s.of[session] == mostStreams {
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
