package sync_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	stdsync "sync"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/sync"
)

// script is a product whose calls do what a test says. It stands in for Heimdal where a call itself is to do something
// that no answer of Heimdal's makes it do.
type script func(ctx context.Context, o sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error)

func (script) Product() portal.Product {
	return portal.Product{ID: portal.ProductHeimdal, Name: "Heimdal", BaseURL: "https://example.com"}
}

func (script) Check(portal.ConnectionSettings, string) error { return nil }

func (s script) Open(_ portal.ConnectionSettings, _ string, o sync.Options) (sync.Reader, error) {
	return scriptReader{s, o}, nil
}

type scriptReader struct {
	script  script
	options sync.Options
}

func (scriptReader) Test(context.Context) (*int64, error) { return nil, nil }

func (r scriptReader) Call(ctx context.Context, state sync.State, add func(portal.Customer) error) (sync.State, error) {
	return r.script(ctx, r.options, state, add)
}

// bring hands over the n-th customer and ends the call, the last of so many.
func bring(state sync.State, of int64, add func(portal.Customer) error) (sync.State, error) {
	n := state.Progress.Calls + 1
	err := add(portal.Customer{Kind: portal.KindClient, ExternalID: fmt.Sprint(n), Name: fmt.Sprint("Client ", n), Type: "CORP", Raw: json.RawMessage(`{}`)})
	state.Progress.Calls, state.Progress.Left, state.Progress.Seen = n, of-n, state.Progress.Seen+1
	state.Done, state.Refusals = n == of, 0
	return state, err
}

// playing is the service of a product that follows a script.
func (w *tenant) playing(s script) func(*sync.Config) {
	return func(c *sync.Config) { c.Connectors = []sync.Connector{s} }
}

// handClock is a clock that stands still until it is moved, and notes what it was to sleep.
type handClock struct {
	mu    stdsync.Mutex
	now   time.Time
	slept []time.Duration
}

func newHandClock() *handClock { return &handClock{now: time.Now()} }

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Sleep moves the clock on.
func (c *handClock) Sleep(ctx context.Context, d time.Duration) error {
	c.move(d)
	c.mu.Lock()
	defer c.mu.Unlock()
	if d > 0 {
		c.slept = append(c.slept, d)
	}
	return ctx.Err()
}

// wake lets put-off jobs be worked at once, as if the time had come.
func (w *tenant) wake() {
	w.t.Helper()
	w.exec("update river.river_job set state = 'available', scheduled_at = now() where kind = 'sync_run' and state = 'scheduled'")
}

func TestALongWaitIsPutOffWithAllThatWasRead(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newHandClock()
	var made []int64
	w.serve(func(c *sync.Config) {
		c.Clock = clock
		w.playing(func(ctx context.Context, o sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error) {
			if state.Progress.Calls == 2 && state.Refusals == 0 {
				state.Refusals++
				if err := o.Clock.Sleep(ctx, time.Hour); err != nil {
					return state, err
				}
			}
			made = append(made, state.Progress.Calls+1)
			return bring(state, 3, add)
		})(c)
	})
	if _, err := w.service.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.wait(1, "select count(*) from sync_run where status = 'queued' and calls = 2 and staged = 2 and heartbeat_at is null")
	w.wait(1, "select count(*) from river.river_job where kind = 'sync_run' and state = 'scheduled' and scheduled_at > now() + interval '50 minutes'")
	if n := value[int64](w, "select count(*) from sync_run where retry_at > now() + interval '50 minutes' and (state->>'refusals')::int = 1"); n != 1 {
		t.Error("the run does not say until when it waits, and how often it was refused")
	}
	// Taken up too soon, it is put off again.
	w.wake()
	w.wait(1, "select count(*) from sync_run where status = 'queued' and attempt = 2")
	w.wait(1, "select count(*) from river.river_job where kind = 'sync_run' and state = 'scheduled'")
	clock.move(2 * time.Hour)
	w.wake()
	w.wait(1, "select count(*) from sync_run where status = 'complete' and retry_at is null and added = 3")
	if fmt.Sprint(made) != "[1 2 3]" {
		t.Errorf("the calls made are %v", made)
	}
}

