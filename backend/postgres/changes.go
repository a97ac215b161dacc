package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// The list of changes is read through the kept groups of changes that are alike (migration 00034): they are few, so that
// a filter or a total reads few rows, and each group's own changes are a range of an index. A page may begin inside a
// group, and costs the same anywhere. The list is sorted by time, group and id, so that changes that are alike follow
// each other. In a grouped list, a group of more than fewAlike changes is one line.

// fewAlike is the greatest number of changes of a group that a grouped list shows one by one.
const fewAlike = 3

// changeFilters are the filters of portal.ChangeFilter, on a group g.
var changeFilters = map[string]listFilter{
	"kind":  {rows: choiceFilter("g.kind", portal.ChangeKinds)},
	"field": {rows: choiceFilter("g.field", portal.ChangeFields)},
	"msp_id": {rows: orValue(wholeMSSP, idFilter("the id of an MSP, or none", func(id string) string {
		return "(g.kind <> 'moved' and g.msp_id = " + id + " or g.kind = 'moved' and " + id + " in (g.before_msp_id, g.after_msp_id))"
	}))},
	"run_id":      {rows: idFilter("the id of a sync run", func(id string) string { return "g.run_id = " + id })},
	"group_id":    {rows: idFilter("the id of a group of changes", func(id string) string { return "g.id = " + id })},
	"customer_id": {rows: idFilter("the id of an MSP or client", func(id string) string { return "g.entity_id = " + id })},
}

// orValue adds the value none to a filter, for the value that rows without one have.
func orValue(none string, c condition) condition {
	return func(name, value string, args pgx.NamedArgs) (string, error) {
		if value == "none" {
			value = none
		}
		return c(name, value, args)
	}
}

// changeList is a query of changes as SQL.
type changeList struct {
	scope  portal.Scope
	query  portal.ChangeQuery
	args   pgx.NamedArgs
	filter string
	// since and until are the ends of the span; "null::timestamptz" if open.
	since, until string
	keys         keyset
}

// newChangeList returns Invalid naming the parameter if the span, the cursor or a filter is malformed.
func newChangeList(scope portal.Scope, q portal.ChangeQuery) (l changeList, err error) {
	l = changeList{scope: scope, query: q, args: scopeArgs(scope)}
	filter, err := filterBy(changeFilters, q.ChangeFilter, l.args)
	if err != nil {
		return l, err
	}
	if l.since, err = sinceMoment(q.Since, l.args); err != nil {
		return l, err
	}
	if l.until, err = untilMoment(q.Until, l.args); err != nil {
		return l, err
	}
	l.filter = filter.rows
	if q.Since != "" {
		l.filter += "\nand g.at >= coalesce(" + l.since + ", '-infinity')"
	}
	if q.Until != "" {
		l.filter += "\nand g.at < " + l.until
	}
	l.keys = keyset{sort: "-at" + q.Grouped, terms: []keysetTerm{
		{"g.at", timeKey, true}, {"g.id", idKey, true}, {"h.id", idKey, true},
	}}
	return l, l.keys.readCursor(q.Cursor)
}

// Changes returns one page of the changes in the viewer's scope, newest first, and the stamp of the data it was read
// from. It returns Invalid naming the parameter if the span, the cursor or a filter is malformed.
func (db *DB) Changes(ctx context.Context, viewer portal.Viewer, q portal.ChangeQuery) (portal.ChangePage, Stamp, error) {
	list, err := newChangeList(viewer.Scope, q)
	if err != nil {
		return portal.ChangePage{}, Stamp{}, err
	}
	var rows []changeRow
	var page portal.ChangePage
	var stamp Stamp
	err = db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		queueStamp(batch, viewer.Scope, &stamp)
		list.queueSpan(batch, &page)
		list.queueTotal(batch, &page.Total)
		collect(list.queueRows(batch), &rows)
	})
	if err != nil {
		return portal.ChangePage{}, Stamp{}, fmt.Errorf("list changes: %w", err)
	}
	page.Items, page.NextCursor = cutPage(list.keys, rows, q.Limit, func(r changeRow) (portal.ListedChange, []string) {
		return r.ListedChange, r.Position
	})
	page.DataAsOf = stamp.DataAsOf
	return page, stamp, nil
}

