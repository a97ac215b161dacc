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

// clientTypes are the types of ordinary clients of the tests' product.
var clientTypes = []string{"CORP"}

// tenant is an MSSP with a connection, for which a test performs the steps of a run: staging, merging, reviewing.
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

// sibling returns another MSSP in the same database.
func (w *tenant) sibling() *tenant {
	w.Helper()
	return withConnection(w.Another(w.TB))
}

// withConnection returns the MSSP with an admin and a new connection.
func withConnection(m *testkit.MSSP) *tenant {
	m.Helper()
	return (&tenant{MSSP: m, admin: m.SignIn(portal.MSSPAdmin)}).second()
}

// second returns the same MSSP with another connection.
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

// value returns the one value that sql selects.
func value[T any](w *tenant, sql string, args ...any) T {
	w.Helper()
	return testkit.Value[T](w.MSSP, sql, args...)
}

// lease creates a run and takes it.
func (w *tenant) lease() postgres.Lease {
	w.Helper()
	run, err := w.DB.CreateRun(context.Background(), w.ID, w.connection, "schedule", nil)
	if err != nil {
		w.Fatal(err)
	}
	return w.take(run.ID)
}

// take takes a run as a worker does.
func (w *tenant) take(runID string) postgres.Lease {
	w.Helper()
	lease, taken, err := w.DB.TakeRun(context.Background(), w.ID, runID)
	if err != nil || !taken {
		w.Fatalf("taking the run: got %v (%v), want true", taken, err)
	}
	return lease
}

// die makes the last heartbeat of a run's worker so old that the worker counts as dead.
func (w *tenant) die(lease postgres.Lease) {
	w.Exec("update sync_run set heartbeat_at = now() - interval '1 hour' where id = $1 and status = 'running'", lease.Run.ID)
}

// read performs those of the calls that the run has not finished yet.
func (w *tenant) read(lease postgres.Lease, calls ...[]portal.Customer) {
	w.Helper()
	w.readAs(lease, func(*connector.State) {}, calls...)
}

// readAs is read, and lets end complete the state after the last call.
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

// paged plays a whole run whose customers came on several pages, and that asked for the checked ones by id.
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

// stage stages a call's customers in chunks.
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

// merge merges a run. A run that the merge rejects is recorded as failed, and returned with the error.
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

// complete plays a whole run that must be complete.
func (w *tenant) complete(calls ...[]portal.Customer) portal.SyncRun {
	w.Helper()
	run, err := w.sync(calls...)
	if err != nil || run.Status != portal.RunComplete {
		w.Fatalf("run: got %s (%v), want complete", run.Status, err)
	}
	return run
}

// accepted accepts a run as the admin, and merges it.
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

// noJob queues no job for a run.
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

// crowd returns an MSP with n clients.
func crowd(n int) []portal.Customer {
	all := []portal.Customer{msp("1", "Partner")}
	for i := range n {
		all = append(all, client(fmt.Sprint(100+i), "Client", "1"))
	}
	return all
}
