package postgres

import "github.com/jackc/pgx/v5"

// queueTurnedMoves writes what the users of MSPs see of clients that turn: a client that becomes an MSP is removed from
// its MSP's list, and a removed one that becomes a client again may be under another MSP. The database itself writes the
// other moves (migration 00039). It must come before the clients change, because it reads their former names.
func (m *merge) queueTurnedMoves(batch *pgx.Batch, s stamp) {
	if m.written.turned == 0 {
		return
	}
	batch.Queue(`
		insert into client_move (mssp_id, msp_id, id, at, run_id, client_id, kind, name, msp_name)
		select $1, c.msp_id, new_id(), $3::timestamptz, $2::uuid, c.id, 'left', c.name, p.name
		from differing d
		join client c on c.mssp_id = $1 and c.id = d.id
		join msp p on p.mssp_id = $1 and p.id = c.msp_id
		where d.kind = 'client'
		and d.turned_from is not null
		and c.msp_id is distinct from d.msp_id
		union all
		select $1, c.msp_id, new_id(), $3::timestamptz, $2::uuid, c.id, 'removed', null, null
		from unmatched u
		join client c on c.mssp_id = $1 and c.id = u.id
		where u.kind = 'client'
		and u.became = 'turned'
		and c.msp_id is not null
		and c.status <> 'removed'`, m.lease.MSSPID, m.lease.Run.ID, s.at)
}
