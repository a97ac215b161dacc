package httpapi_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/wait"
)

func TestExport(t *testing.T) {
	t.Run("holds_what_the_role_sees", testExportHoldsWhatTheRoleSees)
	t.Run("describes_itself_in_headers", testExportDescribesItself)
	t.Run("HEAD_returns_the_headers_alone", testExportHead)
	t.Run("rejects_what_it_does_not_know", testExportRejects)
	t.Run("is_in_the_audit_log", testExportAudited)
	t.Run("breaks_off_when_the_session_ends", testExportSessionEnds)
	t.Run("is_cancelled_with_its_receiver", testExportReceiverGone)
	t.Run("fails_without_audit_log", testExportWithoutAuditLog)
	t.Run("breaks_off_when_the_server_stops", testExportServerStops)
	t.Run("limits_exports_at_once", testExportLimit)
	t.Run("runs_one_export_of_a_grant", testExportLimitOfGrant)
	t.Run("limits_exports_of_a_grant_per_minute", testExportRate)
	t.Run("finds_no_customer_of_another_scope", testExportForeignIDs)
	t.Run("exports_any_selection", testExportSelectionInBody)
}

// records returns the names in an exported CSV file.
func (h *apiTest) records(file []byte) [][]string {
	h.Helper()
	records, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\ufeff")))).ReadAll()
	if err != nil {
		h.Fatal(err)
	}
	return records
}

func testExportHoldsWhatTheRoleSees(t *testing.T) {
	h := newAPITest(t)
	for i, role := range roles {
		token := h.as(role)
		want := decode[portal.ClientPage](h, h.wants(h.get("/v1/clients?limit=200", token), ok)).Items
		for _, format := range []string{"csv", "xlsx", "ndjson"} {
			r := h.wants(h.get("/v1/clients/export?format="+format, token), ok)
			h.wantNothingHidden(r, role)
			var got []string
			switch format {
			case "csv":
				for _, record := range h.records(r.body)[1:] {
					got = append(got, record[0])
				}
			case "xlsx":
				book, err := excelize.OpenReader(bytes.NewReader(r.body))
				if err != nil {
					t.Fatal(err)
				}
				rows, err := book.GetRows("Clients")
				if err != nil {
					t.Fatal(err)
				}
				for _, row := range rows[1:] {
					got = append(got, row[0])
				}
			case "ndjson":
				for line := range strings.Lines(string(r.body)) {
					var c portal.Client
					if err := json.Unmarshal([]byte(line), &c); err != nil {
						t.Fatal(err)
					}
					got = append(got, c.Name)
				}
			}
			var names []string
			for _, c := range want {
				names = append(names, c.Name)
			}
			if strings.Join(got, "; ") != strings.Join(names, "; ") {
				t.Errorf("%s, %s: got %v, want %v", role, format, got, names)
			}
		}
		if routeCaseOf("GET /v1/msps/export").want[i] == ok {
			r := h.wants(h.get("/v1/msps/export?with_clients=yes", token), ok)
			h.wantNothingHidden(r, role)
		}
	}
}

func routeCaseOf(route string) routeCase {
	for _, c := range routeCases {
		if c.route == route {
			return c
		}
	}
	return routeCase{}
}

func testExportDescribesItself(t *testing.T) {
	h := newAPITest(t)
	r := h.wants(h.get("/v1/clients/export?format=ndjson&status=active&sort=-name&columns=name", h.as(portal.MSSPAdmin)), ok)
	for name, want := range map[string]string{
		"Content-Type":            "application/x-ndjson",
		portal.ExportFilterHeader: "sort=-name&status=active",
		portal.ExportTotalHeader:  "7",
		"Cache-Control":           "no-store",
	} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	asOf, err := time.Parse(time.RFC3339, r.Header.Get(portal.ExportAgeHeader))
	if err != nil {
		t.Fatal(err)
	}
	name := `attachment; filename="clients-status-active-` + asOf.Format("2006-01-02-1504Z") + `.ndjson"`
	if got := r.Header.Get("Content-Disposition"); got != name {
		t.Errorf("got the disposition %s, want %s", got, name)
	}
}