func TestWhatWasReadOfAConnectionThatHasChangedSinceIsReadAnew(t *testing.T) {
	t.Parallel()
	number, address, key := "99", "https://dashboard.example.com", "ANOTHERKEY0123456789"
	for name, change := range map[string]portal.ConnectionChange{
		"another customer": {CustomerID: &number}, "another key": {APIKey: &key}, "another address": {BaseURL: &address, APIKey: &key},
	} {
		for _, during := range []int64{2, 3} { // in the middle, and at the last call
			w := newTenant(t)
			var made []int64
			w.service = w.newService(w.playing(func(ctx context.Context, _ sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error) {
				made = append(made, state.Progress.Calls+1)
				if len(made) == int(during) {
					if _, err := w.service.ChangeConnection(ctx, w.admin, w.connection.ID, change); err != nil {
						t.Error(err)
					}
				}
				if len(made) == 2 && during == 2 { // another process goes on
					return state, &portal.Postponed{}
				}
				return bring(state, 3, add)
			}))
			run, err := w.service.RunNow(t.Context(), w.connection.MSSPID, nil)
			want := "[1 2 3 1 2 3]"
			if during == 2 {
				var postponed *portal.Postponed
				if !errors.As(err, &postponed) {
					t.Errorf("%s: %v", name, err)
				}
				run, err = w.service.RunNow(t.Context(), w.connection.MSSPID, nil)
				want = "[1 2 1 2 3]"
			}
			if err != nil || run.Status != portal.RunComplete || run.Calls != 3 || run.Added != 3 || fmt.Sprint(made) != want {
				t.Errorf("%s: the calls made are %v, and the run is %+v: %v", name, made, run, err)
			}
		}
	}
}

func TestAConnectionThatChangesWhileItsRunIsMergedIsReadAgain(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.stand.SetCustomers(many(3))
	for _, change := range []string{"paused = paused", "customer_id = customer_id || '9'"} {
		merging, err := w.owner.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer merging.Rollback(context.Background()) //nolint:errcheck // it has ended, or the test has failed
		if _, err := merging.Exec(t.Context(), "select from mssp where id = $1 for no key update", w.connection.MSSPID); err != nil {
			t.Fatal(err)
		}
		ended := make(chan portal.RunStatus, 1)
		go func() {
			run, err := w.service.RunNow(t.Context(), w.connection.MSSPID, nil)
			if err != nil {
				t.Error(err)
			}
			ended <- run.Status
		}()
		w.wait(1, "select count(*) from pg_locks l join pg_stat_activity a on a.pid = l.pid where a.datname = current_database() and not l.granted")
		w.exec("update mssp_product set " + change)
		if err := merging.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if status := <-ended; status != portal.RunComplete {
			t.Errorf("%s: the run is %s", change, status)
		}
		want := int64(1)
		if change == "paused = paused" {
			want = 0
		}
		if n := value[int64](w, "select count(*) from sync_run where status = 'queued'"); n != want {
			t.Errorf("%s: %d runs are queued", change, n)
		}
		w.stand.SetCustomers(many(4))
	}
}

func TestAnAdminsWordIsNotForAConnectionThatHasChangedSince(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(many(60)...)
	review := w.sync(many(30)...)
	w.stand.SetCustomers(many(60))
	if _, err := w.service.Accept(t.Context(), w.admin, review.ID); err != nil {
		t.Fatal(err)
	}
	w.exec("update mssp_product set api_key_sealed = api_key_sealed || ''::bytea, base_url = base_url || '/' where id = $1", w.connection.ID)
	run := w.again()
	if run.ID != review.ID || run.Status != portal.RunComplete || run.Missing != 0 || run.ReviewedAt != nil {
		t.Errorf("the run is %+v", run)
	}
}

