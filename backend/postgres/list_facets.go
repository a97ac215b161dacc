package postgres

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// maxFacets is the greatest number of values of a facet.
const maxFacets = 100

// facet is how the values of one column are counted.
type facet struct {
	// key is what rows have in common that count as one value; null where the column is empty.
	key string
	// shown is the text of a value to show; "" where the key says all.
	shown string
	// none is the filter's value for a null key.
	none string
	// join adds the tables that the key needs.
	join string
	// counted: the kept counts have the column.
	counted bool
	// words: the values are the product's texts.
	words bool
}

func wordFacet(column string) facet {
	return facet{key: "nullif(lower(" + column + ` collate "C"), '')`, shown: column, none: "none", words: true}
}

func yesNoFacet(column string) facet {
	return facet{key: "case when " + column + " then 'yes' when not " + column + " then 'no' end", none: "unknown"}
}

func reasonFacet(table string) facet {
	return facet{key: "case when " + table + ".status = 'disabled' then " + table + ".status_reason end", none: "none"}
}

var countedType = facet{key: `nullif(lower(c.type collate "C"), '')`, shown: "c.type", none: "none", words: true, counted: true}

// clientFacets are the facets of clients, on a client c with its MSP m, or on a row c of client_count with its MSP m.
var clientFacets = map[string]facet{
	"status":         {key: "c.status", counted: true},
	"status_reason":  reasonFacet("c"),
	"type":           countedType,
	"licence_type":   wordFacet("c.licence_type"),
	"spla":           yesNoFacet("c.spla"),
	"seats_exceeded": yesNoFacet("(c.seats_used > c.seats_total)"),
	"msp_id":         {key: "m.id::text", shown: "m.name", none: "none", counted: true},
	"products": {key: "p.key", shown: "p.shown", none: "none", words: true, join: `
		left join lateral (
			select lower(u.product collate "C") as key, min(u.product) as shown
			from unnest(c.products) u (product)
			group by 1) p on true`},
}

// mspFacets are the facets of MSPs, on an MSP m with its figures, or on a row m of msp_count.
var mspFacets = map[string]facet{
	"status":        {key: "m.status", counted: true},
	"status_reason": reasonFacet("m"),
	"type":          wordFacet("m.type"),
	"licence_type":  wordFacet("m.licence_type"),
	"spla":          yesNoFacet("m.spla"),
}

// ClientFacets returns the values of the clients in the viewer's scope with their counts, and the stamp of the data they
// were read from. It returns Invalid naming the parameter if a filter or a column is malformed.
func (db *DB) ClientFacets(ctx context.Context, viewer portal.Viewer, q portal.ClientFacetQuery) (portal.Facets, Stamp, error) {
	return db.facets(ctx, viewer, clientFacets, q.Columns, func(name string, args pgx.NamedArgs) (facetSource, error) {
		filter, err := filterExcept(clientFiltersIn(viewer.Scope), q.ClientFilter, name, args)
		scope := clientScope(viewer.Scope)
		if filter.countable && clientFacets[name].counted && viewer.Scope.Level != portal.LevelClient {
			return facetSource{countedClientTables, scope + filter.counts, "sum(c.n)"}, err
		}
		return facetSource{clientTables, scope + filter.rows, "count(*)"}, err
	})
}

// countedClientTables are clientTables for kept counts.
const countedClientTables = `
		client_count c
		left join msp m on m.mssp_id = c.mssp_id and m.id = c.msp_id`

// MSPFacets returns the values of the MSPs in the viewer's scope with their counts, and the stamp of the data they were
// read from. It returns Invalid naming the parameter if a filter or a column is malformed, Forbidden below the level of
// an MSP.
func (db *DB) MSPFacets(ctx context.Context, viewer portal.Viewer, q portal.MSPFacetQuery) (portal.Facets, Stamp, error) {
	if viewer.Scope.Level == portal.LevelClient {
		return portal.Facets{}, Stamp{}, errNoMSPs()
	}
	return db.facets(ctx, viewer, mspFacets, q.Columns, func(name string, args pgx.NamedArgs) (facetSource, error) {
		filter, err := filterExcept(mspFilters, q.MSPFilter, name, args)
		scope := mspScope(viewer.Scope)
		if filter.countable && mspFacets[name].counted && viewer.Scope.Level == portal.LevelMSSP {
			return facetSource{"msp_count m", scope + filter.counts, "sum(m.n)"}, err
		}
		return facetSource{mspTablesFor(filter), scope + filter.rows, "count(*)"}, err
	})
}

