package desktop

import (
	"context"
	"net/http"

	"fs-client-portal/backend/portal"
)

// Syncs returns one page of sync runs.
func (d *Desktop) Syncs(ctx context.Context, q portal.SyncQuery) (portal.SyncPage, error) {
	return read[portal.SyncPage](ctx, d, "/v1/syncs", q)
}

// StartSync starts a sync of a connection, or of the one that has waited longest where connectionID is empty; code
// sync_running while one runs.
func (d *Desktop) StartSync(ctx context.Context, connectionID string) (portal.SyncRun, error) {
	var run portal.SyncRun
	start := request{method: http.MethodPost, path: "/v1/syncs", out: &run}
	if connectionID != "" {
		start.body = portal.SyncRequest{ConnectionID: connectionID}
	}
	return run, d.write(ctx, start)
}

// Sync returns one sync run.
func (d *Desktop) Sync(ctx context.Context, id string) (portal.SyncRun, error) {
	return readOne[portal.SyncRun](ctx, d, "/v1/syncs", id)
}

// SyncReview returns one page of the customers that a run in review would mark as missing.
func (d *Desktop) SyncReview(ctx context.Context, id string, q portal.ReviewQuery) (portal.Review, error) {
	path, err := pathOf("/v1/syncs", id)
	if err != nil {
		return portal.Review{}, err
	}
	return read[portal.Review](ctx, d, path+"/review", q)
}

// SyncReviewTotals returns how many customers of each MSP a run in review would change, and how.
func (d *Desktop) SyncReviewTotals(ctx context.Context, id string) (portal.ReviewTotals, error) {
	path, err := pathOf("/v1/syncs", id)
	if err != nil {
		return portal.ReviewTotals{}, err
	}
	return read[portal.ReviewTotals](ctx, d, path+"/review/totals", nil)
}

// AcceptSync lets a run in review go on, code conflict when it is not in review.
func (d *Desktop) AcceptSync(ctx context.Context, id string) (portal.SyncRun, error) {
	return d.decide(ctx, id, "/accept")
}

// DiscardSync ends a run in review without changing anything, code conflict when it is not in review.
func (d *Desktop) DiscardSync(ctx context.Context, id string) (portal.SyncRun, error) {
	return d.decide(ctx, id, "/discard")
}

func (d *Desktop) decide(ctx context.Context, id, decision string) (portal.SyncRun, error) {
	var run portal.SyncRun
	path, err := pathOf("/v1/syncs", id)
	if err != nil {
		return run, err
	}
	return run, d.write(ctx, request{method: http.MethodPost, path: path + decision, out: &run})
}
