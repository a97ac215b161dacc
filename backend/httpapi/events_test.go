package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/sync"
	"fs-client-portal/backend/testkit/wait"
)

// running makes a run that somebody works on, as far as anybody can see.
func (h *apiTest) running() string {
	h.Helper()
	run := decode[portal.SyncRun](h, h.wants(h.post("/v1/syncs", h.as(portal.MSSPAdmin)), accepted))
	h.Exec("update sync_run set status = 'running', started_at = now(), heartbeat_at = now() where id = $1", run.ID)
	return run.ID
}

// stream is an open stream of events.
type stream struct {
	*apiTest
	answer *http.Response
	lines  *bufio.Scanner
	close  context.CancelFunc
}

func (h *apiTest) stream(run, token string) *stream {
	h.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h.Cleanup(cancel)
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, h.url+"/v1/syncs/"+run+"/events", nil)
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept-Encoding", "gzip")
	answer, err := h.client.Do(request)
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(func() { answer.Body.Close() })
	return &stream{h, answer, bufio.NewScanner(answer.Body), cancel}
}

// next answers the run of the next event, false at the end of the stream.
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
				s.Fatalf("the event %q holds %s", name, data)
			}
			return run, true
		}
	}
	return run, false
}

func (s *stream) wantEnd() {
	s.Helper()
	if run, more := s.next(); more {
		s.Fatalf("the stream goes on with %+v", run)
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
	header := s.answer.Header
	if s.answer.StatusCode != ok || header.Get("Content-Type") != "text/event-stream" || header.Get("Cache-Control") != "no-store" ||
		header.Get("X-Accel-Buffering") != "no" || header.Get("Content-Encoding") != "" {
		t.Errorf("the stream begins with %s %v", s.answer.Status, header)
	}
	if now, _ := s.next(); now.ID != run || now.Status != portal.RunRunning || now.Seen != 0 {
		t.Errorf("it tells first %+v", now)
	}
	h.Exec("update sync_run set seen = 5000, calls = 3 where id = $1", run)
	if now, _ := s.next(); now.Seen != 5000 || now.Calls != 3 {
		t.Errorf("then it tells %+v", now)
	}
	h.Exec("update sync_run set status = 'complete', finished_at = now() where id = $1", run)
	if now, _ := s.next(); now.Status != portal.RunComplete {
		t.Errorf("at the end it tells %+v", now)
	}
	s.wantEnd()
}

func testStreamOutlivesServerTimeouts(t *testing.T) {
	h := newAPITest(t)
	run := h.running()
	limited := h.withServer(t, func(s *http.Server) { s.WriteTimeout, s.ReadTimeout = time.Second, time.Second })
	s := limited.stream(run, h.as(portal.MSSPAdmin))
	s.next()
	time.Sleep(1500 * time.Millisecond) // longer than the limits; a slower machine waits longer, which proves the same
	h.Exec("update sync_run set status = 'complete', finished_at = now() where id = $1", run)
	if now, _ := s.next(); now.Status != portal.RunComplete {
		t.Errorf("after the server's limits it tells %+v (%v)", now, s.lines.Err())
	}
}

// served is the house behind another server of the same API.
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
		viewer := h.Person(t, portal.MSSPStaff, h.Own.At(portal.MSSPStaff, 0))
		s := h.stream(run, h.signIn(viewer))
		s.next()
		h.Exec(sql, viewer.UserID)
		if run, more := s.next(); more {
			t.Errorf("%s, somebody is told %+v", name, run)
		}
	}
}

func testStreamLimitIsEightPerSession(t *testing.T) {
	h := newAPITest(t)
	run, token := h.running(), h.as(portal.MSSPAdmin)
	var open []*stream
	for range 8 {
		s := h.stream(run, token)
		h.wants(reply{Response: s.answer}, ok)
		s.next()
		open = append(open, s)
	}
	if ninth := h.stream(run, token).answer; ninth.StatusCode != http.StatusTooManyRequests || ninth.Header.Get("Retry-After") == "" {
		t.Fatalf("the ninth stream is answered %s %v", ninth.Status, ninth.Header)
	}
	other := h.stream(run, h.as(portal.MSSPAdmin))
	h.wants(reply{Response: other.answer}, ok)
	h.wantsProblem(h.get("/v1/syncs/"+h.Own.MSSPID+"/events", h.as(portal.MSSPAdmin)), http.StatusNotFound, portal.NotFound)
	open[0].close()
	until := time.Now().Add(wait.Timeout(time.Minute))
	for again := h.stream(run, token); again.answer.StatusCode != ok; again = h.stream(run, token) {
		if time.Now().After(until) {
			t.Fatal("the place of the stream that ended is not free after a minute")
		}
		time.Sleep(time.Millisecond) // the server has yet to notice
	}
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
	var service *sync.Service
	h := newAPITest(t, func(c *httpapi.Config) { service = c.Sync })
	s := h.stream(h.running(), h.as(portal.MSSPAdmin))
	s.next()
	service.EndWatches()
	s.wantEnd()
	late := h.stream(h.Text("select id::text from sync_run where status = 'running'"), h.as(portal.MSSPAdmin))
	late.next()
	late.wantEnd()
}