// facetSource is what a facet is counted from.
type facetSource struct{ tables, where, count string }

// facets reads the facets of the columns, all of the table without any. source returns where one is counted under the
// filters of the other columns, whose arguments it adds to args.
func (db *DB) facets(
	ctx context.Context, viewer portal.Viewer, table map[string]facet, columns string,
	source func(name string, args pgx.NamedArgs) (facetSource, error),
) (portal.Facets, Stamp, error) {
	names, err := facetColumns(table, columns)
	if err != nil {
		return portal.Facets{}, Stamp{}, err
	}
	all := portal.Facets{Facets: make([]portal.Facet, len(names)), Types: []string{}, LicenceTypes: []string{}}
	var stamp Stamp
	batch := func(batch *pgx.Batch) { queueStamp(batch, viewer.Scope, &stamp) }
	for i, name := range names {
		args := scopeArgs(viewer.Scope)
		from, err := source(name, args)
		if err != nil {
			return portal.Facets{}, Stamp{}, err
		}
		all.Facets[i].Column = name
		before := batch
		batch = func(batch *pgx.Batch) {
			before(batch)
			queueFacet(batch, table[name], from, args, &all.Facets[i])
		}
	}
	if err := db.As(viewer).Read(ctx, batch); err != nil {
		return portal.Facets{}, Stamp{}, fmt.Errorf("read facets: %w", err)
	}
	all.Types, all.LicenceTypes = shownValues(all.Facets, "type"), shownValues(all.Facets, "licence_type")
	return all, stamp, nil
}

// facetColumns returns the names in columns, or all of the table.
func facetColumns(table map[string]facet, columns string) ([]string, error) {
	known := slices.Sorted(maps.Keys(table))
	if columns == "" {
		return known, nil
	}
	names := strings.Split(columns, ",")
	slices.Sort(names)
	for _, name := range names {
		if _, ok := table[name]; !ok {
			return nil, portal.InvalidField("columns", "The values of %q are not counted; those of %s are.", name, strings.Join(known, ", "))
		}
	}
	return slices.Compact(names), nil
}

// queueFacet counts the values of one column, the most frequent first.
func queueFacet(batch *pgx.Batch, f facet, from facetSource, args pgx.NamedArgs, into *portal.Facet) {
	shown := "null::text"
	if f.shown != "" {
		shown = "min(" + f.shown + ")"
	}
	batch.Queue(`
		select (`+f.key+`) collate "C" as key, `+shown+` as shown, `+from.count+`::bigint as count, count(*) over () as values
		from `+from.tables+f.join+`
		where `+from.where+`
		group by 1
		having `+from.count+` > 0
		order by 3 desc, 1
		limit @most`, withArgs(args, pgx.NamedArgs{"most": maxFacets})).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[facetRow])
		into.Values = make([]portal.FacetValue, len(found))
		for i, row := range found {
			into.Values[i] = row.value(f)
			into.Others = row.Values - int64(len(found))
		}
		return err
	})
}

type facetRow struct {
	Key, Shown    *string
	Count, Values int64
}

// value returns the row as a value of the column's filter.
func (r facetRow) value(f facet) portal.FacetValue {
	v := portal.FacetValue{Value: f.none, Count: r.Count}
	if r.Key == nil {
		return v
	}
	v.Value = *r.Key
	if r.Shown != nil {
		v.Name = *r.Shown
	}
	if f.words {
		v.Value = writeTerm(v.Name)
	}
	return v
}

// shownValues returns the texts of a facet, sorted without case.
func shownValues(facets []portal.Facet, column string) []string {
	texts := []string{}
	for _, f := range facets {
		for _, v := range f.Values {
			if f.Column == column && v.Name != "" {
				texts = append(texts, v.Name)
			}
		}
	}
	slices.SortFunc(texts, func(a, b string) int { return strings.Compare(lowerASCII(a), lowerASCII(b)) })
	return texts
}