type changeRow struct {
	portal.ListedChange
	Position []string
}

func (l changeList) queueTotal(batch *pgx.Batch, total *int64) {
	scanRow(batch.Queue(`
		select coalesce(sum(g.n), 0)::bigint
		from `+changeGroups(l.scope, l.query.ChangeFilter)+`
		where `+groupScope(l.scope)+l.filter, withArgs(l.args, nil)), "change", total)
}

// groupsAhead selects the groups of a page with the number of its lines that come before each: enough groups for the
// page, of which only those are kept that have a line on it.
func (l changeList) groupsAhead(args pgx.NamedArgs) string {
	args["rows"], args["grouped"], args["few"] = l.query.Limit+1, l.query.Grouped != "", fewAlike
	behind, left := "true", "g.n"
	if l.keys.after != nil {
		args["after0"], args["after1"], args["after2"] = l.keys.after[0], l.keys.after[1], l.keys.after[2]
		behind = "(g.at, g.id) <= (" + l.keys.value(0) + ", " + l.keys.value(1) + ")" +
			"\nand not (g.id = " + l.keys.value(1) + " and " + isOneLine + ")"
		left = "case when g.id = " + l.keys.value(1) + " then 0 else g.n end" // the page before has shown some of them
	}
	return `
			select g.*, coalesce(sum(g.lines) over (
				order by g.at desc, g.id desc
				rows between unbounded preceding and 1 preceding), 0) as ahead
			from (
				select g.*, case when ` + isOneLine + ` then 1 else ` + left + ` end as lines, case when ` + isOneLine + ` then g.n else 1 end as alike
				from ` + changeGroups(l.scope, l.query.ChangeFilter) + `
				where ` + groupScope(l.scope) + l.filter + `
				and ` + behind + `
				order by g.at desc, g.id desc
				limit @rows + 1) g` // one more, because all lines of the first may be before the cursor
}

// isOneLine is the condition that the whole group g is one line.
const isOneLine = "(@grouped::boolean and g.n > @few::int)"

func (l changeList) queueRows(batch *pgx.Batch) *pgx.QueuedQuery {
	args := withArgs(l.args, nil)
	groups := l.groupsAhead(args)
	return batch.Queue(`
		select h.id, h.at, h.kind, h.field, `+knownBefore+`, h.after, h.run_id, h.reason, h.entity, h.entity_id, `+knownElsewhere+`,
		       `+actorOf(l.scope)+` as actor, coalesce(c.name, m.name, o.name, '') as name, c.id is null and m.id is null as "left",
		       p.id as msp_id, p.name as msp_name, c.seats_total, g.id as group_id, g.alike, `+l.keys.columns()+` as position
		from (`+groups+`) g
		cross join lateral (
			select * from (`+l.linesOf()+`) h
			limit case when g.alike > 1 then 1 else @rows end) h
		cross join lateral `+ownTime(l.scope)+` o
		left join client c on h.entity = 'client' and c.mssp_id = h.mssp_id and c.id = h.entity_id
		left join msp m on h.entity = 'msp' and m.mssp_id = h.mssp_id and m.id = h.entity_id
		left join msp p on h.entity = 'client' and p.mssp_id = h.mssp_id and p.id = h.msp_id
		where g.ahead < @rows
		order by `+l.keys.orderBy()+`
		limit @rows`, args)
}

// linesOf selects the lines of a group g that are behind the cursor.
func (l changeList) linesOf() string {
	changes := "(" + l.changesOf() + l.behind("h.id") + ")"
	switch {
	case l.scope.Level == portal.LevelMSP:
		return changes + `
			union all (` + l.clientMovesOf() + l.behind("v.id") + ")"
	case keptGroups(l.scope, l.query.ChangeFilter):
		return changes + `
			union all (
				select ` + changeColumns + `
				from change h
				where g.kind = 'moved'
				and h.mssp_id = g.mssp_id
				and h.at = g.at
				and h.kind = 'moved'
				and ` + orWhole("h.before_msp_id") + ` = g.before_msp_id
				and ` + orWhole("h.after_msp_id") + ` = g.after_msp_id` + l.behind("h.id") + ")"
	}
	return changes
}

