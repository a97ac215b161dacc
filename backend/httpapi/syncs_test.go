package httpapi_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func (h *house) post(path, token string) reply {
	h.Helper()
	return h.send(call{route: "POST " + path, token: token})
}

func TestAReviewNamesWhomTheRunWouldLoseInPagesUntilSomebodyDecides(t *testing.T) {
	h := newHouse(t)
	admin, run := h.as(portal.MSSPAdmin), h.review(h.Own)
	var names []string
	for cursor, pages := "", 0; ; pages++ {
		page := decode[portal.Review](h, h.wants(h.get("/v1/syncs/"+run+"/review?limit=1&cursor="+url.QueryEscape(cursor), admin), ok))
		if page.Total != 4 || len(page.Items) != 1 {
			t.Fatalf("a page of %d customers of %d", len(page.Items), page.Total)
		}
		item := page.Items[0]
		names = append(names, string(item.Kind)+" "+item.Name)
		if item.ID == "" || item.Type == "" || item.ExternalID == "" || item.Kind == portal.KindClient && (*item.MSPName != h.Own.MSPs[0].Name || *item.SeatsUsed != 8) {
			t.Errorf("an item is %+v", item)
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
		t.Errorf("the review names %q, want %q", names, want)
	}
	if discarded := decode[portal.SyncRun](h, h.wants(h.post("/v1/syncs/"+run+"/discard", admin), ok)); discarded.Status != portal.RunDiscarded {
		t.Errorf("the discarded run is %+v", discarded)
	}
	if page := decode[portal.Review](h, h.wants(h.get("/v1/syncs/"+run+"/review", admin), ok)); len(page.Items) != 0 || page.Total != 0 {
		t.Errorf("after it was discarded the review names %+v", page)
	}
}

func TestARunIsDecidedOnOnceAndTheAuditLogSaysByWhom(t *testing.T) {
	h := newHouse(t)
	admin := h.as(portal.MSSPAdmin)
	for word, status := range map[string]portal.RunStatus{"accept": portal.RunQueued, "discard": portal.RunDiscarded} {
		run := h.review(h.Own)
		r := h.post("/v1/syncs/"+run+"/"+word, admin)
		decided := decode[portal.SyncRun](h, r)
		if r.StatusCode/100 != 2 || decided.Status != status || decided.ReviewedAt == nil || decided.ReviewedBy == nil ||
			*decided.ReviewedBy != h.Own.Viewers[portal.MSSPAdmin].UserID {
			t.Errorf("%s answers %d %s", word, r.StatusCode, r.body)
		}
		for _, again := range []string{"accept", "discard"} {
			h.wantsProblem(h.post("/v1/syncs/"+run+"/"+again, admin), http.StatusConflict, portal.Conflict)
		}
		if n := h.text("select count(*)::text from audit_log where target = $1 and actor_id = $2", run, h.Own.Viewers[portal.MSSPAdmin].UserID); n != "1" {
			t.Errorf("%s wrote %s lines of the audit log", word, n)
		}
	}
	h.wantsProblem(h.post("/v1/syncs/"+h.run(h.Own)+"/accept", admin), http.StatusConflict, portal.Conflict)
}

func TestWhatARunChangedIsListedByKindInPages(t *testing.T) {
	h := newHouse(t)
	admin, run := h.as(portal.MSSPAdmin), h.run(h.Own)
	h.exec("update change set run_id = $1 where mssp_id = $2", run, h.Own.MSSPID)
	h.exec(`
		insert into change (mssp_id, id, at, entity, entity_id, msp_id, kind, field, before, after, run_id, version)
		values ($1, $2, now(), 'msp', $3, $3, 'changed', 'name', 'Old', 'New', $4, 1)`, h.Own.MSSPID, postgres.NewID(), h.Own.MSPs[0].ID, run)
	read := func(query string) (items []portal.RunChange) {
		for cursor := ""; ; {
			page := decode[portal.RunChanges](h, h.wants(h.get("/v1/syncs/"+run+"/changes?limit=2&cursor="+url.QueryEscape(cursor)+query, admin), ok))
			if items = append(items, page.Items...); page.NextCursor == nil {
				return items
			}
			cursor = *page.NextCursor
		}
	}
	all := read("")
	if len(all) != 8 || all[0].Kind != "added" || all[7].Kind != "changed" {
		t.Fatalf("the run changed %+v", all)
	}
	seen := map[string]bool{}
	for _, change := range all {
		seen[change.EntityID] = true
		if change.Name == "" || change.RunID == nil || *change.RunID != run {
			t.Errorf("a line is %+v", change)
		}
	}
	if len(seen) != 8 {
		t.Errorf("the lines tell of %d customers, want 8", len(seen))
	}
	changed := read("&kind=changed")
	if len(changed) != 1 || changed[0].Entity != "msp" || changed[0].Name != h.Own.MSPs[0].Name || *changed[0].Before != "Old" || *changed[0].After != "New" {
		t.Errorf("of kind changed there are %+v", changed)
	}
	if removed := read("&kind=removed"); len(removed) != 0 {
		t.Errorf("of kind removed there are %+v", removed)
	}
	h.wantsProblem(h.get("/v1/syncs/"+run+"/changes?kind=other", admin), http.StatusUnprocessableEntity, portal.Invalid)
	for _, list := range []string{"changes", "review"} {
		p := h.wantsProblem(h.get("/v1/syncs/"+run+"/"+list+"?cursor=x", admin), http.StatusUnprocessableEntity, portal.Invalid)
		if p.Field != "cursor" {
			t.Errorf("a wrong cursor of %s names %q", list, p.Field)
		}
	}
}

func TestEverybodyIsToldHowOldTheDataIsWithWhoTheyAre(t *testing.T) {
	h := newHouse(t)
	for _, role := range roles {
		me := decode[portal.Me](h, h.wants(h.get("/v1/me", h.as(role)), ok))
		overview := decode[portal.Overview](h, h.wants(h.get("/v1/overview", h.as(role)), ok))
		if me.DataAsOf == nil || !me.DataAsOf.Equal(*overview.DataAsOf) {
			t.Errorf("%s is told the data is of %v, in the overview of %v", role, me.DataAsOf, overview.DataAsOf)
		}
	}
	h.exec("delete from change; delete from sync_run")
	if me := decode[portal.Me](h, h.wants(h.get("/v1/me", h.as(portal.MSPUser)), ok)); me.DataAsOf != nil {
		t.Errorf("before the first sync the data is of %v", me.DataAsOf)
	}
}
