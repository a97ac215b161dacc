package customersync

import (
	"context"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// The limits of a chunk, the part of a response that is held in memory. While one is written, the next is read.
const (
	chunkCustomers = 5000
	chunkBytes     = 4 << 20
)

// stager stages the customers of one call, chunk by chunk.
type stager struct {
	write  func(context.Context, []portal.Customer) error
	ctx    context.Context
	chunk  []portal.Customer
	bytes  int
	chunks chan []portal.Customer
	done   chan error
	broken error
}

// newStager returns a stager, which must be closed.
func newStager(ctx context.Context, write func(context.Context, []portal.Customer) error) *stager {
	s := &stager{write: write, ctx: ctx, chunks: make(chan []portal.Customer), done: make(chan error, 1)}
	go func() {
		var err error
		for chunk := range s.chunks {
			if err == nil {
				err = s.write(ctx, chunk)
			}
			if err != nil {
				break
			}
		}
		s.done <- err
		close(s.done)
	}()
	return s
}

// add adds one customer to the chunk. Its error is that of an earlier write.
func (s *stager) add(c portal.Customer) error {
	s.chunk = append(s.chunk, c)
	s.bytes += len(c.Raw)
	if len(s.chunk) < chunkCustomers && s.bytes < chunkBytes {
		return nil
	}
	return s.flush()
}

func (s *stager) flush() error {
	if s.broken != nil || len(s.chunk) == 0 {
		return s.broken
	}
	select {
	case s.chunks <- s.chunk:
	case s.broken = <-s.done:
	}
	s.chunk, s.bytes = nil, 0
	return s.broken
}

// close writes the last chunk if failed is nil, and waits for all writes. It returns failed, or else the error of a
// write.
func (s *stager) close(failed error) error {
	if failed == nil {
		failed = s.flush()
	}
	close(s.chunks)
	if err := <-s.done; failed == nil {
		return err
	}
	return failed
}

// call makes one call of a run's reading, stages its customers and saves the state after it.
func (s *Service) call(
	ctx context.Context, lease postgres.Lease, reader connector.Reader, state connector.State, record *recorder,
) (connector.State, error) {
	number, seen := state.Progress.Calls+1, state.Progress.Seen
	staging := newStager(ctx, func(ctx context.Context, chunk []portal.Customer) error {
		seen += int64(len(chunk))
		if err := s.db.Stage(ctx, lease, number, chunk); err != nil {
			return err
		}
		return record.seen(ctx, seen)
	})
	next, err := reader.Call(ctx, state, staging.add)
	next.Of, next.Fields = state.Of, state.Fields
	if err = staging.close(err); err != nil {
		return next, err
	}
	finish := s.db.FinishCall
	if record.newPaths(next) {
		finish = s.db.FinishCallWithPaths
	}
	run, err := finish(ctx, lease, next)
	if err != nil {
		return state, err
	}
	record.progress(run)
	return next, nil
}
