package httpapi

import (
	"context"
	"time"

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

// healthy responds as long as the process runs.
func (s *server) healthy(context.Context, *struct{}) (*health, error) { return ok(), nil }

// readyTime is the timeout of the readiness check.
const readyTime = 10 * time.Second

// ready reports whether the database responds and has the schema that this version needs. The route needs no sign-in,
// so concurrent callers share one query.
func (s *server) ready(ctx context.Context, _ *struct{}) (*health, error) {
	_, err, _ := s.readiness.Do("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTime)
		defer cancel()
		return nil, s.DB.Ready(ctx)
	})
	if err != nil {
		s.Log.WarnContext(ctx, "not ready", "error", err)
		return nil, &portal.Error{Code: portal.Unavailable, Wait: outageRetry,
			Detail: "The database does not respond, is read-only or is not migrated."}
	}
	return ok(), nil
}