func TestRunsThatWaitKeepNoWorkerFromOthers(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	const more = 24 // than there are workers
	for range more {
		other := addTenant(t, w.db, w.owner)
		if _, err := other.service.Request(t.Context(), other.admin); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.service.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.exec("update mssp_product set customer_id = '18' where mssp_id <> $1", w.connection.MSSPID)
	w.serve(func(c *sync.Config) { c.Connectors = []sync.Connector{waiter{}} })
	w.wait(1, "select count(*) from sync_run where status = 'complete'")
	w.wait(more, "select count(*) from sync_run where status = 'queued' and retry_at is not null")
}

// waiter waits an hour before it answers customer 18, and no moment for anybody else.
type waiter struct{ script }

func (waiter) Open(s portal.ConnectionSettings, _ string, o sync.Options) (sync.Reader, error) {
	return scriptReader{func(ctx context.Context, o sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error) {
		if s.CustomerID == "18" {
			if err := o.Clock.Sleep(ctx, time.Hour); err != nil {
				return state, err
			}
		}
		return bring(state, 1, add)
	}, o}, nil
}

func TestARunOfManyCallsLetsOthersHaveTheirTurnInBetween(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newHandClock()
	w.serve(func(c *sync.Config) {
		c.Clock = clock
		w.playing(func(_ context.Context, _ sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error) {
			clock.move(40 * time.Second)
			return bring(state, 5, add)
		})(c)
	})
	if _, err := w.service.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	// Two calls fit into a minute and a bit: it is taken up three times.
	w.wait(1, "select count(*) from sync_run where status = 'complete' and attempt = 3 and calls = 5")
}

func TestARunThatWouldNeverEndFailsAfterADay(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newHandClock()
	w.service = w.newService(func(c *sync.Config) {
		c.Clock = clock
		w.playing(func(_ context.Context, _ sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error) {
			clock.move(time.Hour)
			return bring(state, 1_000_000, add)
		})(c)
	})
	w.mustFail("timeout")
	if n := value[int64](w, "select count(*) from sync_customer"); n != 0 {
		t.Errorf("%d rows of it are left", n)
	}
}

func TestACommandWaitsWhereItIs(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newHandClock()
	w.service = w.newService(func(c *sync.Config) {
		c.Clock = clock
		w.playing(func(ctx context.Context, o sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error) {
			o.Waiting(o.Clock.Now().Add(time.Hour))
			if err := o.Clock.Sleep(ctx, time.Hour); err != nil {
				return state, err
			}
			o.Waiting(time.Time{})
			return bring(state, 2, add)
		})(c)
	})
	var waits int
	run, err := w.service.RunNow(t.Context(), w.connection.MSSPID, func(r portal.SyncRun) {
		if r.RetryAt != nil {
			waits++
		}
	})
	if err != nil || run.Status != portal.RunComplete || run.RetryAt != nil || waits != 2 || fmt.Sprint(clock.slept) != "[1h0m0s 1h0m0s]" {
		t.Errorf("the run is %+v, %v; told of %d waits; slept %v", run, err, waits, clock.slept)
	}
}

func TestWhatACallBringsIsWrittenInChunksOfBoundedSize(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		customers, most int
		raw             string
	}{
		"many":  {12_001, 5000, `{}`},
		"heavy": {300, 70, `{"note":"` + string(make64K()) + `"}`},
	} {
		w := newTenant(t)
		reached, release := make(chan struct{}), make(chan struct{})
		w.service = w.newService(w.playing(func(_ context.Context, _ sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error) {
			for i := range test.customers {
				c := portal.Customer{Kind: portal.KindClient, ExternalID: fmt.Sprint(i), Name: "Client", Type: "CORP", Raw: json.RawMessage(test.raw)}
				if err := add(c); err != nil {
					return state, err
				}
			}
			close(reached)
			<-release
			return sync.State{Done: true, Progress: sync.Progress{Calls: 1, Seen: int64(test.customers)}}, nil
		}))
		done := make(chan portal.SyncRun)
		go func() {
			run, err := w.service.RunNow(context.Background(), w.connection.MSSPID, nil)
			if err != nil {
				t.Error(err)
			}
			done <- run
		}()
		<-reached
		// Whatever was written so far was written in transactions of its own, each with one chunk.
		if largest := value[int64](w, "select coalesce(max(n), 0) from (select count(*) as n from sync_customer group by xmin::text) chunks"); largest > int64(test.most) {
			t.Errorf("%s: a chunk holds %d customers", name, largest)
		}
		// All but the chunk that is being written and the one that is being filled.
		if written := value[int64](w, "select count(*) from sync_customer"); written < int64(test.customers-2*test.most) {
			t.Errorf("%s: only %d of %d customers are written: the rest is held in memory", name, written, test.customers)
		}
		close(release)
		if run := <-done; run.Status != portal.RunComplete || run.Seen != int64(test.customers) {
			t.Errorf("%s: the run is %+v: %s", name, run, said(run))
		}
	}
}

