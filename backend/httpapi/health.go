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

// healthy: the process answers.
func (s *server) healthy(context.Context, *struct{}) (*health, error) { return ok(), nil }

// readyTime is how long the database may take to show that it is ready.
const readyTime = 10 * time.Second

// ready: the database answers and has the schema this program needs. Any caller may ask, so those who ask at one time
// share one query.
func (s *server) ready(ctx context.Context, _ *struct{}) (*health, error) {
	_, err, _ := s.readiness.Do("", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTime)
		defer cancel()
		return nil, s.DB.Ready(ctx)
	})
	if err != nil {
		s.Log.WarnContext(ctx, "not ready", "error", err)
		return nil, &portal.Error{Code: portal.Unavailable, Wait: outageRetry,
			Detail: "The database does not answer, takes no changes or is not migrated."}
	}
	return ok(), nil
}
