package httpapi_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func (h *apiTest) post(path, token string) reply {
	h.Helper()
	return h.send(call{route: "POST " + path, token: token})
}

func TestSync(t *testing.T) {
	t.Parallel()
	t.Run("review_lists_missing_customers_in_pages", testSyncReviewListsMissingCustomersInPages)
	t.Run("names_its_requester", testSyncNamesItsRequester)
	t.Run("review_is_decided_once_and_audited", testSyncReviewIsDecidedOnceAndAudited)
	t.Run("changes_are_filtered_by_kind_in_pages", testSyncChangesAreFilteredByKindInPages)
	t.Run("me_has_data_as_of", testSyncMeHasDataAsOf)
	t.Run("starts_for_chosen_connection", testSyncStartsForChosenConnection)
	t.Run("paused_connection_starts_after_resume", testSyncPausedConnectionStartsAfterResume)
	t.Run("actor_is_visible_to_mssp_roles_only", testSyncActorIsVisibleToMsspRolesOnly)
}

func testSyncReviewListsMissingCustomersInPages(t *testing.T) {
	h := newAPITest(t)
	admin, run := h.as(portal.MSSPAdmin), h.review(h.Own)
	var names []string
	for cursor, pages := "", 0; ; pages++ {
		page := decode[portal.Review](h, h.wants(h.get("/v1/syncs/"+run+"/review?limit=1&cursor="+url.QueryEscape(cursor), admin), ok))
		if page.Total != 4 || len(page.Items) != 1 {
			t.Fatalf("got a page of %d customers of %d, want 1 of 4", len(page.Items), page.Total)
		}
		item := page.Items[0]
		names = append(names, string(item.Kind)+" "+item.Name)
		if item.ID == "" || item.Type == "" || item.ExternalID == "" || item.Kind == portal.KindClient &&
			(*item.MSPName != h.Own.MSPs[0].Name || *item.SeatsUsed != 8) {
			t.Errorf("got the item %+v, want all of its fields", item)
		}
		if page.NextCursor == nil {
			break
		}
		cursor = *page.NextCursor
	}
	want := []string{"msp " + h.Own.MSPs[0].Name}
	for _, client := range h.Own.MSPs[0].Clients {
		want = append(want, "client "+client.Name)
	}
	if !slices.Equal(names, want) {
		t.Errorf("got the customers %q, want %q", names, want)
	}
	if discarded := decode[portal.SyncRun](h, h.wants(h.post("/v1/syncs/"+run+"/discard", admin),
		ok)); discarded.Status != portal.RunDiscarded {
		t.Errorf("got the run %+v, want it discarded", discarded)
	}
	if page := decode[portal.Review](h, h.wants(h.get("/v1/syncs/"+run+"/review", admin), ok)); len(page.Items) != 0 || page.Total != 0 {
		t.Errorf("got the review %+v of a discarded run, want it empty", page)
	}
}

func testSyncNamesItsRequester(t *testing.T) {
	h := newAPITest(t)
	admin := h.as(portal.MSSPAdmin)
	user := h.Own.Viewers[portal.MSSPAdmin].UserID
	name := h.Text("select name from app_user where id = $1", user)
	run := h.review(h.Own)
	h.Exec("update sync_run set requested_by = $2 where id = $1", run, user)
	got := decode[portal.SyncRun](h, h.wants(h.get("/v1/syncs/"+run, admin), ok))
	if got.RequesterName == nil || *got.RequesterName != name {
		t.Errorf("got the requester %v, want %s", got.RequesterName, name)
	}
	h.Exec("update sync_run set requested_by = null where id = $1", run)
	if got := decode[portal.SyncRun](h, h.wants(h.get("/v1/syncs/"+run, admin), ok)); got.RequesterName != nil {
		t.Errorf("got the requester %s of a scheduled run, want none", *got.RequesterName)
	}
}

