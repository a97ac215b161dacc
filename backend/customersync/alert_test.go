package customersync_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/heimdalstand"
)

// mailbox keeps the alerts that were mailed.
type mailbox struct {
	mu  sync.Mutex
	got []portal.SyncAlert
	err error // what the next mail is answered
}

func (m *mailbox) send(_ context.Context, a portal.SyncAlert) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.got = append(m.got, a)
	err := m.err
	m.err = nil
	return err
}

func (m *mailbox) alerts() []portal.SyncAlert {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]portal.SyncAlert(nil), m.got...)
}

// enableMail has the service of a tenant mail after so many failures, and answers where the mails go.
func (w *tenant) enableMail(after int) (*mailbox, func(*customersync.Config)) {
	box := &mailbox{}
	change := func(c *customersync.Config) { c.Alert, c.AlertAfter = box.send, after }
	w.service = w.newService(change)
	return box, change
}

// queuedMails counts the mails that were queued so far.
func (w *tenant) queuedMails() int64 {
	w.Helper()
	if err := w.service.RaiseAlerts(context.Background()); err != nil {
		w.Fatal(err)
	}
	return value[int64](w, "select count(*) from river.river_job where kind = 'sync_mail' and args->>'mssp_id' = $1", w.ID)
}

func (w *tenant) fail(times int) {
	w.Helper()
	w.stand.Misbehave(heimdalstand.Message200)
	for range times {
		w.mustFail("bad_key")
	}
	w.stand.Misbehave(heimdalstand.None)
}

// email gives somebody an address of their own.
func (w *tenant) email(v portal.Viewer, address string) {
	w.Exec("update app_user set email = $2 where id = $1", v.UserID, address)
}

func TestAlert(t *testing.T) {
	t.Parallel()
	t.Run("failures_mail_each_admin_once", testAlertFailuresMailEachAdminOnce)
	t.Run("review_is_mailed_immediately_and_once", testAlertReviewIsMailedImmediatelyAndOnce)
	t.Run("unreviewed_runs_share_one_mail", testAlertUnreviewedRunsShareOneMail)
	t.Run("obsolete_alert_is_not_mailed", testAlertObsoleteAlertIsNotMailed)
	t.Run("uses_language_of_latest_invite", testAlertUsesLanguageOfLatestInvite)
	t.Run("retries_temporary_mail_errors_only", testAlertRetriesTemporaryMailErrorsOnly)
	t.Run("none_without_mail_or_while_paused", testAlertNoneWithoutMailOrWhilePaused)
	t.Run("review_is_mailed_once_mail_is_set", testAlertReviewIsMailedOnceMailIsSet)
	t.Run("queued_mail_is_dropped_after_complete_run", testAlertQueuedMailIsDroppedAfterCompleteRun)
}

func testAlertFailuresMailEachAdminOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.another(t)
	box, mails := w.enableMail(3)
	second, former := w.SignIn(portal.MSSPAdmin), w.SignIn(portal.MSSPAdmin)
	w.SignIn(portal.MSSPStaff)
	w.email(w.admin, "ada@fjord.example")
	w.email(second, "kim@fjord.example")
	w.Exec("update user_role set active = false where user_id = $1", former.UserID)
	other.fail(2)
	w.complete(clientsOfOneMSP(3)...)
	for _, step := range []struct {
		failures int
		mails    int64
	}{{2, 0}, {1, 2}, {0, 2}, {1, 2}, {3, 2}} {
		w.fail(step.failures)
		if n := w.queuedMails(); n != step.mails {
			t.Errorf("%d mails, want %d", n, step.mails)
		}
	}
	since := value[time.Time](w, "select min(finished_at) from sync_run where status = 'failed' and mssp_id = $1", w.ID)
	w.serve(mails)
	w.waitForMails(2)
	readers := map[string]bool{}
	for _, a := range box.alerts() {
		readers[a.Email] = true
		if a.MSSP != "Fjord Security" || a.Product != "Heimdal" || a.Review || a.Count != 7 || !a.Since.Equal(since) || !strings.Contains(a.Detail, "key") {
			t.Errorf("the mail says %+v", a)
		}
	}
	if diff := cmp.Diff(map[string]bool{"ada@fjord.example": true, "kim@fjord.example": true}, readers); diff != "" {
		t.Errorf("mailed (-want +got):\n%s", diff)
	}
	if jobs := value[string](w, "select string_agg(args::text, ' ') from river.river_job where kind = 'sync_mail'"); strings.ContainsAny(jobs, "@") || strings.Contains(jobs, "Fjord") {
		t.Errorf("the jobs hold %s", jobs)
	}
	w.complete(clientsOfOneMSP(3)...)
	w.fail(3)
	if n := w.queuedMails(); n != 4 {
		t.Errorf("%d mails after a row that began anew, want 4", n)
	}
	if n := other.queuedMails(); n != 0 {
		t.Errorf("another MSSP got %d mails", n)
	}
}

