package main

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/wait"
)

// follow opens the event stream of a run and reads its first event.
func (r *replicas) follow(replica, run, token string) *bufio.Reader {
	r.Helper()
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, replica+"/v1/syncs/"+run+"/events", nil)
	if err != nil {
		r.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := r.client.Do(request)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() { response.Body.Close() })
	events := bufio.NewReader(response.Body)
	if line, err := events.ReadString('\n'); err != nil || line != "event: run\n" {
		r.Fatalf("got the first line %q and %v, want event: run", line, err)
	}
	return events
}

func TestShutdown(t *testing.T) {
	t.Parallel()
	t.Run("ends_streams", testShutdownEndsStreams)
}

// testShutdownEndsStreams would fail if a stream stayed open: it would be cut when the drain timeout ends, and the
// process would end with an error.
func testShutdownEndsStreams(t *testing.T) {
	t.Parallel()
	r := startReplicas(t)
	admin, staff := r.newDevice(portal.MSSPAdmin, 0), r.newDevice(portal.MSSPStaff, 0)
	termination, process := r.start(r.URLs.Server, "--no-jobs")
	var run portal.SyncRun
	r.wants(r.first, http.StatusAccepted, "POST /v1/syncs", admin.access, nil, &run)
	streams := []*bufio.Reader{
		r.follow(termination, run.ID, admin.access), r.follow(termination, run.ID, admin.access), r.follow(termination, run.ID,
			staff.access),
	}
	other := r.follow(r.first, run.ID, admin.access)
	go process.Stop(wait.Timeout(time.Minute), syscall.SIGTERM)
	for _, stream := range streams {
		if rest, err := io.ReadAll(stream); err != nil || strings.Count(string(rest), "event: run") != 0 {
			t.Errorf("got %q and %v at the end of a stream, want its end", rest, err)
		}
	}
	if code := process.Code(); code != 0 {
		t.Errorf("got exit code %d, want 0", code)
	}
	r.Exec(t, "update sync_run set status = 'failed', finished_at = now(), error_code = 'internal', error = 'It broke.' where id = $1",
		run.ID)
	if rest, err := io.ReadAll(other); err != nil || !strings.Contains(string(rest), `"status":"failed"`) {
		t.Errorf("got %q and %v from the other server, want the failed run", rest, err)
	}
}
