package customersync_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/testkit/heimdalstand"
)

// declare declares names harmless as the tenant's admin.
func (w *tenant) declare(names ...string) (portal.ConnectionItem, error) {
	return w.service.ChangeConnection(context.Background(), w.admin, w.connection.ID, portal.ConnectionChange{Harmless: &names})
}

func TestSigns(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		shape heimdalstand.Shape
		sign  string
	}{
		"member": {heimdalstand.Shape{Form: heimdalstand.Envelope, Beside: map[string]any{"isComplete": false}}, "isComplete"},
		"remark": {
			heimdalstand.Shape{Form: heimdalstand.Envelope, Beside: map[string]any{"message": "The list was truncated."}}, "message",
		},
		"header": {heimdalstand.Shape{Headers: map[string]string{"X-Next-Cursor": "bXNw"}}, "header X-Next-Cursor"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTenant(t)
			w.complete(clientsOfOneMSP(20)...)
			w.stand.SetShape(test.shape)
			run := w.sync(clientsOfOneMSP(15)...)
			if run.Status != portal.RunFailed || run.ErrorCode == nil || *run.ErrorCode != "incomplete" || run.Sign == nil ||
				*run.Sign != test.sign {
				t.Fatalf("the run is %s, %s with the sign %v; want incomplete with %s", run.Status, errorText(run), run.Sign, test.sign)
			}
			if missing := value[int64](w, "select count(*) from client where status = 'missing'"); missing != 0 {
				t.Errorf("%d clients are missing after an incomplete answer", missing)
			}
			calls := w.stand.Calls()
			item, err := w.declare(strings.ToUpper(test.sign))
			if err != nil || !cmp.Equal(item.Harmless, []string{strings.ToUpper(test.sign)}) {
				t.Fatalf("the connection has the harmless names %v, %v", item.Harmless, err)
			}
			if n := w.stand.Calls() - calls; n != 0 || value[int64](w, "select count(*) from sync_run where status in ('queued', 'running')") != 0 {
				t.Errorf("declaring a name harmless made %d calls or queued a run", n)
			}
			if run := w.syncNow(); run.Status != portal.RunComplete || run.Sign != nil || run.Missing != 5 {
				t.Errorf("the next run is %s: %s with %d missing; want complete with 5", run.Status, errorText(run), run.Missing)
			}
			if item, err = w.declare(); err != nil || item.Harmless == nil || len(item.Harmless) != 0 {
				t.Errorf("taken back, the connection has the harmless names %#v, %v", item.Harmless, err)
			}
			if run := w.syncNow(); run.Status != portal.RunFailed || run.Sign == nil {
				t.Errorf("after the name was taken back the run is %s: %s", run.Status, errorText(run))
			}
			got := value[string](w, `
				select string_agg((detail->'harmless'->'before')::text || ' to ' || (detail->'harmless'->'after')::text, ', ' order by at)
				from audit_log
				where action = 'connection_changed'`)
			if want := `[] to ["` + strings.ToUpper(test.sign) + `"], ["` + strings.ToUpper(test.sign) + `"] to []`; got != want {
				t.Errorf("the audit log says %s, want %s", got, want)
			}
		})
	}
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	t.Run("names are checked", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		for _, names := range [][]string{{""}, {" "}, {strings.Repeat("x", 101)}, {"a\x00b"},
			strings.Fields(strings.Repeat("x ", 1) + "a b c d e f g h i j k l m n o p q r s t")} {
			if _, err := w.declare(names...); portal.ErrorCode(err) != portal.Invalid {
				t.Errorf("%q: the error is %v, want invalid", names, err)
			}
		}
		if item, err := w.declare(" hasMore ", "hasMore"); err != nil || !cmp.Equal(item.Harmless, []string{"hasMore"}) {
			t.Errorf("kept %v, %v", item.Harmless, err)
		}
	})
	t.Run("a total that is wrong stays wrong", func(t *testing.T) {
		t.Parallel()
		w := newTenant(t)
		if _, err := w.declare("totalCount", "header X-Total-Count"); err != nil {
			t.Fatal(err)
		}
		w.stand.SetShape(heimdalstand.Shape{Headers: map[string]string{"X-Total-Count": "100"}})
		if run := w.sync(clientsOfOneMSP(15)...); run.Status != portal.RunFailed || run.Sign != nil {
			t.Errorf("the run is %s: %s with the sign %v; want a failure that cannot be declared harmless", run.Status, errorText(run), run.Sign)
		}
	})
	t.Run("a change in the middle of a run has it start over", func(t *testing.T) {
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
			t.Errorf("the run is %s with %d customers; calls were made with %v, want %v", run.Status, run.Seen, given, want)
		}
	})
}