func testSyncReviewIsDecidedOnceAndAudited(t *testing.T) {
	h := newAPITest(t)
	admin := h.as(portal.MSSPAdmin)
	reviewer := h.Own.Viewers[portal.MSSPAdmin].UserID
	name := h.Text("select name from app_user where id = $1", reviewer)
	for action, status := range map[string]portal.RunStatus{"accept": portal.RunQueued, "discard": portal.RunDiscarded} {
		run := h.review(h.Own)
		r := h.post("/v1/syncs/"+run+"/"+action, admin)
		decided := decode[portal.SyncRun](h, r)
		if r.StatusCode/100 != 2 || decided.Status != status || decided.ReviewedAt == nil || decided.ReviewedBy == nil ||
			*decided.ReviewedBy != reviewer || decided.ReviewerName == nil || *decided.ReviewerName != name {
			t.Errorf("%s: got %d %s, want the reviewed run", action, r.StatusCode, r.body)
		}
		for _, path := range []string{"/v1/syncs/" + run, "/v1/syncs?limit=1"} {
			if got := h.wants(h.get(path, admin), http.StatusOK); !strings.Contains(string(got.body), `"reviewer_name":"`+name+`"`) {
				t.Errorf("after %s: got %s without the name %s: %s", action, path, name, got.body)
			}
		}
		for _, again := range []string{"accept", "discard"} {
			h.wantsProblem(h.post("/v1/syncs/"+run+"/"+again, admin), http.StatusConflict, portal.Conflict)
		}
		if n := h.Text("select count(*)::text from audit_log where target = $1 and actor_id = $2", run, reviewer); n != "1" {
			t.Errorf("%s: got %s entries in the audit log, want 1", action, n)
		}
	}
	h.wantsProblem(h.post("/v1/syncs/"+h.run(h.Own)+"/accept", admin), http.StatusConflict, portal.Conflict)
}

func testSyncChangesAreFilteredByKindInPages(t *testing.T) {
	h := newAPITest(t)
	admin, run := h.as(portal.MSSPAdmin), h.run(h.Own)
	h.Exec("update change set run_id = $1 where mssp_id = $2", run, h.Own.MSSPID)
	h.Exec(`
		insert into change (mssp_id, id, at, entity, entity_id, msp_id, kind, field, before, after, run_id, version)
		values ($1, $2, now(), 'msp', $3, $3, 'changed', 'name', 'Old', 'New', $4, 1)`, h.Own.MSSPID, postgres.NewID(), h.Own.MSPs[0].ID, run)
	read := func(query string) (items []portal.RunChange) {
		for cursor := ""; ; {
			page := decode[portal.RunChanges](h,
				h.wants(h.get("/v1/syncs/"+run+"/changes?limit=2&cursor="+url.QueryEscape(cursor)+query, admin), ok))
			if items = append(items, page.Items...); page.NextCursor == nil {
				return items
			}
			cursor = *page.NextCursor
		}
	}
	all := read("")
	if len(all) != 8 || all[0].Kind != "added" || all[7].Kind != "changed" {
		t.Fatalf("got the changes %+v, want 8, first added, last changed", all)
	}
	seen := map[string]bool{}
	for _, change := range all {
		seen[change.EntityID] = true
		if change.Name == "" || change.RunID == nil || *change.RunID != run {
			t.Errorf("got the change %+v, want its name and run", change)
		}
	}
	direct, below := 0, 0
	for _, change := range all[:7] {
		if change.SeatsTotal == nil || *change.SeatsTotal != 10 {
			t.Errorf("got the change %+v of a client, want its 10 licences", change)
		}
		switch {
		case change.MSPName == nil:
			direct++
		case *change.MSPName == h.Own.MSPs[0].Name || *change.MSPName == h.Own.MSPs[1].Name:
			below++
		}
	}
	if direct != 1 || below != 6 || all[7].MSPName != nil {
		t.Errorf("got %d clients directly under the MSSP and %d under its MSPs, want 1 and 6", direct, below)
	}
	if len(seen) != 8 {
		t.Errorf("got changes of %d customers, want 8", len(seen))
	}
	changed := read("&kind=changed")
	if len(changed) != 1 || changed[0].Entity != "msp" || changed[0].Name != h.Own.MSPs[0].Name || *changed[0].Before != "Old" ||
		*changed[0].After != "New" {
		t.Errorf("got %+v of kind changed, want the one name", changed)
	}
	if removed := read("&kind=removed"); len(removed) != 0 {
		t.Errorf("got %+v of kind removed, want none", removed)
	}
	h.wantsProblem(h.get("/v1/syncs/"+run+"/changes?kind=other", admin), http.StatusUnprocessableEntity, portal.Invalid)
	for _, list := range []string{"changes", "review"} {
		p := h.wantsProblem(h.get("/v1/syncs/"+run+"/"+list+"?cursor=x", admin), http.StatusUnprocessableEntity, portal.Invalid)
		if p.Field != "cursor" {
			t.Errorf("invalid cursor of %s: got the field %q, want cursor", list, p.Field)
		}
	}
}