// behind completes a query of lines of a group g: those that are behind the cursor, in order.
func (l changeList) behind(id string) string {
	behind := "true"
	if l.keys.after != nil {
		behind = id + " < case when g.id = " + l.keys.value(1) + " then " + l.keys.value(2) + " else '" + greatestID + "' end"
	}
	return `
				and ` + behind + `
				order by ` + id + ` desc
				limit @rows`
}

// changesOf selects the changes of a group g that are not moves; where each change is a group, the change.
func (l changeList) changesOf() string {
	lines := `
				select ` + changeColumns + `
				from change h
				where h.mssp_id = g.mssp_id`
	if l.scope.Level == portal.LevelMSP {
		lines += `
				and g.move is null
				and h.msp_id = g.msp_id`
	}
	if !keptGroups(l.scope, l.query.ChangeFilter) {
		return lines + `
				and h.id = g.id`
	}
	return lines + `
				and g.kind <> 'moved'
				and h.at = g.at
				and h.kind = g.kind
				and h.kind <> 'moved'
				and ` + orWhole("h.msp_id") + ` = g.msp_id
				and coalesce(h.field, '') = g.field
				and h.entity = g.entity`
}

// clientMovesOf selects the moves of a group g that users of an MSP see.
func (l changeList) clientMovesOf() string {
	lines := `
				select ` + moveColumns + `
				from client_move v
				where v.mssp_id = g.mssp_id
				and v.msp_id = g.msp_id
				and v.kind = g.move`
	if !keptGroups(l.scope, l.query.ChangeFilter) {
		return lines + `
				and v.id = g.id`
	}
	return lines + `
				and v.at = g.at`
}

// greatestID is behind every id that the portal gives out.
const greatestID = "ffffffff-ffff-ffff-ffff-ffffffffffff"

// orWhole returns a column with wholeMSSP for null, as an index of migration 00034 has it.
func orWhole(column string) string { return "coalesce(" + column + ", '" + wholeMSSP + "'::uuid)" }

// keptGroups reports whether a list is read through the kept groups. Users of a client may not see them, and the changes
// of one customer are few: there each change is a group of its own.
func keptGroups(scope portal.Scope, f portal.ChangeFilter) bool {
	return scope.Level != portal.LevelClient && f.CustomerID == ""
}

// changeGroups is the table of groups g.
func changeGroups(scope portal.Scope, f portal.ChangeFilter) string {
	switch {
	case scope.Level == portal.LevelMSP && keptGroups(scope, f):
		return groupsOfMSP
	case scope.Level == portal.LevelMSP:
		return singlesOfMSP
	case !keptGroups(scope, f):
		return `(
				select h.mssp_id, h.at, h.id, h.run_id, h.entity, h.entity_id, h.kind, coalesce(h.field, '') as field,
				       ` + orWhole("h.msp_id") + ` as msp_id, h.client_id, ` + orWhole("h.before_msp_id") + ` as before_msp_id,
				       ` + orWhole("h.after_msp_id") + ` as after_msp_id, 1::bigint as n
				from change h) g`
	case scope.Level == portal.LevelMSSP && f.MSPID != "":
		return "(" + changesOfMSP("k.kind <> 'moved' and k.msp_id = @msp_id::text::uuid") +
			" union all " + changesOfMSP("k.kind = 'moved' and k.before_msp_id = @msp_id::text::uuid") +
			" union all " + changesOfMSP("k.kind = 'moved' and k.after_msp_id = @msp_id::text::uuid and k.before_msp_id <> k.after_msp_id") + ") g"
	}
	return "change_group g"
}

// changesOfMSP is one of the parts of an MSP's changes, each of which is a range of an index.
func changesOfMSP(condition string) string {
	return `
				select k.*
				from change_group k
				where k.mssp_id = @mssp
				and ` + condition
}

func groupScope(scope portal.Scope) string {
	switch scope.Level {
	case portal.LevelMSSP:
		return "g.mssp_id = @mssp"
	case portal.LevelMSP:
		return "g.mssp_id = @mssp and g.msp_id = @msp"
	default:
		return "g.mssp_id = @mssp and g.client_id = @client"
	}
}
