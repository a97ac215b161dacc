package sync_test

import (
	"context"
	"errors"
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
