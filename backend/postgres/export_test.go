package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// WithAcquireWait returns a copy of db whose requests wait at most this long for a connection.
func (db *DB) WithAcquireWait(wait time.Duration) *DB {
	other := *db
	other.acquireWait = wait
	return &other
}

// SearchLayer is Search with one of the two layers of scope alone, and with all clients of the database proposed for
// the viewer's.
type SearchLayer struct {
	// WithoutConditions leaves out the conditions on the scope. Otherwise the statements run in Owner, a transaction to
	// which no policy applies.
	WithoutConditions bool
	Owner             pgx.Tx
	Proposed          []string
}

// Search runs the statements of Search.
func (l SearchLayer) Search(ctx context.Context, db *DB, viewer portal.Viewer, q portal.SearchQuery) (portal.SearchResult, error) {
	sources := searchSources(viewer)
	for i := range sources {
		if sources[i].proposed != "" {
			sources[i].proposed = "select '{" + strings.Join(l.Proposed, ",") + "}'::uuid[] as ids, true as complete"
		}
		if l.WithoutConditions {
			sources[i].candidates = strings.NewReplacer(
				"where "+clientScope(viewer.Scope), "", "where "+mspScope(viewer.Scope), "", "f.mssp_id = @mssp", "true",
			).Replace(sources[i].candidates)
		}
	}
	if l.WithoutConditions {
		found, err := db.search(ctx, viewer, q, sources)
		return joinFound(found), err
	}
	found := make([]searchFound, len(sources))
	for i, source := range sources {
		found[i].kind = source.kind
		err := l.Owner.QueryRow(ctx, source.query(), searchArgs(viewer.Scope, q)).
			Scan(&found[i].total, &found[i].complete, &found[i].hits)
		if err != nil {
			return portal.SearchResult{}, err
		}
	}
	return joinFound(found), nil
}

// HistoryFields returns the fields of customers that the history shows.
func HistoryFields() []string {
	return strings.Split(eachColumn(shownColumn, ",", func(c customerColumn) string { return c.name }), ",")
}

// WithReadTime returns a copy of db whose reads may take limit for each statement.
func (db *DB) WithReadTime(limit time.Duration) *DB {
	other := *db
	other.readTime = limit
	return &other
}
