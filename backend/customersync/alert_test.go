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
	"fs-client-portal/backend/testkit/fakeheimdal"
)

// mailbox keeps the alerts that were mailed.
type mailbox struct {
	mu  sync.Mutex
	got []portal.SyncAlert
	err error // returned for the next mail
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

// enableMail replaces the tenant's service by one that mails alerts, those of failures after so many in a row. It
// returns the mailbox, and the change of the configuration for further services.
func (w *tenant) enableMail(after int) (*mailbox, func(*customersync.Config)) {
	box := &mailbox{}
	change := func(c *customersync.Config) { c.Alert, c.AlertAfter = box.send, after }
	w.service = w.newService(change)
	return box, change
}

// queuedMails raises the alerts that are due, and returns how many of the tenant's mails were queued so far.
func (w *tenant) queuedMails() int64 {
	w.Helper()
	if err := w.service.RaiseAlerts(context.Background()); err != nil {
		w.Fatal(err)
	}
	return value[int64](w, "select count(*) from river.river_job where kind = 'sync_mail' and args->>'mssp_id' = $1", w.ID)
}

// fail runs so many syncs that fail.
func (w *tenant) fail(times int) {
	w.Helper()
	w.fake.SetFault(fakeheimdal.Message200)
	for range times {
		w.mustFail("bad_key")
	}
	w.fake.SetFault(fakeheimdal.None)
}

// email sets the address of a user.
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
			t.Errorf("mails after %d more failures: got %d, want %d", step.failures, n, step.mails)
		}
	}
	since := value[time.Time](w, "select min(finished_at) from sync_run where status = 'failed' and mssp_id = $1", w.ID)
	w.serve(mails)
	w.waitForMails(2)
	readers := map[string]bool{}
	for _, a := range box.alerts() {
		readers[a.Email] = true
		if a.MSSP != "Fjord Security" || a.Product != "Heimdal" || a.Review || a.Count != 7 {
			t.Errorf("mail: got %+v, want 7 failures of Heimdal at Fjord Security", a)
		}
		if !a.Since.Equal(since) || !strings.Contains(a.Detail, "key") {
			t.Errorf("mail: got since %s with %q, want since %s with a sentence about the key", a.Since, a.Detail, since)
		}
	}
	if diff := cmp.Diff(map[string]bool{"ada@fjord.example": true, "kim@fjord.example": true}, readers); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
	jobs := value[string](w, "select string_agg(args::text, ' ') from river.river_job where kind = 'sync_mail'")
	if strings.ContainsAny(jobs, "@") || strings.Contains(jobs, "Fjord") {
		t.Errorf("arguments of the jobs: got %s, want no personal data", jobs)
	}
	w.complete(clientsOfOneMSP(3)...)
	w.fail(3)
	if n := w.queuedMails(); n != 4 {
		t.Errorf("mails after three new failures: got %d, want 4", n)
	}
	if n := other.queuedMails(); n != 0 {
		t.Errorf("mails to another MSSP: got %d, want none", n)
	}
}

func testAlertReviewIsMailedImmediatelyAndOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	box, mails := w.enableMail(0)
	w.complete(clientsOfOneMSP(60)...)
	run := w.sync(clientsOfOneMSP(30)...)
	if run.Status != portal.RunNeedsReview {
		t.Fatalf("run: got %s, want needs_review", run.Status)
	}
	if first, again := w.queuedMails(), w.queuedMails(); first != 1 || again != 1 {
		t.Errorf("mails: got %d, then %d; want one", first, again)
	}
	w.serve(mails)
	w.waitForMails(1)
	got := box.alerts()
	if len(got) != 1 || !got[0].Review || got[0].Count != 30 || got[0].RunID != run.ID || got[0].Detail != *run.Error {
		t.Errorf("mails: got %+v, want one review of 30 clients in run %s", got, run.ID)
	}
	w.fail(5)
	if n := w.queuedMails(); n != 1 {
		t.Errorf("mails after failures that are not to be mailed: got %d, want 1", n)
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
		t.Errorf("mails about three runs without a decision: got %d, want 1", n)
	}
	// The mail is sent after the later runs, so it is about the latest one.
	w.serve(mails)
	w.waitForMails(1)
	if got := box.alerts(); len(got) != 1 || got[0].RunID != latest.ID || got[0].Count != 31 || got[0].Detail != *latest.Error {
		t.Errorf("mails: got %+v, want one about 31 clients in run %s", got, latest.ID)
	}
	if _, err := w.service.Discard(t.Context(), w.admin, latest.ID); err != nil {
		t.Fatal(err)
	}
	w.sync(clientsOfOneMSP(30)...)
	if n := w.queuedMails(); n != 2 {
		t.Errorf("mails about a new review after one was discarded: got %d, want 2", n)
	}
}

