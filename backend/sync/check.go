package sync

import (
	"context"

	"fs-client-portal/backend/postgres"
)

// mostChecked bounds the customers that a run looks up again: at five calls a minute that takes four minutes.
const mostChecked = 20

// lookAgain makes a finished paged reading go on with one call about each known customer that it lacks. Where these are
// too many, and of those about whom no answer can be read, the next run decides.
func (s *Service) lookAgain(ctx context.Context, lease postgres.Lease, state State) (State, error) {
	if !state.Done || !state.Paged || len(state.Checked)+len(state.Unchecked) > 0 || lease.Run.ReviewedAt != nil {
		return state, nil
	}
	absent, err := s.db.Absent(ctx, lease, state, mostChecked+1)
	if err != nil || len(absent) == 0 || len(absent) > mostChecked {
		return state, err
	}
	// Absent has compared the total, which does not count the customers of the calls that follow.
	state.Check, state.Done, state.Total = absent, false, nil
	return state, nil
}
