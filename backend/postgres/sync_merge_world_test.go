package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/testkit"
)

// tenant is an MSSP with a connection whose runs a test plays by hand: staging, merging, reviewing.
// clientTypes are the types of ordinary clients of the tests' product.
var clientTypes = []string{"CORP"}

type tenant struct {
	*testkit.MSSP
	connection string
	admin      portal.Viewer
	rules      postgres.MergeRules
}

func newTenant(t testing.TB) *tenant {
	t.Helper()
	return withConnection(testkit.NewMSSP(t))
}

// sibling makes another MSSP in the same database.
func (w *tenant) sibling() *tenant {
	w.Helper()
	return withConnection(w.Another(w.TB))
}

func withConnection(m *testkit.MSSP) *tenant {
	m.Helper()
	return (&tenant{MSSP: m, admin: m.SignIn(portal.MSSPAdmin)}).second()
}

// second is the same MSSP by another connection.
func (w *tenant) second() *tenant {
	w.Helper()
	s := *w
	s.connection = postgres.NewID()
	err := w.DB.AddConnection(context.Background(), portal.Connection{
		ID: s.connection, MSSPID: s.ID, ProductID: "heimdal", CustomerID: s.connection, BaseURL: "https://example.com",
		APIKeySealed: []byte("sealed"),
	})
	if err != nil {
		w.Fatal(err)
	}
	return &s
}

// value answers the one value sql selects.
func value[T any](w *tenant, sql string, args ...any) T {
	w.Helper()
	return testkit.Value[T](w.MSSP, sql, args...)
}

// lease begins a run.
func (w *tenant) lease() postgres.Lease {
	w.Helper()
	run, err := w.DB.CreateRun(context.Background(), w.ID, w.connection, "schedule", nil)
	if err != nil {
		w.Fatal(err)
	}
	return w.take(run.ID)
}

func (w *tenant) take(runID string) postgres.Lease {
	w.Helper()
	lease, taken, err := w.DB.TakeRun(context.Background(), w.ID, runID)
	if err != nil || !taken {
		w.Fatalf("the run is not taken up: %v", err)
	}
	return lease
}

// die lets the worker of a run fall silent for longer than it may.
func (w *tenant) die(lease postgres.Lease) {
	w.Exec("update sync_run set heartbeat_at = now() - interval '1 hour' where id = $1 and status = 'running'", lease.Run.ID)
}

// read plays the calls that are left of a reading of these.
func (w *tenant) read(lease postgres.Lease, calls ...[]portal.Customer) {
	w.Helper()
	w.readAs(lease, func(*connector.State) {}, calls...)
}

// readAs is read with a state that end completes after the last call.
func (w *tenant) readAs(lease postgres.Lease, end func(*connector.State), calls ...[]portal.Customer) {
	w.Helper()
	state, err := w.DB.ResumeReading(context.Background(), lease)
	if err != nil {
		w.Fatal(err)
	}
	for !state.Done {
		number := state.Progress.Calls + 1
		var call []portal.Customer
		if len(calls) > 0 {
			call = calls[number-1]
		}
		w.stage(lease, number, call)
		state = connector.State{
			Done:     int(number) >= len(calls),
			Progress: connector.Progress{Calls: number, Seen: state.Progress.Seen + int64(len(call))},
		}
		if state.Done {
			end(&state)
		}
		if _, err := w.DB.FinishCall(context.Background(), lease, state); err != nil {
			w.Fatal(err)
		}
	}
}

// paged plays a whole run whose answer came on several pages, and that asked about these customers again.
func (w *tenant) paged(checked []string, calls ...[]portal.Customer) portal.SyncRun {
	w.Helper()
	lease := w.lease()
	w.readAs(lease, func(s *connector.State) { s.Paged, s.Checked = true, checked }, calls...)
	run, err := w.merge(lease)
	if err != nil {
		w.Fatal(err)
	}
	return run
}

// stage brings a call's customers in chunks.
func (w *tenant) stage(lease postgres.Lease, number int64, call []portal.Customer) {
	w.Helper()
	for chunk := range slices.Chunk(call, 7) {
		if err := w.DB.Stage(context.Background(), lease, number, chunk); err != nil {
			w.Fatal(err)
		}
	}
}

// sync plays a whole run.
func (w *tenant) sync(calls ...[]portal.Customer) (portal.SyncRun, error) {
	w.Helper()
	lease := w.lease()
	w.read(lease, calls...)
	return w.merge(lease)
}

func (w *tenant) merge(lease postgres.Lease) (portal.SyncRun, error) {
	w.Helper()
	run, err := w.DB.Merge(context.Background(), lease, w.rules, clientTypes)
	var refused *connector.CallError
	if !errors.As(err, &refused) {
		return run, err
	}
	run, failErr := w.DB.FailRun(context.Background(), lease, string(refused.Code), refused.Detail)
	if failErr != nil {
		w.Fatal(failErr)
	}
	return run, err
}

// complete is sync, and must be complete.
func (w *tenant) complete(calls ...[]portal.Customer) portal.SyncRun {
	w.Helper()
	run, err := w.sync(calls...)
	if err != nil || run.Status != portal.RunComplete {
		w.Fatalf("the run is %s: %v", run.Status, err)
	}
	return run
}

// accepted gives the admin's word for a run and merges it.
func (w *tenant) accepted(run portal.SyncRun) portal.SyncRun {
	w.Helper()
	if _, err := w.DB.AcceptRun(context.Background(), w.admin, run.ID, noJob); err != nil {
		w.Fatal(err)
	}
	lease := w.take(run.ID)
	w.read(lease)
	run, err := w.merge(lease)
	if err != nil {
		w.Fatal(err)
	}
	return run
}

func noJob(context.Context, pgx.Tx, portal.SyncRun) error { return nil }

func msp(id, name string) portal.Customer {
	return portal.Customer{Kind: portal.KindMSP, ExternalID: id, Name: name, Type: "RESELLER", Raw: rawOf(id, name)}
}

func client(id, name, parent string) portal.Customer {
	used := int64(3)
	return portal.Customer{
		Kind: portal.KindClient, ExternalID: id, ParentID: parent, Name: name, Type: "CORP", Products: []string{"Patch"},
		SeatsUsed: &used, Raw: rawOf(id, name),
	}
}

func rawOf(parts ...string) json.RawMessage {
	raw, err := json.Marshal(parts)
	if err != nil {
		panic(err)
	}
	return raw
}

// crowd is an MSP with n clients.
func crowd(n int) []portal.Customer {
	all := []portal.Customer{msp("1", "Partner")}
	for i := range n {
		all = append(all, client(fmt.Sprint(100+i), "Client", "1"))
	}
	return all
}
