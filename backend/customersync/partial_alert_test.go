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
	box, mails := w.mailing(0)
	b := w.branches()
	w.ends(portal.RunComplete)
	age := value[time.Time](w, "select read_at from sync_run")
	before := w.raised() // about the fields of a first answer
	b.refuse(2, status(404))
	for _, step := range []struct {
		name  string
		then  func()
		ends  portal.RunStatus
		mails int64
	}{
		{"a reseller is unread", func() {}, portal.RunPartial, 1},
		{"and again", func() {}, portal.RunPartial, 1},
		{"and another beside it", func() { b.refuse(1, status(403)) }, portal.RunPartial, 2},
		{"both can be read", func() { b.refuse(1, nil); b.refuse(2, nil) }, portal.RunComplete, 2},
		{"the first is unread once more", func() { b.refuse(2, saying("{}")) }, portal.RunPartial, 3},
	} {
		step.then()
		w.ends(step.ends)
		if n := w.raised() - before; n != step.mails {
			t.Errorf("%s: %d mails, want %d", step.name, n, step.mails)
		}
		if n := w.raised() - before; n != step.mails {
			t.Errorf("%s: %d mails after another look, want %d", step.name, n, step.mails)
		}
	}
	w.serve(mails)
	w.wait(before+3, "select count(*) from river.river_job where kind = 'sync_mail' and state = 'completed'")
	got := slices.DeleteFunc(box.alerts(), func(a portal.SyncAlert) bool { return len(a.Notices) > 0 })
	// The first two are about resellers that could be read since: they are not sent.
	if len(got) != 1 || !got[0].Unread || got[0].Count != 1 || !strings.HasPrefix(got[0].Detail, "Reseller 2: ") || !got[0].Since.After(age) {
		t.Errorf("mailed %+v, want one about reseller 2", got)
	}
}

func testPartialAlertNeedsAttention(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	b := w.branches()
	w.ends(portal.RunComplete)
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
		t.Errorf("attention after a complete run: %+v", got)
	}
	b.refuse(2, status(404))
	b.refuse(3, status(404))
	run := w.ends(portal.RunPartial)
	got := attention()
	if len(got) != 1 || got[0].Kind != "sync_partial" || got[0].Severity != "warning" || got[0].Count == nil || *got[0].Count != 2 ||
		got[0].RunID == nil || *got[0].RunID != run.ID || got[0].Since == nil || *got[0].Since != age.UTC().Format("2006-01-02T15:04:05Z") {
		t.Errorf("attention: %+v, want one about two resellers since %s", got, age)
	}
	b.refuse(2, nil)
	b.refuse(3, nil)
	w.ends(portal.RunComplete)
	if got := attention(); len(got) != 0 {
		t.Errorf("attention once they could be read: %+v", got)
	}
}
