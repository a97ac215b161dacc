package postgres_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit/wait"
)

// attention returns the overview's item for the syncs of each connection, that of w first: its kind with one "+" per
// count, or "-" where there is none.
func (w *tenant) attention(stale time.Duration, others ...*tenant) string {
	w.Helper()
	overview, _, err := w.DB.Overview(context.Background(), w.admin, stale)
	if err != nil {
		w.Fatal(err)
	}
	var all []string
	for _, c := range append([]*tenant{w}, others...) {
		item := "-"
		for _, a := range overview.Attention {
			if a.RunID != nil && w.connectionOfRun(*a.RunID) == c.connection {
				item = strings.TrimSpace(a.Kind + strings.Repeat("+", int(deref(a.Count))))
			}
		}
		all = append(all, item)
	}
	return strings.Join(all, ", ")
}

func (w *tenant) connectionOfRun(id string) string {
	w.Helper()
	return value[string](w, "select mssp_product_id::text from sync_run where id = $1", id)
}

func deref(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

func TestSyncAttention(t *testing.T) {
	t.Parallel()
	t.Run("counts_failures_by_connection", testSyncAttentionCountsFailuresByConnection)
	t.Run("lists_connection_with_stale_data", testSyncAttentionListsConnectionWithStaleData)
	t.Run("lists_connection_never_synced_once", testSyncAttentionListsConnectionNeverSyncedOnce)
}

func testSyncAttentionCountsFailuresByConnection(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.second()
	wants := func(when, want string) {
		t.Helper()
		if got := w.attention(time.Hour, other); got != want {
			t.Errorf("attention %s: got %q, want %q", when, got, want)
		}
	}
	w.complete(crowd(1))
	other.failed()
	other.failed()
	wants("while only the second connection fails", "-, sync_failed++")
	w.complete(crowd(1))
	w.failed()
	wants("while both fail", "sync_failed+, sync_failed++")
	w.lease()
	wants("while the next run is in progress", "sync_failed+, sync_failed++")
	due, err := w.DB.DueAlerts(context.Background(), 2)
	if err != nil || len(due) != 1 || w.connectionOfRun(due[0].ID) != other.connection {
		t.Errorf("due alerts: got %v (%v), want one, of connection %s", due, err, other.connection)
	}
}

func testSyncAttentionListsConnectionWithStaleData(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	stale := w.second()
	wants := func(when, want string) {
		t.Helper()
		if got := w.attention(time.Hour, stale); got != want {
			t.Errorf("attention %s: got %q, want %q", when, got, want)
		}
	}
	w.complete(crowd(40))
	w.Exec("update mssp_product set created_at = now() - interval '1 day'")
	run := stale.complete(crowd(40))
	stale.discard(stale.reviewed(crowd(1)))
	wants("after a recent complete run of both", "-, -")
	w.Exec("update sync_run set read_at = now() - interval '2 hours' where id = $1", run.ID)
	wants("two hours after the second's complete run", "-, sync_stale")
	w.Exec("update sync_run set status = 'discarded' where id = $1", run.ID)
	wants("without a complete run of the second", "-, sync_stale")
	stale.reviewed(crowd(1))
	wants("while a run of the second needs review", "-, needs_review"+strings.Repeat("+", 39))
}

func testSyncAttentionListsConnectionNeverSyncedOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.Exec("update mssp_product set created_at = now() - interval '1 day'")
	overview, _, err := w.DB.Overview(context.Background(), w.admin, time.Hour)
	if err != nil || len(overview.Attention) != 1 || overview.Attention[0].Kind != "sync_never" {
		t.Errorf("attention for a connection without a run: got %+v (%v), want sync_never alone", overview.Attention, err)
	}
}

func TestAlert(t *testing.T) {
	t.Parallel()
	t.Run("raised_once_and_for_active_users_only", testAlertRaisedOnceAndForActiveUsersOnly)
	t.Run("shows_count_and_last_error_of_failures", testAlertShowsCountAndLastErrorOfFailures)
	t.Run("names_each_unread_reseller_once", testAlertNamesEachUnreadResellerOnce)
	t.Run("hidden_from_admins_of_other_mssps", testAlertHiddenFromAdminsOfOtherMSSPs)
	t.Run("ignores_language_of_another_mssps_invite", testAlertIgnoresLanguageOfAnotherMSSPsInvite)
}