func testExportHead(t *testing.T) {
	h := newAPITest(t)
	r := h.wants(h.send(call{route: "HEAD /v1/clients/export", token: h.as(portal.MSPUser)}), ok)
	if got := r.Header.Get(portal.ExportTotalHeader); got != "3" || len(r.body) != 0 {
		t.Errorf("got a total of %q and %d bytes, want 3 and none", got, len(r.body))
	}
	if n := h.Count("select count(*) from audit_log where action like 'export%'"); n != 0 {
		t.Errorf("got %d rows in the audit log, want none", n)
	}
}

func testExportRejects(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSSPAdmin)
	for query, field := range map[string]string{
		"columns=nothing": "columns", "sort=nothing": "sort", "ids=1": "ids", "seats_used=9..1": "seats_used",
	} {
		if p := h.wantsProblem(h.get("/v1/clients/export?"+query, token), http.StatusUnprocessableEntity, portal.Invalid); p.Field != field {
			t.Errorf("%s: got the field %q, want %q", query, p.Field, field)
		}
	}
	for _, query := range []string{"format=pdf", "cursor=x", "limit=5", "unknown=1", "status=x"} {
		h.wantsProblem(h.get("/v1/clients/export?"+query, token), http.StatusUnprocessableEntity, portal.Invalid)
	}
	if n := h.Count("select count(*) from audit_log where action like 'export%'"); n != 0 {
		t.Errorf("got %d rows in the audit log, want none", n)
	}
}

func testExportAudited(t *testing.T) {
	h := newAPITest(t)
	query := "status=active&q=Fjord+Works&seats_total=5..&licence_type=none&sort=name"
	h.wants(h.get("/v1/clients/export?format=csv&columns=name&"+query, h.as(portal.ClientUser)), ok)
	user := h.Own.Viewers[portal.ClientUser]
	got := h.Text(`
		select string_agg(concat_ws(' ', action, actor_id = $2, mssp_id = $1, detail), '; ' order by id)
		from audit_log
		where action like 'export%'`, h.Own.MSSPID, user.UserID)
	// What was searched for may be a customer's name.
	want := `export_started t t {"list": "clients", "rows": 0, "filter": {"q": "(text)", "sort": "name", "status": "active", ` +
		`"seats_total": "5..", "licence_type": "(text)"}, "format": "csv", "columns": ["name"]}; ` +
		`export_ended t t {"list": "clients", "rows": 1, "filter": {"q": "(text)", "sort": "name", "status": "active", ` +
		`"seats_total": "5..", "licence_type": "(text)"}, "format": "csv", "columns": ["name"], "outcome": "complete"}`
	if got != want {
		t.Errorf("got the rows\n%s, want\n%s", got, want)
	}
}

// manyClients adds clients to the first MSP: more than the connections between database and receiver can hold.
func (h *apiTest) manyClients() {
	h.Helper()
	h.Exec(`
		insert into client (mssp_id, id, mssp_product_id, external_id, msp_id, name, name_key, type, status, products, raw, first_seen_at,
		                    last_seen_at, changed_in)
		select c.mssp_id, gen_random_uuid(), c.mssp_product_id, n::text, c.msp_id, c.name || repeat(' and sons', 90) || n, c.name_key || n,
		       c.type, c.status, c.products, c.raw, c.first_seen_at, c.last_seen_at, c.changed_in
		from client c, generate_series(1000, 30999) n
		where c.id = $1`, h.Own.MSPs[0].Clients[0].ID)
}

// open starts an export and reads a part of it, so that it is running.
func (h *apiTest) open(ctx context.Context, path, token string) io.ReadCloser {
	h.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+path, nil)
	if err != nil {
		h.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := h.client.Do(request)
	if err != nil {
		h.Fatal(err)
	}
	if _, err := io.ReadFull(response.Body, make([]byte, 1000)); response.StatusCode != ok || err != nil {
		h.Fatalf("got status %d and %v, want the beginning of a file", response.StatusCode, err)
	}
	return response.Body
}

// waitOutcome waits for the last row of the audit log of the only export.
func (h *apiTest) waitOutcome(want postgres.ExportOutcome) {
	h.Helper()
	wait.Until(h, time.Minute, "the outcome "+string(want)+" in the audit log", func() bool {
		return h.Count("select count(*) from audit_log where action = 'export_ended' and detail ->> 'outcome' = $1", want) == 1
	})
}