func testSyncMeHasDataAsOf(t *testing.T) {
	h := newAPITest(t)
	for _, role := range roles {
		me := decode[portal.Me](h, h.wants(h.get("/v1/me", h.as(role)), ok))
		overview := decode[portal.Overview](h, h.wants(h.get("/v1/overview", h.as(role)), ok))
		if me.DataAsOf == nil || !me.DataAsOf.Equal(*overview.DataAsOf) {
			t.Errorf("%s: got the time %v in me, want %v as in the overview", role, me.DataAsOf, overview.DataAsOf)
		}
	}
	h.Exec("delete from change; delete from sync_run")
	if me := decode[portal.Me](h, h.wants(h.get("/v1/me", h.as(portal.MSPUser)), ok)); me.DataAsOf != nil {
		t.Errorf("got the time %v before the first sync, want none", me.DataAsOf)
	}
}

func testSyncStartsForChosenConnection(t *testing.T) {
	h := newAPITest(t)
	admin := h.as(portal.MSSPAdmin)
	chosen := h.connect(admin)
	h.Exec("update sync_run set status = 'failed', finished_at = now(), error_code = 'bad_key' where id = $1", chosen.LastRun.ID)
	ask := func(token, body string) reply { return h.send(call{route: "POST /v1/syncs", token: token, body: body}) }
	of := func(id string) string { return `{"connection_id":"` + id + `"}` }
	before := h.state()
	for name, c := range map[string]struct {
		token, body string
		status      int
		code        portal.Code
	}{
		"not signed in":             {"", of(chosen.ID), http.StatusUnauthorized, portal.Unauthenticated},
		"the MSSP's staff":          {h.as(portal.MSSPStaff), of(chosen.ID), forbidden, portal.Forbidden},
		"an MSP's admin":            {h.as(portal.MSPAdmin), of(chosen.ID), forbidden, portal.Forbidden},
		"an MSP's user":             {h.as(portal.MSPUser), of(chosen.ID), forbidden, portal.Forbidden},
		"a client's user":           {h.as(portal.ClientUser), of(chosen.ID), forbidden, portal.Forbidden},
		"another MSSP's admin":      {h.signIn(h.Other.Viewers[portal.MSSPAdmin]), of(chosen.ID), http.StatusNotFound, portal.NotFound},
		"another MSSP's connection": {admin, of(h.Other.ConnectionID), http.StatusNotFound, portal.NotFound},
		"an unknown connection":     {admin, of(postgres.NewID()), http.StatusNotFound, portal.NotFound},
		"a malformed id":            {admin, of("'"), http.StatusNotFound, portal.NotFound},
		"an empty id":               {admin, of(""), http.StatusUnprocessableEntity, portal.Invalid},
		"a number":                  {admin, `{"connection_id":7}`, http.StatusUnprocessableEntity, portal.Invalid},
		"an unknown member":         {admin, `{"id":"x"}`, http.StatusUnprocessableEntity, portal.Invalid},
		"a truncated body":          {admin, `{"connection_id":`, http.StatusBadRequest, portal.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			h.wantsProblem(ask(c.token, c.body), c.status, c.code)
		})
	}
	if after := h.state(); after != before {
		t.Errorf("got the state %s after rejected syncs, want %s", after, before)
	}
	started := decode[portal.SyncRun](h, h.wants(ask(admin, of(chosen.ID)), accepted))
	if started.ConnectionID != chosen.ID || started.Trigger != "manual" || started.Status != portal.RunQueued {
		t.Errorf("requested %s: got the run %+v, want a manual, queued one of this connection", chosen.ID, started)
	}
	h.wantsProblem(ask(admin, of(chosen.ID)), http.StatusConflict, portal.SyncRunning)
	for _, body := range []string{"", "{}"} {
		if other := decode[portal.SyncRun](h, h.wants(ask(admin, body), accepted)); other.ConnectionID != h.Own.ConnectionID {
			t.Errorf("body %q: got the run %+v, want one of the connection that has waited longest", body, other)
		}
		h.Exec("delete from sync_run where mssp_product_id = $1 and status = 'queued'", h.Own.ConnectionID)
	}
}

