package httpapi

import (
	"context"

	"fs-client-portal/backend/portal"
)

type health struct {
	Body struct {
		Status string `json:"status"`
	}
}

func ok() *health {
	h := &health{}
	h.Body.Status = "ok"
	return h
}

// healthy: the process answers.
func (s *server) healthy(context.Context, *struct{}) (*health, error) { return ok(), nil }

// ready: the database answers and has the schema this program needs.
func (s *server) ready(ctx context.Context, _ *struct{}) (*health, error) {
	if err := s.DB.Ready(ctx); err != nil {
		s.Log.WarnContext(ctx, "not ready", "error", err)
		return nil, &portal.Error{Code: portal.Unavailable, Wait: outageRetry,
			Detail: "The database does not answer, takes no changes or is not migrated."}
	}
	return ok(), nil
}
