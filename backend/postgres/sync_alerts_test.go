package postgres_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

func TestAnAlertIsRaisedOnceWhicheverReplicaIsFasterAndToActivePeopleAlone(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	left := w.sibling().admin
	w.Exec("update user_role set mssp_id = $1 where user_id = $2", w.ID, left.UserID)
	w.Exec("update app_user set active = false where id = $1", left.UserID)
	ref := postgres.RunRef{MSSPID: w.ID, ID: w.failed().ID}
	var replicas sync.WaitGroup
	told := make(chan []string, 6)
	for range cap(told) {
		replicas.Go(func() {
			err := w.DB.RaiseAlert(context.Background(), ref, func(_ context.Context, _ pgx.Tx, users []string) error {
				told <- users
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	replicas.Wait()
	close(told)
	var all []string
	for users := range told {
		all = append(all, users...)
	}
	if !slices.Equal(all, []string{w.admin.UserID}) {
		t.Errorf("told %v, want %s once", all, w.admin.UserID)
	}
}

// attention is what the overview says of each connection's syncs, as "kind count", that of w first.
func (w *tenant) attention(stale time.Duration, others ...*tenant) string {
	w.Helper()
	overview, _, err := w.DB.Overview(context.Background(), w.admin, stale)
	if err != nil {
		w.Fatal(err)
	}
	var all []string
	for _, c := range append([]*tenant{w}, others...) {
		said := "-"
		for _, a := range overview.Attention {
			if a.RunID != nil && value[string](w, "select mssp_product_id::text from sync_run where id = $1", *a.RunID) == c.connection {
				said = strings.TrimSpace(a.Kind + strings.Repeat("+", int(deref(a.Count))))
			}
		}
		all = append(all, said)
	}
	return strings.Join(all, ", ")
}

func deref(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

func TestEachConnectionsFailuresAreItsOwn(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.second()
	w.complete(crowd(1))
	other.failed()
	other.failed()
	if got := w.attention(time.Hour, other); got != "-, sync_failed++" {
		t.Errorf("one works and one fails: %s", got)
	}
	w.complete(crowd(1))
	w.failed()
	if got := w.attention(time.Hour, other); got != "sync_failed+, sync_failed++" {
		t.Errorf("both fail: %s", got)
	}
	w.lease()
	if got := w.attention(time.Hour, other); got != "sync_failed+, sync_failed++" {
		t.Errorf("while the next run is at work: %s", got)
	}
	due, err := w.DB.DueAlerts(context.Background(), 2)
	if err != nil || len(due) != 1 || value[string](w, "select mssp_product_id::text from sync_run where id = $1", due[0].ID) != other.connection {
		t.Errorf("due is %v: %v", due, err)
	}
}

func TestAConnectionWithoutACompleteRunForLongIsStaleWhateverTheOthersDo(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	never := w.second()
	w.complete(crowd(40))
	w.Exec("update mssp_product set created_at = now() - interval '1 day'")
	run := never.complete(crowd(40))
	never.discard(never.reviewed(crowd(1)))
	if got := w.attention(time.Hour, never); got != "-, -" {
		t.Errorf("both have been complete: %s", got)
	}
	w.Exec("update sync_run set read_at = now() - interval '2 hours' where id = $1", run.ID)
	if got := w.attention(time.Hour, never); got != "-, sync_stale" {
		t.Errorf("one was complete long ago: %s", got)
	}
	w.Exec("update sync_run set status = 'discarded' where id = $1", run.ID)
	if got := w.attention(time.Hour, never); got != "-, sync_stale" {
		t.Errorf("one was never complete: %s", got)
	}
	never.reviewed(crowd(1))
	if got := w.attention(time.Hour, never); got != "-, needs_review"+strings.Repeat("+", 39) {
		t.Errorf("one waits for a review: %s", got)
	}
}

func TestAConnectionThatWasNeverSyncedIsNotStaleToo(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.Exec("update mssp_product set created_at = now() - interval '1 day'")
	overview, _, err := w.DB.Overview(context.Background(), w.admin, time.Hour)
	if err != nil || len(overview.Attention) != 1 || overview.Attention[0].Kind != "sync_never" {
		t.Errorf("a connection without a run is %+v: %v", overview.Attention, err)
	}
}

func TestARowOfFailuresIsToldWithWhatWentWrongLast(t *testing.T) {
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
		t.Errorf("due is %v, want %s: %v", due, last.ID, err)
	}
	first := value[string](w, "select id::text from sync_run order by created_at limit 1")
	alert, _, err := w.DB.Alert(context.Background(), postgres.RunRef{MSSPID: w.ID, ID: first}, w.admin.UserID)
	if err != nil || alert.Detail != *last.Error || alert.Count != 3 {
		t.Errorf("told %+v: %v", alert, err)
	}
}

func TestAnAlertIsForTheAdminsOfItsOwnMSSPInTheLanguageOfItsOwnInvites(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := w.sibling()
	ref := postgres.RunRef{MSSPID: w.ID, ID: w.failed().ID}
	if alert, still, err := w.DB.Alert(context.Background(), ref, other.admin.UserID); still || err != nil {
		t.Errorf("another MSSP's admin is told %+v: %v", alert, err)
	}
	w.Exec(`
		insert into pre_assigned_role (mssp_id, id, email, role, provider, code_hash, invited_by, expires_at, language)
		select $1, new_id(), email, 'mssp_staff', 'google', '', '', now(), 'da'
		from app_user
		where id = $2`, other.ID, w.admin.UserID)
	if alert, still, err := w.DB.Alert(context.Background(), ref, w.admin.UserID); !still || err != nil || alert.Language != "" {
		t.Errorf("an admin whom another MSSP has invited in Danish is told %+v: %v", alert, err)
	}
}
