package customersync_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
)

// resellerAPI is a fake Heimdal API that names no client's parent, so that each reseller is requested by its id.
type resellerAPI struct {
	mu        sync.Mutex
	responses map[string]any
	// handlers replace a reseller's response, by its id.
	handlers map[string]http.HandlerFunc
}

// resellerAPI connects the tenant to a new resellerAPI of three resellers with four clients each and one client of the
// MSSP.
func (w *tenant) resellerAPI() *resellerAPI {
	w.Helper()
	b := &resellerAPI{responses: map[string]any{}, handlers: map[string]http.HandlerFunc{}}
	top := []customer{parentless(900, "Own", "CORP")}
	for id := 1; id <= 3; id++ {
		top = append(top, parentless(id, fmt.Sprint("Reseller ", id), "RESELLER"))
		b.setClients(id, 100*id, 4)
	}
	b.responses[customerID] = top
	server := httptest.NewServer(b)
	w.Cleanup(server.Close)
	w.setBaseURL(server.URL)
	return b
}

// parentless returns a customer without a field for its parent.
func parentless(id int, name, kind string) customer {
	return customer{"id": id, "name": name, "type": kind}
}

// setClients replaces a reseller's response with n clients whose ids begin at from.
func (b *resellerAPI) setClients(reseller, from, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := []customer{}
	for i := range n {
		list = append(list, parentless(from+i, fmt.Sprint("Client ", from+i), "CORP"))
	}
	b.responses[fmt.Sprint(reseller)] = list
}

// setHandler replaces a reseller's response by a handler, or restores it if how is nil.
func (b *resellerAPI) setHandler(reseller int, how http.HandlerFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.handlers[fmt.Sprint(reseller)] = how
	if how == nil {
		delete(b.handlers, fmt.Sprint(reseller))
	}
}

func (b *resellerAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := r.URL.Query().Get("customerId")
	if how := b.handlers[id]; how != nil {
		how(w, r)
		return
	}
	_ = json.NewEncoder(w).Encode(b.responses[id])
}

func respondStatus(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func respondText(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }
}

// clientRows returns every client, with the id of the transaction that wrote it.
func (w *tenant) clientRows() string {
	w.Helper()
	return value[string](w, "select json_agg(array[t::text, xmin::text] order by t::text)::text from client t where mssp_id = $1", w.ID)
}

// unread returns the id, name and error code of each unread reseller of a run.
func unread(run portal.SyncRun) string {
	var all []string
	for _, u := range run.Unread {
		all = append(all, u.ExternalID+" "+u.Name+" "+u.Code)
	}
	return strings.Join(all, ", ")
}

func TestUnreadReseller(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		code    string
		// status is the run's; RunPartial if empty.
		status portal.RunStatus
	}{
		"status_404":   {handler: respondStatus(404), code: "not_found"},
		"status_204":   {handler: respondStatus(204), code: "garbage"},
		"status_403":   {handler: respondStatus(403), code: "bad_key"},
		"empty_object": {handler: respondText("{}"), code: "garbage"},
		"message":      {handler: respondText(`{"message":"No access."}`), code: "bad_key"},
		"status_500":   {handler: respondStatus(500), code: "server_error", status: portal.RunFailed},
		"failure":      {handler: respondText(`{"success":false,"data":[]}`), code: "incomplete"},
		"empty_list":   {handler: respondText("[]"), status: portal.RunComplete},
	} {
		t.Run("after_"+name, func(t *testing.T) {
			t.Parallel()
			w := newTenant(t)
			w.service = w.newService(func(c *customersync.Config) { c.Clock = newSkippingClock() })
			for reseller := 1; reseller <= 3; reseller++ {
				b := w.resellerAPI()
				w.mustEnd(portal.RunComplete)
				b.setHandler(reseller, test.handler)
				// The last client of each reseller is gone.
				for id := 1; id <= 3; id++ {
					b.setClients(id, 100*id, 3)
				}
				before := w.Everything()
				run := w.syncNow()
				switch test.status {
				case portal.RunFailed:
					if run.Status != portal.RunFailed || !strings.HasPrefix(errorText(run), test.code) || w.Everything() != before {
						t.Errorf("reseller %d: got %s (%s), want failed by %s and no rows", reseller, run.Status, errorText(run), test.code)
					}
				case portal.RunComplete:
					if run.Status != portal.RunComplete || run.Missing != 6 || len(run.Unread) != 0 {
						t.Errorf("reseller %d: got %s, %d missing, unread %q; want complete, 6, none",
							reseller, run.Status, run.Missing, unread(run))
					}
				default:
					w.wantUnread(run, reseller, test.code)
				}
				w.CheckCounts(t.Errorf)
			}
		})
	}
}

// wantUnread checks a partial run that could not read one of three resellers, each of which has lost a client.
func (w *tenant) wantUnread(run portal.SyncRun, reseller int, code string) {
	w.Helper()
	want := fmt.Sprintf("%d Reseller %d %s", reseller, reseller, code)
	if run.Status != portal.RunPartial || unread(run) != want || run.Missing != 2 || run.Error != nil {
		w.Errorf("reseller %d: got %s, unread %q, %d missing; want partial, %q, 2", reseller, run.Status, unread(run), run.Missing, want)
	}
	if got := w.statusOf(100*reseller + 3); got != "active" {
		w.Errorf("client of the unread reseller %d: got %s, want active", reseller, got)
	}
}
