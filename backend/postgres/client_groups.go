package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// Clients grouped by MSP are sorted by the name and id of their MSP first, then as the list is; clients directly under the
// MSSP are the last group. The MSPs are read in the order of an index, and each contributes at most one page of clients,
// so that a page costs no more than the clients of the MSPs it passes. The subtotals are those of the MSPs on the page:
// from the kept counts if they have the filter's columns, else from the matching clients of these MSPs.

// groupByMSP is the value of ClientQuery.Group.
const groupByMSP = "msp"

var (
	ofMSPs = []keysetTerm{{"m.name_key", textKey, false}, {"m.id", idKey, false}}
	// ofNoMSP is behind every MSP.
	ofNoMSP = []keysetTerm{{"chr(1114111)", textKey, false}, {"'" + greatestID + "'::uuid", idKey, false}}
)

// newGroupKeyset returns the keyset of clients in groups, whose position is in the terms of.
func newGroupKeyset(of []keysetTerm, q portal.ClientQuery) (keyset, error) {
	k, err := newKeyset(clientSorts, q.Sort, "name", "c.id", "")
	if err != nil {
		return keyset{}, err
	}
	if len(k.terms) > portal.MaxGroupedSorts+1 {
		return keyset{}, portal.InvalidField("sort", "Sort by %d fields at most within groups.", portal.MaxGroupedSorts)
	}
	k.sort = q.Group + " " + k.sort
	k.terms = slices.Concat(of, k.terms)
	return k, k.readCursor(q.Cursor)
}

// within returns the keyset of one group.
func (k keyset) within() keyset { return keyset{sort: k.sort, terms: k.terms[len(ofMSPs):]} }

// groupedRows are the rows of a page of groups: those under MSPs, then those directly under the MSSP.
type groupedRows struct {
	underMSPs, direct keyset
	msps, none        []clientRow
}

func newGroupedRows(q portal.ClientQuery) (*groupedRows, error) {
	underMSPs, err := newGroupKeyset(ofMSPs, q)
	if err != nil {
		return nil, err
	}
	direct, err := newGroupKeyset(ofNoMSP, q)
	return &groupedRows{underMSPs: underMSPs, direct: direct}, err
}

// queue reads one row more than a page has.
func (g *groupedRows) queue(batch *pgx.Batch, where string, args pgx.NamedArgs, limit int) {
	collect(queueClients(batch, g.direct, where+"\nand c.msp_id is null", args, limit), &g.none)
	args = withArgs(args, pgx.NamedArgs{"rows": limit + 1})
	behind, from := g.underMSPs.where(args), "true"
	if g.underMSPs.after != nil {
		from = g.underMSPs.atOrBehindFirst()
	}
	collect(batch.Queue(`
		select `+clientColumns+`, `+g.underMSPs.columns()+` as position
		from msp m
		cross join lateral (
			select c.*
			from client c
			where `+where+`
			and c.msp_id = m.id
			and `+behind+`
			order by `+g.underMSPs.within().orderBy()+`
			limit @rows) c
		where m.mssp_id = @mssp
		and `+from+`
		order by `+g.underMSPs.orderBy()+`
		limit @rows`, args), &g.msps)
}

// page returns the clients of the page, and the cursor of the next.
func (g *groupedRows) page(limit int) ([]portal.Client, *string) {
	return cutPage(g.underMSPs, slices.Concat(g.msps, g.none), limit, func(r clientRow) (portal.Client, []string) {
		return r.Client, r.Position
	})
}

// groupsOf returns the MSPs of the clients in their order, without subtotals.
func groupsOf(clients []portal.Client) []portal.ClientGroup {
	groups := []portal.ClientGroup{}
	for _, c := range clients {
		if n := len(groups); n > 0 && mspKey(groups[n-1].MSPID) == mspKey(c.MSPID) {
			continue
		}
		groups = append(groups, portal.ClientGroup{MSPID: c.MSPID, MSPName: c.MSPName})
	}
	return groups
}

// mspKey is the id in kept counts.
func mspKey(id *string) string {
	if id == nil {
		return wholeMSSP
	}
	return *id
}

type subtotalRow struct {
	Of                                                          string
	SeatsUsed, SeatsTotal                                       *int64
	Clients, SeatsUsedUnknown, SeatsTotalUnknown, SeatsExceeded int64
}

// addSubtotals reads the subtotals of the groups under a filter.
func (db *DB) addSubtotals(
	ctx context.Context, viewer portal.Viewer, filter filtered, args pgx.NamedArgs, groups []portal.ClientGroup,
) error {
	if len(groups) == 0 {
		return nil
	}
	var rows []subtotalRow
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		if filter.countable && viewer.Scope.Level != portal.LevelClient {
			collect(queueKeptSubtotals(batch, clientScope(viewer.Scope)+filter.counts, args, groups), &rows)
		} else {
			collect(queueSubtotals(batch, clientScope(viewer.Scope)+filter.rows, args, groups), &rows)
		}
	})
	for _, row := range rows {
		for i := range groups {
			if g := &groups[i]; mspKey(g.MSPID) == row.Of {
				g.Clients, g.SeatsUsed, g.SeatsTotal, g.SeatsExceeded = row.Clients, row.SeatsUsed, row.SeatsTotal, row.SeatsExceeded
				g.SeatsUsedUnknown, g.SeatsTotalUnknown = row.SeatsUsedUnknown, row.SeatsTotalUnknown
			}
		}
	}
	return err
}

func queueKeptSubtotals(batch *pgx.Batch, where string, args pgx.NamedArgs, groups []portal.ClientGroup) *pgx.QueuedQuery {
	msps := make([]string, len(groups))
	for i, g := range groups {
		msps[i] = mspKey(g.MSPID)
	}
	return batch.Queue(`
		select c.msp_id::text as of, sum(c.n)::bigint as clients, `+sumKnown("seats_used")+` as seats_used,
		       `+sumKnown("seats_total")+` as seats_total, sum(c.seats_used_unknown)::bigint as seats_used_unknown,
		       sum(c.seats_total_unknown)::bigint as seats_total_unknown, sum(c.seats_exceeded)::bigint as seats_exceeded
		from client_count c
		where `+where+`
		and c.msp_id = any(@groups::uuid[])
		group by 1`, withArgs(args, pgx.NamedArgs{"groups": msps}))
}

func queueSubtotals(batch *pgx.Batch, where string, args pgx.NamedArgs, groups []portal.ClientGroup) *pgx.QueuedQuery {
	var msps []string
	of := "c.msp_id = any(@groups::uuid[])"
	for _, g := range groups {
		if g.MSPID == nil {
			of += " or c.msp_id is null"
			continue
		}
		msps = append(msps, *g.MSPID)
	}
	return batch.Queue(`
		select coalesce(c.msp_id, '`+wholeMSSP+`')::text as of, count(*) as clients, sum(c.seats_used)::bigint as seats_used,
		       sum(c.seats_total)::bigint as seats_total, count(*) filter (where c.seats_used is null) as seats_used_unknown,
		       count(*) filter (where c.seats_total is null) as seats_total_unknown,
		       count(*) filter (where c.seats_used > c.seats_total) as seats_exceeded
		from `+clientTables+`
		where `+where+`
		and (`+of+`)
		group by 1`, withArgs(args, pgx.NamedArgs{"groups": msps}))
}