func testAlertObsoleteAlertIsNotMailed(t *testing.T) {
	t.Parallel()
	revoke := "update user_role set active = false where user_id = $1"
	for name, change := range map[string]func(*tenant){
		"complete_run":     func(w *tenant) { w.complete(clientsOfOneMSP(3)...) },
		"new_failures":     func(w *tenant) { w.complete(clientsOfOneMSP(3)...); w.fail(1) },
		"revoked_role":     func(w *tenant) { w.Exec(revoke, w.admin.UserID) },
		"changed_role":     func(w *tenant) { w.Exec("update user_role set role = 'mssp_staff' where user_id = $1", w.admin.UserID) },
		"deactivation":     func(w *tenant) { w.Exec("update app_user set active = false where id = $1", w.admin.UserID) },
		"discarded_review": func(w *tenant) { w.Exec("update sync_run set status = 'discarded'") },
	} {
		t.Run("after_"+name, func(t *testing.T) {
			w := newTenant(t)
			w.fail(3)
			run := postgres.RunRef{MSSPID: w.ID, ID: value[string](w, "select max(id::text) from sync_run")}
			if name == "discarded_review" {
				w.Exec("update sync_run set status = 'needs_review', would_miss = 3 where id = $1", run.ID)
			}
			if _, valid, err := w.DB.Alert(t.Context(), run, w.admin.UserID); !valid || err != nil {
				t.Errorf("before: got valid %t, %v; want a valid alert", valid, err)
			}
			change(w)
			if alert, valid, err := w.DB.Alert(t.Context(), run, w.admin.UserID); valid || err != nil {
				t.Errorf("got %+v, %v; want no alert", alert, err)
			}
		})
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
		alert, _, err := w.DB.Alert(t.Context(), run, w.admin.UserID)
		if err != nil || alert.Language != step.want || alert.Email != "ada@fjord.example" {
			t.Errorf("after an invite of %s in %q: got %+v, %v; want the language %q", step.email, step.language, alert, err, step.want)
		}
	}
}

// undeliverable is a permanent error of the mail server.
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
		w.waitForCount(1, `
			select count(*)
			from river.river_job
			where kind = 'sync_mail'
			and (state = '`+want+`' or '`+want+`' = 'retryable' and jsonb_array_length(to_jsonb(errors)) > 0)`)
		w.stop(server)
		if tries := len(box.alerts()); want == "completed" && tries != 1 {
			t.Errorf("tries of an undeliverable mail: got %d, want 1", tries)
		}
	}
}

func testAlertNoneWithoutMailOrWhilePaused(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.fail(5)
	if n := w.queuedMails(); n != 0 {
		t.Errorf("mails without a mail server: got %d, want none", n)
	}
	_, _ = w.enableMail(3)
	w.Exec("update mssp_product set paused = true")
	if n := w.queuedMails(); n != 0 {
		t.Errorf("mails about a paused connection: got %d, want none", n)
	}
	w.Exec("update mssp_product set paused = false")
	if n := w.queuedMails(); n != 1 {
		t.Errorf("mails once mail is set: got %d, want 1", n)
	}
}

func testAlertReviewIsMailedOnceMailIsSet(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(60)...)
	w.sync(clientsOfOneMSP(30)...)
	if n := w.queuedMails(); n != 0 {
		t.Errorf("mails without a mail server: got %d, want none", n)
	}
	w.enableMail(0)
	if n := w.queuedMails(); n != 1 {
		t.Errorf("mails once mail is set: got %d, want 1", n)
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
		t.Errorf("mails: got %+v, want none", got)
	}
}