func testExportSessionEnds(t *testing.T) {
	h := newAPITest(t)
	h.manyClients()
	admin := h.Own.Viewers[portal.MSSPAdmin]
	body := h.open(t.Context(), "/v1/clients/export", h.signIn(admin))
	defer body.Close()
	h.Exec("update session set revoked_at = now(), revoked_reason = 'sign_out' where user_id = $1", admin.UserID)
	h.waitOutcome(postgres.ExportCancelled) // although nothing more is read
	if _, err := io.Copy(io.Discard, body); err == nil {
		t.Error("got a file that looks whole, want an error of the transfer")
	}
}

func testExportReceiverGone(t *testing.T) {
	h := newAPITest(t)
	h.manyClients()
	h.open(t.Context(), "/v1/clients/export?format=ndjson", h.as(portal.MSSPAdmin)).Close()
	h.waitOutcome(postgres.ExportCancelled)
	wait.Until(t, time.Minute, "the end of the query", func() bool {
		return h.Count(`
			select count(*)
			from pg_stat_activity
			where datname = current_database()
			and pid <> pg_backend_pid()
			and state <> 'idle'
			and query like '%left join msp m%'`) == 0
	})
}

func testExportWithoutAuditLog(t *testing.T) {
	h := newAPITest(t)
	token := h.as(portal.MSSPAdmin)
	h.Exec("revoke insert on audit_log from portal_auth")
	for _, format := range []string{"csv", "xlsx", "ndjson"} {
		r := h.get("/v1/clients/export?format="+format, token)
		h.wantsProblem(r, http.StatusInternalServerError, portal.Internal)
		if r.Header.Get("Content-Disposition") != "" {
			t.Errorf("%s: got a file's name with a problem", format)
		}
	}
}

func testExportServerStops(t *testing.T) {
	ending := make(chan struct{})
	h := newAPITest(t, func(c *httpapi.Config) { c.Ending = ending })
	h.manyClients()
	body := h.open(t.Context(), "/v1/clients/export", h.as(portal.MSSPAdmin))
	defer body.Close()
	close(ending)
	h.waitOutcome(postgres.ExportFailed)
	if _, err := io.Copy(io.Discard, body); err == nil {
		t.Error("got a file that looks whole, want an error of the transfer")
	}
}

func testExportLimit(t *testing.T) {
	h := newAPITest(t, func(c *httpapi.Config) { c.ExportsAtOnce = 2 })
	h.manyClients()
	body := h.open(t.Context(), "/v1/clients/export", h.as(portal.MSSPAdmin))
	defer body.Close()
	h.wantRetryAfter(h.get("/v1/clients/export", h.as(portal.MSSPStaff)))
	other := h.signIn(h.Other.Viewers[portal.MSSPAdmin])
	h.wants(h.get("/v1/clients/export", other), ok)
	body.Close()
	wait.Until(t, time.Minute, "the next export", func() bool {
		return h.get("/v1/msps/export", h.as(portal.MSSPStaff)).StatusCode == ok
	})
}

func testExportLimitOfGrant(t *testing.T) {
	h := newAPITest(t, func(c *httpapi.Config) { c.ExportsAtOnce = 8 })
	h.manyClients()
	body := h.open(t.Context(), "/v1/clients/export", h.as(portal.MSSPAdmin))
	defer body.Close()
	h.wantRetryAfter(h.get("/v1/msps/export", h.as(portal.MSSPAdmin)))
	h.wants(h.get("/v1/msps/export", h.as(portal.MSSPStaff)), ok)
	body.Close()
	wait.Until(t, time.Minute, "the next export", func() bool {
		return h.get("/v1/msps/export", h.as(portal.MSSPAdmin)).StatusCode == ok
	})
}

func testExportRate(t *testing.T) {
	now := time.Now()
	h := newAPITest(t, func(c *httpapi.Config) { c.Now = func() time.Time { return now } })
	for n := range 30 {
		if r := h.get("/v1/clients/export", h.as(portal.ClientUser)); r.StatusCode != ok {
			t.Fatalf("export %d: got status %d, want 200", n+1, r.StatusCode)
		}
	}
	h.wantRetryAfter(h.get("/v1/clients/export", h.as(portal.ClientUser)))
	h.wants(h.get("/v1/clients/export", h.as(portal.MSPUser)), ok)
}