func testSyncPausedConnectionStartsAfterResume(t *testing.T) {
	h := newAPITest(t)
	admin, body := h.as(portal.MSSPAdmin), `{"connection_id":"`+h.Own.ConnectionID+`"}`
	h.wants(h.changeConnection(admin, h.Own.ConnectionID, portal.ConnectionChange{Paused: ptr(true)}), ok)
	h.wantsProblem(h.send(call{route: "POST /v1/syncs", token: admin, body: body}), http.StatusConflict, portal.Conflict)
	h.wants(h.changeConnection(admin, h.Own.ConnectionID, portal.ConnectionChange{Paused: ptr(false)}), ok)
	h.wants(h.send(call{route: "POST /v1/syncs", token: admin, body: body}), accepted)
}

func testSyncActorIsVisibleToMsspRolesOnly(t *testing.T) {
	h := newAPITest(t)
	run, client, outsider := h.run(h.Own), h.Own.MSPs[0].Clients[0].ID, h.Other.Viewers[portal.MSSPAdmin].UserID
	requester, reviewer := h.Own.Viewers[portal.MSSPStaff].UserID, h.Own.Viewers[portal.MSSPAdmin].UserID
	h.Exec("update change set run_id = $1 where mssp_id = $2", run, h.Own.MSSPID)
	h.Exec("update app_user set name = case id when $1::uuid then 'Ask' when $2::uuid then 'Accept' else 'Outside' end", requester,
		reviewer)
	for name, c := range map[string]struct {
		requested, reviewed *string
		want                string
	}{
		"a scheduled run":              {nil, nil, ""},
		"a requested run":              {&requester, nil, "Ask"},
		"an accepted run":              {nil, &reviewer, "Accept"},
		"a requested and accepted run": {&requester, &reviewer, "Accept"},
		"a user of another MSSP":       {&outsider, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h.Exec("update sync_run set requested_by = $2, reviewed_by = $3 where id = $1", run, c.requested, c.reviewed)
			for _, role := range roles {
				want := c.want
				if role.Level() != portal.LevelMSSP {
					want = ""
				}
				history := decode[portal.ClientDetail](h, h.wants(h.get("/v1/clients/"+client, h.as(role)), ok)).History
				if len(history) != 1 || actor(history[0]) != want {
					t.Errorf("%s got %+v, want the actor %q", role, history, want)
				}
				if role.Level() != portal.LevelMSSP {
					continue
				}
				for _, line := range decode[portal.RunChanges](h, h.wants(h.get("/v1/syncs/"+run+"/changes", h.as(role)), ok)).Items {
					if actor(line.Change) != want {
						t.Errorf("%s got the change %+v, want the actor %q", role, line, want)
					}
				}
			}
		})
	}
}

func actor(c portal.Change) string {
	if c.Actor == nil {
		return ""
	}
	return c.Actor.Name
}