func testAlertReviewIsMailedImmediatelyAndOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	box, mails := w.enableMail(0)
	w.complete(clientsOfOneMSP(60)...)
	run := w.sync(clientsOfOneMSP(30)...)
	if run.Status != portal.RunNeedsReview {
		t.Fatalf("the run is %s", run.Status)
	}
	if first, again := w.queuedMails(), w.queuedMails(); first != 1 || again != 1 {
		t.Errorf("%d mails, then %d", first, again)
	}
	w.serve(mails)
	w.waitForMails(1)
	got := box.alerts()
	if len(got) != 1 || !got[0].Review || got[0].Count != 30 || got[0].RunID != run.ID || got[0].Detail != *run.Error {
		t.Errorf("mailed %+v", got)
	}
	w.fail(5)
	if n := w.queuedMails(); n != 1 {
		t.Errorf("%d mails where failures are not mailed", n)
	}
}

func testAlertUnreviewedRunsShareOneMail(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	box, mails := w.enableMail(0)
	w.complete(clientsOfOneMSP(60)...)
	w.sync(clientsOfOneMSP(30)...)
	w.queuedMails()
	w.sync(clientsOfOneMSP(30)...)
	latest := w.sync(clientsOfOneMSP(29)...)
	if n := w.queuedMails(); n != 1 {
		t.Errorf("%d mails of three runs nobody has reviewed", n)
	}
	// The mail was late: it tells of the run that now waits.
	w.serve(mails)
	w.waitForMails(1)
	if got := box.alerts(); len(got) != 1 || got[0].RunID != latest.ID || got[0].Count != 31 || got[0].Detail != *latest.Error {
		t.Errorf("mailed %+v", got)
	}
	if _, err := w.service.Discard(t.Context(), w.admin, latest.ID); err != nil {
		t.Fatal(err)
	}
	w.sync(clientsOfOneMSP(30)...)
	if n := w.queuedMails(); n != 2 {
		t.Errorf("%d mails once an admin has discarded a run and another needs review, want 2", n)
	}
}

func testAlertObsoleteAlertIsNotMailed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*tenant){
		"a sync worked":       func(w *tenant) { w.complete(clientsOfOneMSP(3)...) },
		"a new row has begun": func(w *tenant) { w.complete(clientsOfOneMSP(3)...); w.fail(1) },
		"an admin no longer":  func(w *tenant) { w.Exec("update user_role set active = false where user_id = $1", w.admin.UserID) },
		"another role":        func(w *tenant) { w.Exec("update user_role set role = 'mssp_staff' where user_id = $1", w.admin.UserID) },
		"somebody who left":   func(w *tenant) { w.Exec("update app_user set active = false where id = $1", w.admin.UserID) },
		"a review that ended": func(w *tenant) { w.Exec("update sync_run set status = 'discarded'") },
	} {
		w := newTenant(t)
		w.fail(3)
		run := postgres.RunRef{MSSPID: w.ID, ID: value[string](w, "select max(id::text) from sync_run")}
		if name == "a review that ended" {
			w.Exec("update sync_run set status = 'needs_review', would_miss = 3 where id = $1", run.ID)
		}
		if _, still, err := w.DB.Alert(t.Context(), run, w.admin.UserID); !still || err != nil {
			t.Errorf("%s: nothing is told before: %v", name, err)
		}
		change(w)
		if alert, still, err := w.DB.Alert(t.Context(), run, w.admin.UserID); still || err != nil {
			t.Errorf("%s: is told %+v, %v", name, alert, err)
		}
	}
}

