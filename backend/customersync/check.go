package customersync

import (
	"context"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/postgres"
)

// maxChecked is the greatest number of absent customers that a run checks: at five calls a minute that takes four
// minutes.
const maxChecked = 20

// checkAbsent adds one call for each known customer that a completed paged reading lacks. If there are too many, and
// for those whose response cannot be read, the next run decides.
func (s *Service) checkAbsent(ctx context.Context, lease postgres.Lease, state connector.State) (connector.State, error) {
	if !state.Done || !state.Paged || len(state.Checked)+len(state.Unchecked) > 0 || lease.Run.ReviewedAt != nil {
		return state, nil
	}
	absent, err := s.db.Absent(ctx, lease, state, maxChecked+1)
	if err != nil || len(absent) == 0 || len(absent) > maxChecked {
		return state, err
	}
	// Absent has compared the total already; it does not count the customers of the calls that follow.
	state.Check, state.Done, state.Total = absent, false, nil
	return state, nil
}