func make64K() []byte {
	letters := make([]byte, 64<<10)
	for i := range letters {
		letters[i] = 'x'
	}
	return letters
}

func TestACallThatGoesWrongInTheMiddleLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.complete(many(3)...)
	before := w.everything()
	for code, fault := range map[string]error{"truncated": portal.CallErrorf(portal.Truncated, "It broke off."), "internal": errors.New("broken")} {
		w.service = w.newService(w.playing(func(_ context.Context, _ sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error) {
			if state.Progress.Calls == 1 {
				for i := range 7000 {
					if err := add(portal.Customer{Kind: portal.KindClient, ExternalID: fmt.Sprint(100 + i), Name: "Ghost", Type: "CORP", Raw: json.RawMessage(`{}`)}); err != nil {
						return state, err
					}
				}
				return state, fault
			}
			return bring(state, 2, add)
		}))
		w.mustFail(code)
		if n := value[int64](w, "select count(*) from sync_customer"); n != 0 || w.everything() != before {
			t.Errorf("%s: %d rows are left, or rows were written", code, n)
		}
	}
}

func TestARunGoesOnWithTheCallItsProcessDiedIn(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var mu stdsync.Mutex
	var made []int64
	died := make(chan struct{})
	play := w.playing(func(ctx context.Context, _ sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error) {
		mu.Lock()
		made = append(made, state.Progress.Calls+1)
		first := len(made) == 3
		mu.Unlock()
		if first {
			if _, err := bring(state, 4, add); err != nil {
				return state, err
			}
			close(died)
			<-ctx.Done()
			return state, ctx.Err()
		}
		return bring(state, 4, add)
	})
	first := w.newService(func(c *sync.Config) { c.Jobs, c.Takeover = true, time.Hour; play(c) })
	if err := first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Request(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	<-died
	w.die()
	w.serve(play)
	w.wait(1, "select count(*) from sync_run where status = 'complete' and added = 4 and seen = 4 and duplicates = 0 and deaths = 0 and attempt = 2")
	mu.Lock()
	defer mu.Unlock()
	if fmt.Sprint(made) != "[1 2 3 3 4]" {
		t.Errorf("the calls made are %v", made)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := first.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func TestTheScheduleBeginsWithWhoHasWaitedLongest(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	tenants := []*tenant{addTenant(t, w.db, w.owner), w, addTenant(t, w.db, w.owner), addTenant(t, w.db, w.owner)}
	w.exec("update mssp_product set created_at = now() - interval '10 days'")
	for i, tenant := range tenants[1:] {
		tenant.complete(many(1)...)
		w.exec("update sync_run set created_at = now() - make_interval(hours => $2) where mssp_id = $1", tenant.connection.MSSPID, 9-i*3)
	}
	due, err := w.db.Overdue(t.Context(), time.Hour)
	if err != nil || len(due) != len(tenants) {
		t.Fatalf("due is %+v, %v", due, err)
	}
	for i, tenant := range tenants {
		if due[i].MSSPID != tenant.connection.MSSPID {
			t.Errorf("number %d is not the one that has waited longest of the rest", i+1)
		}
	}
}