func testAlertUsesLanguageOfLatestInvite(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.fail(1)
	run := postgres.RunRef{MSSPID: w.ID, ID: value[string](w, "select max(id::text) from sync_run")}
	w.email(w.admin, "ada@fjord.example")
	invite := func(email, language string) {
		w.Exec(`
			insert into pre_assigned_role (mssp_id, id, email, role, provider, code_hash, invited_by, expires_at, accepted_at, language, created_at)
			values ($1, new_id(), $2, 'mssp_staff', 'google', '', '', now(), now(), $3, clock_timestamp())`, w.ID, email, language)
	}
	for _, step := range []struct{ email, language, want string }{
		{"", "", ""}, {"kim@fjord.example", "da", "da"}, {"ada@fjord.example", "de", "de"}, {"kim@fjord.example", "fr", "de"},
	} {
		if step.email != "" {
			invite(step.email, step.language)
		}
		if alert, _, err := w.DB.Alert(t.Context(), run, w.admin.UserID); err != nil || alert.Language != step.want || alert.Email != "ada@fjord.example" {
			t.Errorf("after an invite of %s in %q: %+v, %v", step.email, step.language, alert, err)
		}
	}
}

// undeliverable is a mail no server takes.
type undeliverable struct{ error }

func (undeliverable) Undeliverable() bool { return true }

func testAlertRetriesTemporaryMailErrorsOnly(t *testing.T) {
	t.Parallel()
	for want, refusal := range map[string]error{"completed": undeliverable{errors.New("550")}, "retryable": errors.New("421")} {
		w := newTenant(t)
		box, mails := w.enableMail(1)
		box.err = refusal
		w.fail(1)
		w.queuedMails()
		server := w.newService(func(c *customersync.Config) { c.Jobs = true; mails(c) })
		if err := server.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.waitForCount(1, "select count(*) from river.river_job where kind = 'sync_mail' and (state = '"+want+"' or '"+want+"' = 'retryable' and jsonb_array_length(to_jsonb(errors)) > 0)")
		if err := server.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if tries := len(box.alerts()); want == "completed" && tries != 1 {
			t.Errorf("what no server takes is tried %d times", tries)
		}
	}
}

func testAlertNoneWithoutMailOrWhilePaused(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.fail(5)
	if n := w.queuedMails(); n != 0 {
		t.Errorf("%d mails were queued that nobody sends", n)
	}
	_, _ = w.enableMail(3)
	w.Exec("update mssp_product set paused = true")
	if n := w.queuedMails(); n != 0 {
		t.Errorf("%d mails about a paused connection", n)
	}
	w.Exec("update mssp_product set paused = false")
	if n := w.queuedMails(); n != 1 {
		t.Errorf("%d mails once mail is set, want 1", n)
	}
}

func testAlertReviewIsMailedOnceMailIsSet(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(60)...)
	w.sync(clientsOfOneMSP(30)...)
	if n := w.queuedMails(); n != 0 {
		t.Errorf("%d mails were queued that nobody sends", n)
	}
	w.enableMail(0)
	if n := w.queuedMails(); n != 1 {
		t.Errorf("%d mails once mail is set, want 1", n)
	}
}

func testAlertQueuedMailIsDroppedAfterCompleteRun(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	box, mails := w.enableMail(1)
	w.fail(1)
	w.queuedMails()
	w.complete(clientsOfOneMSP(3)...)
	w.serve(mails)
	w.waitForMails(1)
	if got := box.alerts(); len(got) != 0 {
		t.Errorf("mailed %+v", got)
	}
}
