package postgres

import "context"

// findParents leaves every client the external id of its parent. Where the product gives a name instead, it is the one MSP
// of these answers that is called exactly so. It counts the clients whose parent is nobody: they hang under the MSSP itself.
func (m *merge) findParents(ctx context.Context) error {
	mssp, connection, run := m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID
	tag, err := m.Exec(ctx, strays, mssp, connection, run)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	_, err = m.Exec(ctx, `
		update sync_customer s
		set parent = n.external_id
		from stray n
		where s.mssp_id = $1
		and s.run_id = $2
		and s.kind = 'client'
		and s.parent = n.parent
		and n.external_id is not null`, mssp, run)
	if err != nil {
		return err
	}
	return m.QueryRow(ctx, `
		select count(*)
		from sync_customer s
		join stray n on n.parent = s.parent
		where s.mssp_id = $1
		and s.run_id = $2
		and s.kind = 'client'
		and n.external_id is null`, mssp, run).Scan(&m.came.unknownParents)
}

// strays are the parents that are no customer's id, neither in these answers nor of an MSP that is known, each with the
// MSP it is the name of.
const strays = `
	create temporary table stray on commit drop as
	select p.parent, m.external_id
	from (
		select distinct s.parent
		from sync_customer s
		where s.mssp_id = $1 and s.run_id = $3 and s.kind = 'client' and s.parent <> '') p
	left join (
		select s.name, min(s.external_id) as external_id
		from sync_customer s
		where s.mssp_id = $1 and s.run_id = $3 and s.kind = 'msp'
		group by s.name
		having count(*) = 1) m on m.name = p.parent
	where not exists (
		select from sync_customer i
		where i.mssp_id = $1 and i.run_id = $3 and i.external_id = p.parent)
	and not exists (
		select from msp k
		where k.mssp_id = $1 and k.mssp_product_id = $2 and k.external_id = p.parent and k.status <> 'removed')`
