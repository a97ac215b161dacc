package customersync_test

import (
	"slices"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/heimdal"
	"fs-client-portal/backend/portal"
)

// told reports whether notices say that a path is no longer sent.
func told(notices []portal.FieldNotice, path string) bool {
	return slices.ContainsFunc(notices, func(n portal.FieldNotice) bool {
		return n.Kind == portal.NoticeDisappeared && n.Path == path
	})
}

func TestFieldAlert(t *testing.T) {
	t.Parallel()
	t.Run("names_missing_path_of_run_in_review", testFieldAlertNamesMissingPathOfRunInReview)
	t.Run("names_missing_path_of_failed_run", testFieldAlertNamesMissingPathOfFailedRun)
	t.Run("is_mailed_once", testFieldAlertIsMailedOnce)
}

func testFieldAlertNamesMissingPathOfRunInReview(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	box, mails := w.mailing(0)
	w.service = w.newService(func(c *customersync.Config) {
		mails(c)
		c.Connectors = []connector.Connector{&heimdal.Connector{Asking: heimdal.AskNever}}
	})
	first := w.complete(many(30)...)
	before := w.raised()

	renamed := many(30)
	for _, c := range renamed {
		c["betreuer"] = c["resellerId"]
		delete(c, "resellerId")
	}
	review := w.sync(renamed...)
	if review.Status != portal.RunNeedsReview || !told(review.Notices, "resellerId") {
		t.Fatalf("the run is %s with %+v; want one in review, and that resellerId is no longer sent", review.Status, review.Notices)
	}
	if m := w.fieldMap(); *m.RunID != first.ID {
		t.Errorf("the map is of run %s, want %s", *m.RunID, first.ID)
	}
	if n := w.raised() - before; n != 1 {
		t.Fatalf("%d mails about the review, want one", n)
	}
	w.serve(mails)
	w.wait(before+1, "select count(*) from river.river_job where kind = 'sync_mail' and state = 'completed'")
	got := box.alerts()
	if last := got[len(got)-1]; !last.Review || !told(last.Notices, "resellerId") || last.Fields {
		t.Errorf("mailed %+v, want the review and which field is no longer sent", last)
	}

	if _, err := w.service.Accept(t.Context(), w.admin, review.ID); err != nil {
		t.Fatal(err)
	}
	w.wait(1, "select count(*) from sync_run where status = 'complete' and id = '"+review.ID+"'")
	if n := w.raised() - before; n != 2 {
		t.Fatalf("%d mails once it was accepted, want another about the fields", n)
	}
	w.wait(before+2, "select count(*) from river.river_job where kind = 'sync_mail' and state = 'completed'")
	got = box.alerts()
	if last := got[len(got)-1]; last.Review || !last.Fields || !told(last.Notices, "resellerId") {
		t.Errorf("mailed %+v, want which field is no longer sent", last)
	}
}

func testFieldAlertNamesMissingPathOfFailedRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	box, mails := w.mailing(1)
	w.complete(many(3)...)
	w.returns(`[{"id":1,"name":"Partner","Art":"RESELLER","resellerId":null}]`)
	if run := w.again(); run.Status != portal.RunFailed {
		t.Fatalf("the run is %s, want failed", run.Status)
	}
	due := w.raised()
	w.serve(mails)
	w.wait(due, "select count(*) from river.river_job where kind = 'sync_mail' and state = 'completed'")
	got := slices.DeleteFunc(box.alerts(), func(a portal.SyncAlert) bool { return a.Fields })
	if len(got) != 1 || got[0].Review || !told(got[0].Notices, "type") {
		t.Errorf("mailed %+v, want the failure and that type is no longer sent", got)
	}
}

func testFieldAlertIsMailedOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	box, mails := w.mailing(3)
	run := w.sync(many(3)...)
	w.sync(many(3)...)
	if first, again := w.raised(), w.raised(); first != 1 || again != 1 {
		t.Errorf("%d mails, then %d; want one", first, again)
	}
	w.serve(mails)
	w.wait(1, "select count(*) from river.river_job where kind = 'sync_mail' and state = 'completed'")
	got := box.alerts()
	if len(got) != 1 || got[0].RunID != run.ID || len(got[0].Notices) == 0 || got[0].Notices[0].Kind != portal.NoticeFirst {
		t.Errorf("mailed %+v, want what the first run noticed", got)
	}
}
