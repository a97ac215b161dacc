package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// maxFacets is the greatest number of values that a filter offers.
const maxFacets = 100

// ClientFacets returns the types and licence types of the clients in the viewer's scope, and the stamp of the data they
// were read from.
func (db *DB) ClientFacets(ctx context.Context, viewer portal.Viewer) (portal.Facets, Stamp, error) {
	types := "client_count c"
	if viewer.Scope.Level == portal.LevelClient {
		types = "client c"
	}
	return db.facets(ctx, viewer, `
		select min(c.type)
		from `+types+`
		where `+clientScope(viewer.Scope)+`
		and c.type <> ''
		group by lower(c.type collate "C")`, nextLicenceTypes(viewer.Scope))
}

// nextLicenceTypes finds one licence type after the other, each by one index lookup: a scan for distinct values would
// read every client.
func nextLicenceTypes(scope portal.Scope) string {
	if scope.Level != portal.LevelMSSP { // no index begins with an MSP, and its clients are few
		return `
		select distinct c.licence_type
		from client c
		where ` + clientScope(scope) + `
		and c.licence_type is not null`
	}
	next := `
			select c.licence_type
			from client c
			where ` + clientScope(scope) + `
			and c.licence_type is not null`
	return `
		with recursive found as (
			(` + next + `
			order by c.licence_type
			limit 1)
			union all
			select (` + next + `
				and c.licence_type > found.licence_type
				order by c.licence_type
				limit 1)
			from found
			where found.licence_type is not null)
		select licence_type
		from found
		where licence_type is not null`
}

// MSPFacets returns the licence types of the MSPs in the viewer's scope, and the stamp of the data they were read from.
// It returns Forbidden below the level of an MSP.
func (db *DB) MSPFacets(ctx context.Context, viewer portal.Viewer) (portal.Facets, Stamp, error) {
	if viewer.Scope.Level == portal.LevelClient {
		return portal.Facets{}, Stamp{}, errNoMSPs()
	}
	of := func(column string) string {
		return `
		select min(m.` + column + `)
		from msp m
		where ` + mspScope(viewer.Scope) + `
		and m.` + column + ` <> ''
		group by lower(m.` + column + ` collate "C")`
	}
	return db.facets(ctx, viewer, of("type"), of("licence_type"))
}

func (db *DB) facets(ctx context.Context, viewer portal.Viewer, types, licenceTypes string) (portal.Facets, Stamp, error) {
	var f portal.Facets
	var stamp Stamp
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueStamp(batch, viewer.Scope, &stamp)
		queueFacet(batch, viewer.Scope, types, &f.Types)
		queueFacet(batch, viewer.Scope, licenceTypes, &f.LicenceTypes)
	})
	if err != nil {
		return portal.Facets{}, Stamp{}, fmt.Errorf("read facets: %w", err)
	}
	return f, stamp, nil
}

// queueFacet reads the values that a query finds, one of those that differ in case only.
func queueFacet(batch *pgx.Batch, scope portal.Scope, query string, into *[]string) {
	args := withArgs(scopeArgs(scope), pgx.NamedArgs{"most": maxFacets})
	batch.Queue(`
		select min(v.value)
		from (select * from (`+query+`) q limit @most) v (value)
		group by lower(v.value collate "C")
		order by lower(min(v.value) collate "C")`, args).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
}
