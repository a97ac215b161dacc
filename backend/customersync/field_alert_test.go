package customersync_test

import (
	"slices"
	"testing"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/heimdal"
	"fs-client-portal/backend/portal"
)

// reportsDisappeared reports whether a notice says that path is no longer sent.
func reportsDisappeared(notices []portal.FieldNotice, path string) bool {
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
	box, mails := w.enableMail(0)
	w.service = w.newService(func(c *customersync.Config) {
		mails(c)
		c.Connectors = []connector.Connector{&heimdal.Connector{Asking: heimdal.AskNever}}
	})
	first := w.complete(clientsOfOneMSP(30)...)
	before := w.queuedMails()

	renamed := clientsOfOneMSP(30)
	for _, c := range renamed {
		c["betreuer"] = c["resellerId"]
		delete(c, "resellerId")
	}
	review := w.sync(renamed...)
	if review.Status != portal.RunNeedsReview || !reportsDisappeared(review.Notices, "resellerId") {
		t.Fatalf("run: got %s with %+v, want needs_review and that resellerId is no longer sent", review.Status, review.Notices)
	}
	if m := w.fieldMap(); *m.RunID != first.ID {
		t.Errorf("run of the field map: got %s, want %s", *m.RunID, first.ID)
	}
	if n := w.queuedMails() - before; n != 1 {
		t.Fatalf("mails about the review: got %d, want 1", n)
	}
	w.serve(mails)
	w.waitForMails(before + 1)
	got := box.alerts()
	if last := got[len(got)-1]; !last.Review || !reportsDisappeared(last.Notices, "resellerId") || last.Fields {
		t.Errorf("mail: got %+v, want the review and that resellerId is no longer sent", last)
	}

	if _, err := w.service.Accept(t.Context(), w.admin, review.ID); err != nil {
		t.Fatal(err)
	}
	w.waitForCount(1, "select count(*) from sync_run where status = 'complete' and id = '"+review.ID+"'")
	if n := w.queuedMails() - before; n != 2 {
		t.Fatalf("mails after the review was accepted: got %d, want 2", n)
	}
	w.waitForMails(before + 2)
	got = box.alerts()
	if last := got[len(got)-1]; last.Review || !last.Fields || !reportsDisappeared(last.Notices, "resellerId") {
		t.Errorf("mail: got %+v, want that resellerId is no longer sent", last)
	}
}

func testFieldAlertNamesMissingPathOfFailedRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	box, mails := w.enableMail(1)
	w.complete(clientsOfOneMSP(3)...)
	w.respond(`[{"id":1,"name":"Partner","Art":"RESELLER","resellerId":null}]`)
	w.mustEnd(portal.RunFailed)
	due := w.queuedMails()
	w.serve(mails)
	w.waitForMails(due)
	got := slices.DeleteFunc(box.alerts(), func(a portal.SyncAlert) bool { return a.Fields })
	if len(got) != 1 || got[0].Review || !reportsDisappeared(got[0].Notices, "type") {
		t.Errorf("mails: got %+v, want the failure and that type is no longer sent", got)
	}
}

func testFieldAlertIsMailedOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	box, mails := w.enableMail(3)
	run := w.sync(clientsOfOneMSP(3)...)
	w.sync(clientsOfOneMSP(3)...)
	if first, again := w.queuedMails(), w.queuedMails(); first != 1 || again != 1 {
		t.Errorf("mails: got %d, then %d; want one", first, again)
	}
	w.serve(mails)
	w.waitForMails(1)
	got := box.alerts()
	if len(got) != 1 || got[0].RunID != run.ID || len(got[0].Notices) == 0 || got[0].Notices[0].Kind != portal.NoticeFirst {
		t.Errorf("mails: got %+v, want the notices of run %s", got, run.ID)
	}
}