// Six replicas raise the same alert at once; the MSSP has an active admin and a deactivated one.
func testAlertRaisedOnceAndForActiveUsersOnly(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	inactive := w.sibling().admin
	w.Exec("update user_role set mssp_id = $1 where user_id = $2", w.ID, inactive.UserID)
	w.Exec("update app_user set active = false where id = $1", inactive.UserID)
	ref := postgres.RunRef{MSSPID: w.ID, ID: w.failed().ID}
	var replicas sync.WaitGroup
	notified := make(chan []string, 6)
	for range cap(notified) {
		replicas.Go(func() {
			err := w.DB.RaiseAlert(context.Background(), ref, func(_ context.Context, _ pgx.Tx, users []string) error {
				notified <- users
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Group(t, time.Minute, "six replicas to raise the alert", &replicas)
	close(notified)
	var got []string
	for users := range notified {
		got = append(got, users...)
	}
	if want := []string{w.admin.UserID}; !slices.Equal(got, want) {
		t.Errorf("notified users: got %v, want %v", got, want)
	}
}

func testAlertShowsCountAndLastErrorOfFailures(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var last portal.SyncRun
	for _, detail := range []string{"It was refused.", "It broke off.", "It took too long."} {
		run, err := w.DB.FailRun(context.Background(), w.lease(), "timeout", detail)
		if err != nil {
			t.Fatal(err)
		}
		last = run
	}
	due, err := w.DB.DueAlerts(context.Background(), 2)
	if err != nil || len(due) != 1 || due[0].ID != last.ID {
		t.Errorf("due alerts: got %v (%v), want that of run %s alone", due, err, last.ID)
	}
	first := value[string](w, "select id::text from sync_run order by created_at limit 1")
	alert, _, err := w.DB.Alert(context.Background(), postgres.RunRef{MSSPID: w.ID, ID: first}, w.admin.UserID)
	if err != nil || alert.Detail != *last.Error || alert.Count != 3 {
		t.Errorf("alert: got detail %q and count %d (%v), want %q and 3", alert.Detail, alert.Count, err, *last.Error)
	}
}

// Three resellers, of which one was unread before and one is read.
func testAlertNamesEachUnreadResellerOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	customers := []portal.Customer{msp("1", "Birch"), msp("2", "Aspen"), msp("3", "Cedar"), msp("4", "Dogwood")}
	w.complete(customers)
	before := w.partial(customers, "3")
	run := w.partial(customers, "3", "1", "2")
	for _, test := range []struct {
		run    portal.SyncRun
		count  int64
		detail string
	}{{before, 1, "Cedar: not known"}, {run, 2, "Aspen: not known Birch: not known"}} {
		alert, due, err := w.DB.Alert(context.Background(), postgres.RunRef{MSSPID: w.ID, ID: test.run.ID}, w.admin.UserID)
		if err != nil || !due || !alert.Unread || alert.Count != test.count || alert.Detail != test.detail {
			t.Errorf("alert: got %+v, %v (%v), want count %d and detail %q", alert, due, err, test.count, test.detail)
		}
	}
}

// partial plays a run that cannot read the clients of some resellers, and raises its alert.
func (w *tenant) partial(customers []portal.Customer, unread ...string) portal.SyncRun {
	w.Helper()
	lease := w.lease()
	w.readAs(lease, func(s *connector.State) {
		for _, id := range unread {
			s.Unread = append(s.Unread, portal.UnreadReseller{ExternalID: id, Code: "not_found", Detail: "not known"})
		}
	}, customers)
	run, err := w.merge(lease)
	if err != nil || run.Status != portal.RunPartial {
		w.Fatalf("run: got %s (%v), want partial", run.Status, err)
	}
	noMail := func(context.Context, pgx.Tx, []string) error { return nil }
	if err := w.DB.RaiseAlert(context.Background(), postgres.RunRef{MSSPID: w.ID, ID: run.ID}, noMail); err != nil {
		w.Fatal(err)
	}
	return run
}

func testAlertHiddenFromAdminsOfOtherMSSPs(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.sibling()
	ref := postgres.RunRef{MSSPID: w.ID, ID: w.failed().ID}
	if alert, due, err := w.DB.Alert(context.Background(), ref, other.admin.UserID); due || err != nil {
		t.Errorf("alert for another MSSP's admin: got %+v, %v (%v), want none", alert, due, err)
	}
}

func testAlertIgnoresLanguageOfAnotherMSSPsInvite(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.sibling()
	ref := postgres.RunRef{MSSPID: w.ID, ID: w.failed().ID}
	w.Exec(`
		insert into pre_assigned_role (mssp_id, id, email, role, provider, code_hash, invited_by, expires_at, language)
		select $1, new_id(), email, 'mssp_staff', 'google', '', '', now(), 'da'
		from app_user
		where id = $2`, other.ID, w.admin.UserID)
	if alert, due, err := w.DB.Alert(context.Background(), ref, w.admin.UserID); !due || err != nil || alert.Language != "" {
		t.Errorf("alert with an invite in Danish by another MSSP: got %+v, %v (%v), want one without a language", alert, due, err)
	}
}
