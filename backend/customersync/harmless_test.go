package customersync_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/fakeheimdal"
)

// declare replaces the connection's harmless names as the admin.
func (w *tenant) declare(names ...string) (portal.ConnectionItem, error) {
	return w.service.ChangeConnection(context.Background(), w.admin, w.connection.ID, portal.ConnectionChange{Harmless: &names})
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		shape fakeheimdal.Shape
		sign  string
	}{
		"sign_in_member": {fakeheimdal.Shape{Form: fakeheimdal.Envelope, Beside: map[string]any{"isComplete": false}}, "isComplete"},
		"sign_in_remark": {
			fakeheimdal.Shape{Form: fakeheimdal.Envelope, Beside: map[string]any{"message": "The list was truncated."}}, "message",
		},
		"sign_in_header": {fakeheimdal.Shape{Headers: map[string]string{"X-Next-Cursor": "bXNw"}}, "header X-Next-Cursor"},
	} {
		t.Run(name, func(t *testing.T) { testHarmlessSign(t, test.shape, test.sign) })
	}
	t.Run("names_are_validated", testHarmlessNamesAreValidated)
	t.Run("wrong_total_still_fails", testHarmlessWrongTotalStillFails)
	t.Run("change_during_run_restarts_reading", testHarmlessChangeDuringRunRestartsReading)
}

// testHarmlessSign: a sign of more customers fails runs until an admin declares its name harmless, in any case of
// letters.
func testHarmlessSign(t *testing.T, shape fakeheimdal.Shape, sign string) {
	t.Parallel()
	w := newTenant(t)
	w.complete(clientsOfOneMSP(20)...)
	w.fake.SetShape(shape)
	run := w.sync(clientsOfOneMSP(15)...)
	if run.Status != portal.RunFailed || run.ErrorCode == nil || *run.ErrorCode != "incomplete" || run.Sign == nil ||
		*run.Sign != sign {
		t.Fatalf("run: got %s (%s) with the sign %v, want failed by incomplete with %s", run.Status, errorText(run), run.Sign, sign)
	}
	if missing := value[int64](w, "select count(*) from client where status = 'missing'"); missing != 0 {
		t.Errorf("missing clients after an incomplete response: got %d, want none", missing)
	}
	upper := strings.ToUpper(sign)
	calls := w.fake.Calls()
	item, err := w.declare(upper)
	if err != nil || !cmp.Equal(item.Harmless, []string{upper}) {
		t.Fatalf("harmless names: got %v, %v; want %s", item.Harmless, err, upper)
	}
	queued := value[int64](w, "select count(*) from sync_run where status in ('queued', 'running')")
	if n := w.fake.Calls() - calls; n != 0 || queued != 0 {
		t.Errorf("after the declaration: got %d calls and %d queued runs, want none", n, queued)
	}
	if run := w.syncNow(); run.Status != portal.RunComplete || run.Sign != nil || run.Missing != 5 {
		t.Errorf("next run: got %s (%s) with %d missing, want complete with 5", run.Status, errorText(run), run.Missing)
	}
	if item, err = w.declare(); err != nil || item.Harmless == nil || len(item.Harmless) != 0 {
		t.Errorf("harmless names after the removal: got %#v, %v; want an empty list", item.Harmless, err)
	}
	if run := w.syncNow(); run.Status != portal.RunFailed || run.Sign == nil {
		t.Errorf("run after the removal: got %s (%s), want failed with a sign", run.Status, errorText(run))
	}
	got := value[string](w, `
		select string_agg((detail->'harmless'->'before')::text || ' to ' || (detail->'harmless'->'after')::text, ', ' order by at)
		from audit_log
		where action = 'connection_changed'`)
	if want := `[] to ["` + upper + `"], ["` + upper + `"] to []`; got != want {
		t.Errorf("audit log: got %s, want %s", got, want)
	}
}

func testHarmlessNamesAreValidated(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	for _, names := range [][]string{{""}, {" "}, {strings.Repeat("x", 101)}, {"a\x00b"},
		strings.Fields(strings.Repeat("x ", 1) + "a b c d e f g h i j k l m n o p q r s t")} {
		if _, err := w.declare(names...); portal.ErrorCode(err) != portal.Invalid {
			t.Errorf("%q: got %v, want invalid", names, err)
		}
	}
	if item, err := w.declare(" hasMore ", "hasMore"); err != nil || !cmp.Equal(item.Harmless, []string{"hasMore"}) {
		t.Errorf("harmless names: got %v, %v; want hasMore", item.Harmless, err)
	}
}

func testHarmlessWrongTotalStillFails(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	if _, err := w.declare("totalCount", "header X-Total-Count"); err != nil {
		t.Fatal(err)
	}
	w.fake.SetShape(fakeheimdal.Shape{Headers: map[string]string{"X-Total-Count": "100"}})
	if run := w.sync(clientsOfOneMSP(15)...); run.Status != portal.RunFailed || run.Sign != nil {
		t.Errorf("run: got %s (%s) with the sign %v, want failed without a sign", run.Status, errorText(run), run.Sign)
	}
}

func testHarmlessChangeDuringRunRestartsReading(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var given [][]string
	w.service = w.newService(w.scripted(func(_ context.Context, o connector.Options, state connector.State,
		add addFunc) (connector.State, error) {
		given = append(given, o.Harmless)
		if len(given) == 1 {
			w.Exec("update mssp_product set harmless = '{hasMore}'")
			state, err := addNext(state, 2, add)
			return state, err
		}
		return addNext(state, 2, add)
	}))
	run := w.syncNow()
	want := [][]string{{}, {}, {"hasMore"}, {"hasMore"}}
	if run.Status != portal.RunComplete || run.Seen != 2 || !cmp.Equal(given, want) {
		t.Errorf("got %s with %d customers and calls with %v, want complete with 2 and %v", run.Status, run.Seen, given, want)
	}
}
