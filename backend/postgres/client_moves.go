package postgres

import "fs-client-portal/backend/portal"

// Users of an MSP may not read moves in change, which name both MSPs. They read client_move (migration 00039) instead:
// a client came to their MSP, left it, or was removed because it turned into an MSP.

// moveKind is the portal.Change.Kind of a row of client_move or client_move_group v, moveField its Field.
const (
	moveKind  = "case v.kind when 'removed' then 'removed' else 'moved' end"
	moveField = "case v.kind when 'removed' then '' else 'msp' end"
)

// changeColumns are the columns of a line of a change h.
const changeColumns = `h.id, h.mssp_id, h.at, h.kind, h.field, h.before, h.after, h.run_id, h.reason, h.entity, h.entity_id, h.msp_id,
		       null::text as elsewhere`

// moveColumns are the columns of a line of a move v: those of changeColumns.
const moveColumns = `v.id, v.mssp_id, v.at, ` + moveKind + `, nullif(` + moveField + `, ''), case v.kind when 'left' then v.msp_name end,
		       case v.kind when 'came' then v.msp_name end, v.run_id, null::text, 'client', v.client_id,
		       case v.kind when 'removed' then v.msp_id end, case v.kind when 'came' then 'before' when 'left' then 'after' end`

// groupsOfMSP are the groups g of changes and of moves that users of an MSP see. Of a move they know no other MSP than
// their own. move is the kind of client_move, null for changes.
const groupsOfMSP = `(
				select k.mssp_id, k.at, k.id, k.run_id, k.entity, k.kind, k.field, k.msp_id, k.before_msp_id, k.after_msp_id, k.n,
				       null::text as move
				from change_group k
				where k.mssp_id = @mssp
				and k.msp_id = @msp
				union all
				select v.mssp_id, v.at, v.id, v.run_id, 'client', ` + moveKind + `, ` + moveField + `, v.msp_id, v.msp_id, v.msp_id, v.n,
				       v.kind
				from client_move_group v
				where v.mssp_id = @mssp
				and v.msp_id = @msp) g`

// singlesOfMSP are groupsOfMSP with each change and move as a group of its own.
const singlesOfMSP = `(
				select h.mssp_id, h.at, h.id, h.run_id, h.entity, h.entity_id, h.kind, coalesce(h.field, '') as field, h.msp_id,
				       h.msp_id as before_msp_id, h.msp_id as after_msp_id, 1::bigint as n, null::text as move
				from change h
				where h.mssp_id = @mssp
				and h.msp_id = @msp
				union all
				select v.mssp_id, v.at, v.id, v.run_id, 'client', v.client_id, ` + moveKind + `, ` + moveField + `, v.msp_id,
				       v.msp_id, v.msp_id, 1, v.kind
				from client_move v
				where v.mssp_id = @mssp
				and v.msp_id = @msp) g`

// ownTime selects what users of an MSP may know of a client beside a line h of theirs: came is whether the client came
// to them in the same run, so that its former value is not theirs to see, and name is its name when it last left them.
func ownTime(scope portal.Scope) string {
	if scope.Level != portal.LevelMSP {
		return "(select false as came, null::text as name)"
	}
	return `(
			select ` + cameAt("h.entity_id", "h.at") + ` as came, (
				select v.name
				from client_move v
				where v.mssp_id = h.mssp_id
				and v.msp_id = @msp
				and v.client_id = h.entity_id
				and v.kind = 'left'
				order by v.at desc
				limit 1) as name)`
}

// cameAt is the condition that a client came to the viewer's MSP at a time: what the run of that time changed, such as the
// name, it had elsewhere before.
func cameAt(client, at string) string {
	return `exists (
				select
				from client_move v
				where v.mssp_id = @mssp
				and v.msp_id = @msp
				and v.client_id = ` + client + `
				and v.at = ` + at + `
				and v.kind = 'came')`
}

// The columns of a line h that depend on ownTime o.
const (
	knownBefore    = "case when not o.came then h.before end as before"
	knownElsewhere = "case when o.came then 'before' else h.elsewhere end as elsewhere"
)

// historyLines are the lines h of one customer @entity in the viewer's scope.
func historyLines(scope portal.Scope) string {
	changes := `
				select ` + changeColumns + `
				from change h
				where h.mssp_id = @mssp
				and h.entity_id = @entity`
	if scope.Level != portal.LevelMSP {
		return changes
	}
	return changes + `
				and h.msp_id = @msp
				union all
				select ` + moveColumns + `
				from client_move v
				where v.mssp_id = @mssp
				and v.msp_id = @msp
				and v.client_id = @entity`
}
