package sync

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"time"

	"fs-client-portal/backend/heimdal"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// handBackTime is how long giving a run back may take once there is no more time for the run itself.
const handBackTime = 5 * time.Second

// work does a run: fetch, place, apply. A fault of the product or its answer ends the run as failed and is no error; an
// error means that the run could not be ended here: ctx or the lease has.
func (s *Service) work(ctx context.Context, lease postgres.Lease, progress func(portal.SyncRun)) (portal.SyncRun, error) {
	leased, stop := s.keepAlive(ctx, lease)
	defer stop()
	s.log(lease).Info("sync started", "trigger", lease.Run.Trigger)
	progress(lease.Run)
	p, err := s.fetch(leased, lease, progress)
	if err == nil {
		// Not under leased: the transaction sees for itself whether the run is still ours, and once it has ended the
		// run a late heartbeat finds none.
		var run portal.SyncRun
		if run, err = s.apply(ctx, lease, p); err == nil {
			return s.ended(lease, run, progress), nil
		}
	}
	run, err := s.fail(leased, lease, err)
	if err != nil {
		return portal.SyncRun{}, err
	}
	return s.ended(lease, run, progress), nil
}

func (s *Service) ended(lease postgres.Lease, run portal.SyncRun, progress func(portal.SyncRun)) portal.SyncRun {
	s.finished(lease, run)
	progress(run)
	return run
}

// keepAlive beats the lease's heart until stopped, and ends the context it answers once the lease is lost.
func (s *Service) keepAlive(ctx context.Context, lease postgres.Lease) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(postgres.HeartbeatEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if err := s.db.Heartbeat(ctx, lease); errors.Is(err, postgres.ErrLostRun) {
				cancel(err)
			}
		}
	}()
	return ctx, func() {
		cancel(nil)
		<-done
	}
}

// fetch asks for the customers and records what the answer holds.
func (s *Service) fetch(ctx context.Context, lease postgres.Lease, progress func(portal.SyncRun)) (placed, error) {
	connection, err := s.db.Connection(ctx, lease.MSSPID, lease.ConnectionID)
	if err != nil {
		return placed{}, err
	}
	client, err := s.client(connection)
	if err != nil {
		return placed{}, err
	}
	customers, err := client.Customers(ctx)
	if err != nil {
		return placed{}, err
	}
	p := place(customers)
	run, err := s.db.NoteSeen(ctx, lease, len(p.msps), len(p.clients), p.other)
	if err != nil {
		return placed{}, err
	}
	progress(run)
	return p, nil
}

func (s *Service) apply(ctx context.Context, lease postgres.Lease, p placed) (portal.SyncRun, error) {
	select {
	case <-ctx.Done():
		return portal.SyncRun{}, ctx.Err()
	case s.applying <- struct{}{}:
	}
	defer func() { <-s.applying }()
	return s.db.ApplyCustomers(ctx, lease, p.msps, p.clients)
}

// errSealed is why a connection cannot be used at all.
var errSealed = errors.New("the API key does not open")

// client answers the connection's client, the same from run to run while the connection is the same.
func (s *Service) client(c portal.Connection) (*heimdal.Client, error) {
	of := sha256.Sum256([]byte(c.BaseURL + "\n" + c.CustomerID + "\n" + string(c.APIKeySealed)))
	s.mu.Lock()
	defer s.mu.Unlock()
	if had, ok := s.clients[c.ID]; ok && had.of == of {
		return had.client, nil
	}
	key, err := s.sealer.Open(c.APIKeySealed, APIKeyContext(c))
	if err != nil {
		return nil, errSealed
	}
	client, err := heimdal.New(c.BaseURL, c.CustomerID, string(key), s.config.PerMinute, s.httpFor(c.PublicOnly))
	if err != nil {
		return nil, err
	}
	s.clients[c.ID] = pacedClient{of, client}
	return client, nil
}

// fail ends the run as failed and says why, unless its worker has to stop or the run is no longer ours.
func (s *Service) fail(ctx context.Context, lease postgres.Lease, cause error) (portal.SyncRun, error) {
	if lost := context.Cause(ctx); lost != nil {
		return portal.SyncRun{}, lost
	}
	if errors.Is(cause, postgres.ErrLostRun) {
		return portal.SyncRun{}, cause
	}
	code, detail := explain(cause)
	if code == "internal" {
		s.log(lease).Error("sync broke", "error", cause)
	}
	return s.db.FailRun(ctx, lease, code, detail)
}

// explain puts a cause into a code and a sentence for an admin.
func explain(cause error) (code, detail string) {
	var answer *heimdal.Error
	var missing *postgres.TooManyMissing
	var setting *portal.Error
	switch {
	case errors.As(cause, &answer):
		return string(answer.Code), answer.Detail
	case errors.As(cause, &missing):
		return "too_many_missing", missing.Error()
	case errors.Is(cause, errSealed):
		return "bad_secret", "The stored API key cannot be opened with this server's secret key. Add the product again, or restore the secret key file."
	case errors.As(cause, &setting) && setting.Code == portal.Invalid:
		return "bad_connection", setting.Detail
	}
	return "internal", "The portal could not finish this sync because of an error of its own. Nothing was changed; its log says more."
}

func (s *Service) log(lease postgres.Lease) *slog.Logger {
	return s.config.Log.With("mssp_id", lease.MSSPID, "run_id", lease.Run.ID, "product", lease.Run.Product)
}

func (s *Service) finished(lease postgres.Lease, run portal.SyncRun) {
	log := s.log(lease).With("status", run.Status, "seen", run.Seen, "added", run.Added, "changed", run.Changed, "missing", run.Missing)
	if run.ErrorCode != nil {
		log.Warn("sync failed", "error_code", *run.ErrorCode)
	} else {
		log.Info("sync finished")
	}
	if s.config.Finished != nil {
		s.config.Finished(run)
	}
}
