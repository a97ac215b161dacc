package postgres

import (
	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// queueLicences adds the newest two hundred spans of one client that the viewer may read. Users of an MSP read those in
// which the client was theirs.
func queueLicences(batch *pgx.Batch, scope portal.Scope, clientID string, into *[]portal.LicenceSpan) {
	args := scopeArgs(scope)
	args["id"] = clientID
	collect(batch.Queue(`
		select s.from_at as "from", nullif(s.to_at, 'infinity') as until, s.status, s.seats_used, s.seats_total
		from client_span s
		where `+spanScope(scope)+`
		and s.client_id = @id
		order by s.to_at desc
		limit 200`, args), into)
}
