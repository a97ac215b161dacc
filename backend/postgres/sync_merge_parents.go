package postgres

import "context"

// findParents replaces parents that are names by external ids: that of the only MSP in this run with exactly this name.
// It counts the clients whose parent cannot be found; they belong to the MSSP itself.
func (m *merge) findParents(ctx context.Context) error {
	mssp, connection, run := m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID
	tag, err := m.Exec(ctx, unknownParents, mssp, connection, run)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	_, err = m.Exec(ctx, `
		update sync_customer s
		set parent = n.external_id
		from unknown_parent n
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
		join unknown_parent n on n.parent = s.parent
		where s.mssp_id = $1
		and s.run_id = $2
		and s.kind = 'client'
		and n.external_id is null`, mssp, run).Scan(&m.counted.unknownParents)
}

// unknownParents finds the parents that are neither the id of a customer in this run nor that of a known MSP, each with
// the external id of the MSP whose name it is.
const unknownParents = `
	create temporary table unknown_parent on commit drop as
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