func testExportForeignIDs(t *testing.T) {
	h := newAPITest(t)
	ids := strings.Join([]string{h.Own.MSPs[0].Clients[0].ID, h.Own.MSPs[1].Clients[0].ID, h.Other.MSPs[0].Clients[0].ID}, ",")
	for role, want := range map[portal.Role]int{portal.MSSPAdmin: 2, portal.MSPUser: 1, portal.ClientUser: 1} {
		r := h.wants(h.get("/v1/clients/export?ids="+ids, h.as(role)), ok)
		h.wantNothingHidden(r, role)
		if got := len(h.records(r.body)) - 1; got != want {
			t.Errorf("%s: got %d rows of the selection, want %d", role, got, want)
		}
	}
}

// testExportSelectionInBody exports more rows than a query has room for.
func testExportSelectionInBody(t *testing.T) {
	h := newAPITest(t)
	own := []string{h.Own.MSPs[0].Clients[0].ID, h.Own.MSPs[1].Clients[0].ID}
	list := func(n int) string {
		ids := append([]string{h.Other.MSPs[0].Clients[0].ID}, own...)
		for len(ids) < n {
			ids = append(ids, postgres.NewID())
		}
		return strings.Join(ids, ",")
	}
	export := func(role portal.Role, body string) reply {
		return h.send(call{route: "POST /v1/clients/export?columns=id", token: h.as(role), body: body})
	}
	for _, c := range []struct {
		role portal.Role
		body string
		want int
	}{
		{portal.MSSPAdmin, `{"ids":"` + list(portal.MaxExportIDs) + `"}`, 2}, {portal.MSPUser, `{"ids":"` + list(300) + `"}`, 1},
		{portal.MSSPAdmin, `{"ids":"` + list(300) + `","except":true}`, 5}, {portal.ClientUser, `{"ids":"` + list(300) + `","except":true}`, 0},
		{portal.MSSPAdmin, `{"ids":""}`, 7},
	} {
		r := h.wants(export(c.role, c.body), ok)
		h.wantNothingHidden(r, c.role)
		if got := len(h.records(r.body)) - 1; got != c.want {
			t.Errorf("%s, %.80s: got %d rows, want %d", c.role, c.body, got, c.want)
		}
	}
	tooMany := export(portal.MSSPAdmin, `{"ids":"`+list(portal.MaxExportIDs+1)+`"}`)
	if p := h.wantsProblem(tooMany, http.StatusUnprocessableEntity, portal.Invalid); p.Field != "ids" || !strings.Contains(p.Detail, "10001") {
		t.Errorf("too many rows: got %s for %q, want a detail for ids with their number", p.Detail, p.Field)
	}
	h.wants(export(portal.MSSPAdmin, `{"ids":"`+list(30_000)+`"}`), http.StatusRequestEntityTooLarge)
	got := h.Text(`
		select string_agg(distinct concat(detail -> 'selected', '/', detail -> 'left_out'), ' ')
		from audit_log
		where action = 'export_ended'`)
	if want := "/ /300 10000/ 300/"; got != want {
		t.Errorf("got the numbers %q in the audit log, want %q", got, want)
	}
}

// TestExportCompressed checks that a response that breaks off is noticed through compression as well.
func TestExportCompressed(t *testing.T) {
	h := newAPITest(t)
	h.manyClients()
	admin := h.Own.Viewers[portal.MSSPAdmin]
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+"/v1/clients/export", nil)
	if err != nil {
		t.Fatal(err)
	}
	// The names repeat themselves, and so much of them fits into the buffers that the export would end.
	h.Exec("update client set name = md5(id::text) || md5(random()::text) || repeat(md5(random()::text), 20) where external_id >= '1000'")
	request.Header.Set("Authorization", "Bearer "+h.signIn(admin))
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := h.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got := response.Header.Get("Content-Encoding"); got != "gzip" {
		t.Fatalf("got the encoding %q, want gzip", got)
	}
	unpacked, err := gzip.NewReader(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(unpacked, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	h.Exec("update session set revoked_at = now(), revoked_reason = 'sign_out' where user_id = $1", admin.UserID)
	h.waitOutcome(postgres.ExportCancelled)
	if _, err := io.Copy(io.Discard, unpacked); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want an unexpected end", err)
	}
}
