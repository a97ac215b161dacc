package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// Conditional is embedded in the inputs of routes that support If-None-Match. It is exported because huma ignores
// unexported embedded fields.
type Conditional struct {
	IfNoneMatch string `header:"If-None-Match"`
}

// entityTag returns the ETag of a response: a hash of the viewer, the query, the version of the data, the day, because
// licences expire, the viewer's last visit, because changes are counted from there, and the marks of an overview.
func entityTag(viewer portal.Viewer, query any, stamp postgres.Stamp) string {
	text := fmt.Sprintf("%s %s %+v %+v %d %v %s %s %v %s", viewer.GrantID, viewer.Role, viewer.Scope, query,
		stamp.Version, micros(stamp.DataAsOf), stamp.Runs, stamp.Today.Format(time.DateOnly), micros(stamp.LastVisit), stamp.Marks)
	sum := sha256.Sum256([]byte(text))
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

func micros(t *time.Time) int64 {
	if t == nil {
		return 0
	}
	return t.UnixMicro()
}

// matches reports whether the client already has the response with this ETag, compressed or not (RFC 9110 section
// 13.1.2).
func (c Conditional) matches(tag string) bool {
	for _, known := range strings.Split(c.IfNoneMatch, ",") {
		known = strings.TrimPrefix(strings.TrimSpace(known), "W/")
		known = strings.Replace(known, compressedSuffix+`"`, `"`, 1)
		if known == tag {
			return true
		}
	}
	return false
}

// conditionalOutput is a body with its ETag, or status 304 without a body.
type conditionalOutput[B any] struct {
	Status int
	ETag   string `header:"ETag"`
	Body   B
}

// conditionally returns 304 if the client's ETag is still current, which needs only the stamp, and otherwise what read
// returns.
func conditionally[B any](
	ctx context.Context, s *server, known Conditional, query any, read func(portal.Viewer) (B, postgres.Stamp, error),
) (*conditionalOutput[B], error) {
	return conditionallyBy(ctx, s.DB.Stamp, known, query, read)
}

// conditionallyBy is conditionally with another stamp.
func conditionallyBy[B any](
	ctx context.Context, current func(context.Context, portal.Viewer) (postgres.Stamp, error), known Conditional, query any,
	read func(portal.Viewer) (B, postgres.Stamp, error),
) (*conditionalOutput[B], error) {
	viewer := viewerOf(ctx)
	if known.IfNoneMatch != "" {
		stamp, err := current(ctx, viewer)
		if err != nil {
			return nil, err
		}
		if tag := entityTag(viewer, query, stamp); known.matches(tag) {
			return &conditionalOutput[B]{Status: http.StatusNotModified, ETag: tag}, nil
		}
	}
	body, stamp, err := read(viewer)
	if err != nil {
		return nil, err
	}
	return &conditionalOutput[B]{Status: http.StatusOK, ETag: entityTag(viewer, query, stamp), Body: body}, nil
}
