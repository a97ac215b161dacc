package sync_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
	"fs-client-portal/backend/sync"
)

func TestWhoIsAtWorkSaysSoDuringACallHoweverLongItTakes(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(func(c *sync.Config) {
		c.Takeover = 600 * time.Millisecond
		w.playing(func(_ context.Context, _ sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error) {
			w.exec("update sync_run set heartbeat_at = now() - interval '1 second'")
			w.wait(1, "select count(*) from sync_run where heartbeat_at > now() - interval '600 milliseconds'")
			return bring(state, 1, add)
		})(c)
	})
	if run := w.again(); run.Status != portal.RunComplete {
		t.Errorf("the run is %s: %s", run.Status, said(run))
	}
}

func TestWhoHasLostARunStopsInTheMiddleOfACall(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(func(c *sync.Config) {
		c.Takeover = 600 * time.Millisecond
		w.playing(func(ctx context.Context, _ sync.Options, state sync.State, _ func(portal.Customer) error) (sync.State, error) {
			w.exec("update sync_run set attempt = attempt + 1")
			select {
			case <-ctx.Done():
				return state, ctx.Err()
			case <-time.After(30 * time.Second):
				t.Error("the call goes on")
				return state, errors.New("nobody stopped the call")
			}
		})(c)
	})
	if run, err := w.service.RunNow(t.Context(), w.connection.MSSPID, nil); !errors.Is(err, postgres.ErrLostRun) {
		t.Errorf("the run ended as %+v, %v", run, err)
	}
	if status := value[string](w, "select status from sync_run"); status != "running" {
		t.Errorf("who has lost the run left it %s to whoever has it", status)
	}
}

func TestHowManyWereSeenIsToldDuringACallAndNotForEveryChunk(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	clock := newHandClock() // stands still
	w.service = w.newService(func(c *sync.Config) {
		c.Clock = clock
		w.playing(func(_ context.Context, _ sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error) {
			for i := range 20_001 {
				if err := add(portal.Customer{Kind: portal.KindClient, ExternalID: fmt.Sprint(i), Name: "Client", Type: "CORP", Raw: []byte("{}")}); err != nil {
					return state, err
				}
			}
			return sync.State{Done: true, Progress: sync.Progress{Calls: 1, Seen: 20_001}}, nil
		})(c)
	})
	var told []int64
	run, err := w.service.RunNow(t.Context(), w.connection.MSSPID, func(r portal.SyncRun) {
		if r.Calls == 0 && r.Seen > 0 {
			told = append(told, r.Seen)
		}
	})
	if err != nil || run.Status != portal.RunComplete || fmt.Sprint(told) != "[5000]" {
		t.Errorf("within one moment of the call it was told that %v were seen; the run is %s, %v", told, run.Status, err)
	}
}

func TestAFaultOfThePortalsOwnEndsTheRunAndIsInTheLog(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(w.playing(func(_ context.Context, _ sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error) {
		day := "the day after tomorrow"
		err := add(portal.Customer{Kind: portal.KindClient, ExternalID: "1", Name: "Client", Type: "CORP", ExpiresOn: &day, Raw: []byte("{}")})
		return sync.State{Done: true, Progress: sync.Progress{Calls: 1, Seen: 1}}, err
	}))
	w.mustFail("internal")
	if log := w.log.String(); !strings.Contains(log, "expiry of customer 1") {
		t.Errorf("the log says\n%s", log)
	}
}

func TestWhatACallHadWrittenWhenItsProcessDiedCountsOnce(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var made []int64
	w.service = w.newService(w.playing(func(_ context.Context, _ sync.Options, state sync.State, add func(portal.Customer) error) (sync.State, error) {
		made = append(made, state.Progress.Calls+1)
		if len(made) == 2 {
			for i := range 7000 {
				if err := add(portal.Customer{Kind: portal.KindClient, ExternalID: fmt.Sprint(100 + i), Name: "Client", Type: "CORP", Raw: []byte("{}")}); err != nil {
					return state, err
				}
			}
			w.wait(1, "select count(*) from sync_run where heartbeat_at is not null and (select count(*) from sync_customer) > 5000")
			w.exec("update sync_run set attempt = attempt + 1")
			return state, postgres.ErrLostRun
		}
		return bring(state, 3, add)
	}))
	if _, err := w.service.RunNow(t.Context(), w.connection.MSSPID, nil); !errors.Is(err, postgres.ErrLostRun) {
		t.Fatal(err)
	}
	w.exec("update sync_run set status = 'queued'")
	if run := w.again(); run.Status != portal.RunComplete || run.Seen != 3 || fmt.Sprint(made) != "[1 2 2 3]" {
		t.Errorf("the run is %+v after the calls %v", run, made)
	}
}

func TestOneConnectionsTroubleKeepsTheScheduleFromNothingElse(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	other := addTenant(t, w.db, w.owner)
	w.mailing(1)
	w.fail(1)
	w.exec("update mssp_product set created_at = now() - interval '1 day'")
	w.exec("update sync_run set created_at = now() - interval '1 day'")
	w.exec("alter table sync_run add constraint trouble check (trigger <> 'schedule' or mssp_id <> '" + other.connection.MSSPID + "')")
	if err := w.service.Schedule(t.Context()); err == nil {
		t.Error("the trouble is not told")
	}
	due := value[int64](w, "select count(*) from sync_run where trigger = 'schedule' and mssp_id = $1", w.connection.MSSPID)
	mails := value[int64](w, "select count(*) from river.river_job where kind = 'sync_mail'")
	if due != 1 || mails != 1 {
		t.Errorf("%d runs and %d mails were queued", due, mails)
	}
}

func TestAChoreThatFailsKeepsNoOtherFromBeingDone(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	var done int
	fails := func(context.Context) error { done++; return errors.New("broken") }
	service := w.newService(func(c *sync.Config) {
		c.Chores = map[string]func(context.Context) error{"one": fails, "another": fails, "third": fails}
	})
	if err := service.DoChores(t.Context()); err == nil || done != 3 {
		t.Errorf("%d chores were done: %v", done, err)
	}
}
