package customersync_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
)

func TestPartialAlert(t *testing.T) {
	t.Parallel()
	t.Run("is_mailed_once_per_reseller", testPartialAlertIsMailedOncePerReseller)
	t.Run("needs_attention", testPartialAlertNeedsAttention)
}

func testPartialAlertIsMailedOncePerReseller(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	box, mails := w.enableMail(0)
	b := w.resellerAPI()
	w.mustEnd(portal.RunComplete)
	age := value[time.Time](w, "select read_at from sync_run")
	before := w.queuedMails() // about the fields of the first response
	b.setHandler(2, respondStatus(404))
	for _, step := range []struct {
		name  string
		then  func()
		ends  portal.RunStatus
		mails int64
	}{
		{"one reseller unread", func() {}, portal.RunPartial, 1},
		{"the same reseller unread again", func() {}, portal.RunPartial, 1},
		{"another reseller unread, too", func() { b.setHandler(1, respondStatus(403)) }, portal.RunPartial, 2},
		{"both read again", func() { b.setHandler(1, nil); b.setHandler(2, nil) }, portal.RunComplete, 2},
		{"the first reseller unread again", func() { b.setHandler(2, respondText("{}")) }, portal.RunPartial, 3},
	} {
		step.then()
		w.mustEnd(step.ends)
		if n := w.queuedMails() - before; n != step.mails {
			t.Errorf("%s: got %d mails, want %d", step.name, n, step.mails)
		}
		if n := w.queuedMails() - before; n != step.mails {
			t.Errorf("%s: got %d mails after a second check for alerts, want %d", step.name, n, step.mails)
		}
	}
	w.serve(mails)
	w.waitForMails(before + 3)
	got := slices.DeleteFunc(box.alerts(), func(a portal.SyncAlert) bool { return len(a.Notices) > 0 })
	// The first two mails are not sent, because their resellers were read in a later run.
	if len(got) != 1 || !got[0].Unread || got[0].Count != 1 || !strings.HasPrefix(got[0].Detail, "Reseller 2: ") ||
		!got[0].Since.After(age) {
		t.Errorf("mails: got %+v, want one about reseller 2, since after %s", got, age)
	}
}

func testPartialAlertNeedsAttention(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.resellerAPI()
	w.mustEnd(portal.RunComplete)
	age := value[time.Time](w, "select read_at from sync_run")
	attention := func() (found []portal.Attention) {
		t.Helper()
		o, _, err := w.DB.Overview(t.Context(), w.admin, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(o.Attention, func(a portal.Attention) bool { return a.Kind != "sync_partial" && a.Kind != "sync_failed" })
	}
	if got := attention(); len(got) != 0 {
		t.Errorf("attention after a complete run: got %+v, want none", got)
	}
	b.setHandler(2, respondStatus(404))
	b.setHandler(3, respondStatus(404))
	run := w.mustEnd(portal.RunPartial)
	got := attention()
	if len(got) != 1 || got[0].Kind != "sync_partial" || got[0].Severity != "warning" || got[0].Count == nil || *got[0].Count != 2 ||
		got[0].RunID == nil || *got[0].RunID != run.ID || got[0].Since == nil || *got[0].Since != age.UTC().Format("2006-01-02T15:04:05Z") {
		t.Errorf("attention: got %+v, want one about two resellers since %s", got, age)
	}
	b.setHandler(2, nil)
	b.setHandler(3, nil)
	w.mustEnd(portal.RunComplete)
	if got := attention(); len(got) != 0 {
		t.Errorf("attention after they were read again: got %+v, want none", got)
	}
}
