package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

// running returns the id of a run that looks as if a worker held its lease.
func (h *apiTest) running() string {
	h.Helper()
	run := decode[portal.SyncRun](h, h.wants(h.post("/v1/syncs", h.as(portal.MSSPAdmin)), accepted))
	h.Exec("update sync_run set status = 'running', started_at = now(), heartbeat_at = now() where id = $1", run.ID)
	return run.ID
}

// stream is an open event stream.
type stream struct {
	*apiTest
	response *http.Response
	lines    *bufio.Scanner
	close    context.CancelFunc
}

func (h *apiTest) stream(run, token string) *stream {
	h.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h.Cleanup(cancel)
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/v1/syncs/"+run+"/events", nil)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := h.client.Do(request)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { response.Body.Close() })
	return &stream{h, response, bufio.NewScanner(response.Body), cancel}
}

// next returns the run of the next event, or false at the end of the stream.
func (s *stream) next() (run portal.SyncRun, more bool) {
	s.Helper()
	name := ""
	for s.lines.Scan() {
		line := s.lines.Text()
		if after, found := strings.CutPrefix(line, "event: "); found {
			name = after
		}
		if data, found := strings.CutPrefix(line, "data: "); found {
			if err := json.Unmarshal([]byte(data), &run); err != nil || name != "run" {
				s.Fatalf("got the event %q with %s, want a run", name, data)
			}
			return run, true
		}
	}
	if err := s.lines.Err(); errors.Is(err, context.DeadlineExceeded) {
		s.Fatalf("waited for the next event or the end of the stream: %v", err)
	}
	return run, false
}

func (s *stream) wantEnd() {
	s.Helper()
	if run, more := s.next(); more {
		s.Fatalf("got the run %+v, want the end of the stream", run)
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	t.Run("sends_every_state_until_run_ends", testStreamSendsEveryStateUntilRunEnds)
	t.Run("outlives_server_timeouts", testStreamOutlivesServerTimeouts)
	t.Run("ends_when_viewer_loses_access", testStreamEndsWhenViewerLosesAccess)
	t.Run("limit_is_eight_per_session", testStreamLimitIsEightPerSession)
	t.Run("not_found_does_not_count", testStreamNotFoundDoesNotCount)
	t.Run("ends_on_shutdown", testStreamEndsOnShutdown)
}

func testStreamSendsEveryStateUntilRunEnds(t *testing.T) {
	h := newAPITest(t)
	run := h.running()
	s := h.stream(run, h.as(portal.MSSPStaff))
	h.wants(reply{Response: s.response}, ok)
	for name, want := range map[string]string{
		"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Encoding": "",
	} {
		if got := s.response.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if now, _ := s.next(); now.ID != run || now.Status != portal.RunRunning || now.Seen != 0 {
		t.Errorf("got %+v first, want the running run", now)
	}
	h.Exec("update sync_run set seen = 5000, calls = 3 where id = $1", run)
	if now, _ := s.next(); now.Seen != 5000 || now.Calls != 3 {
		t.Errorf("got %+v after the change, want 5000 customers seen in 3 calls", now)
	}
	h.Exec("update sync_run set status = 'complete', finished_at = now() where id = $1", run)
	if now, _ := s.next(); now.Status != portal.RunComplete {
		t.Errorf("got %+v at the end, want a complete run", now)
	}
	s.wantEnd()
}

func testStreamOutlivesServerTimeouts(t *testing.T) {
	h := newAPITest(t)
	run := h.running()
	limited := h.withServer(t, func(s *http.Server) { s.WriteTimeout, s.ReadTimeout = time.Second, time.Second })
	s := limited.stream(run, h.as(portal.MSSPAdmin))
	s.next()
	time.Sleep(1500 * time.Millisecond) // longer than the timeouts; on a slower machine the wait is longer, which proves the same
	h.Exec("update sync_run set status = 'complete', finished_at = now() where id = $1", run)
	if now, _ := s.next(); now.Status != portal.RunComplete {
		t.Errorf("got %+v (%v) after the server's timeouts, want a complete run", now, s.lines.Err())
	}
}

// withServer returns the same test with another server of the same API.
func (h *apiTest) withServer(t *testing.T, change func(*http.Server)) *apiTest {
	t.Helper()
	config := newConfig(t, h.DB)
	config.Sessions = h.sessions
	server := httptest.NewUnstartedServer(httpapi.New(config))
	change(server.Config)
	server.Start()
	t.Cleanup(server.Close)
	other := *h
	other.url = server.URL
	return &other
}

func testStreamEndsWhenViewerLosesAccess(t *testing.T) {
	h := newAPITest(t)
	run := h.running()
	for name, sql := range map[string]string{
		"signed out":   "update session set revoked_at = now(), revoked_reason = 'sign_out' where user_id = $1",
		"another role": "update user_role set role = 'mssp_admin' where user_id = $1",
		"deactivated":  "update app_user set active = false where id = $1",
	} {
		t.Run(name, func(t *testing.T) {
			viewer := h.Person(t, portal.MSSPStaff, h.Own.At(portal.MSSPStaff, 0))
			s := h.stream(run, h.signIn(viewer))
			s.next()
			h.Exec(sql, viewer.UserID)
			if run, more := s.next(); more {
				t.Errorf("got the run %+v, want the end of the stream", run)
			}
		})
	}
}

func testStreamLimitIsEightPerSession(t *testing.T) {
	h := newAPITest(t)
	run, token := h.running(), h.as(portal.MSSPAdmin)
	var open []*stream
	for range 8 {
		s := h.stream(run, token)
		h.wants(reply{Response: s.response}, ok)
		s.next()
		open = append(open, s)
	}
	if ninth := h.stream(run, token).response; ninth.StatusCode != http.StatusTooManyRequests || ninth.Header.Get("Retry-After") == "" {
		t.Fatalf("got %s %v for the ninth stream, want 429 with Retry-After", ninth.Status, ninth.Header)
	}
	other := h.stream(run, h.as(portal.MSSPAdmin))
	h.wants(reply{Response: other.response}, ok)
	h.wantsProblem(h.get("/v1/syncs/"+h.Own.MSSPID+"/events", h.as(portal.MSSPAdmin)), http.StatusNotFound, portal.NotFound)
	open[0].close()
	wait.Until(t, time.Minute, "a closed stream to stop counting", func() bool {
		return h.stream(run, token).response.StatusCode == ok
	})
}

func testStreamNotFoundDoesNotCount(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSSPAdmin)
	for range 20 {
		h.wantsProblem(h.get("/v1/syncs/"+h.run(h.Other)+"/events", token), http.StatusNotFound, portal.NotFound)
		h.wants(h.get("/v1/syncs/"+h.run(h.Own)+"/events", token), ok)
	}
}

func testStreamEndsOnShutdown(t *testing.T) {
	var service *customersync.Service
	h := newAPITest(t, func(c *httpapi.Config) { service = c.Sync })
	s := h.stream(h.running(), h.as(portal.MSSPAdmin))
	s.next()
	service.EndWatches()
	s.wantEnd()
	late := h.stream(h.Text("select id::text from sync_run where status = 'running'"), h.as(portal.MSSPAdmin))
	late.next()
	late.wantEnd()
}
