package postgres

import (
	"context"
	"slices"

	"fs-client-portal/backend/portal"
)

// remappedLines returns the fields whose rows of history the remapped fields may have caused. If the id was remapped,
// these are all fields: with other ids, all customers differ.
func (m *merge) remappedLines() []string {
	fields := names(m.fields.remapped)
	if slices.Contains(m.fields.remapped, portal.FieldParent) {
		fields = append(fields, "msp")
	}
	return fields
}

// markRemapped sets the reason of the rows of history that this run wrote because of remapped fields.
func (m *merge) markRemapped(ctx context.Context) error {
	if len(m.fields.remapped) == 0 {
		return nil
	}
	_, err := m.Exec(ctx, `
		update change h
		set reason = 'field_map'
		where h.mssp_id = $1
		and h.run_id = $2
		and (h.field = any($3) or 'id' = any($3))`, m.lease.MSSPID, m.lease.Run.ID, m.remappedLines())
	return err
}

// markStale sets the reason of the rows of history of customers that the first run with a changed field map did not
// read, and saves which customers this run did not read.
func (m *merge) markStale(ctx context.Context) error {
	var some bool
	err := m.QueryRow(ctx, "select exists ("+staleRows+")", m.lease.MSSPID, m.lease.ConnectionID).Scan(&some)
	if err != nil || !some && len(m.fields.remapped) == 0 {
		return err
	}
	_, err = m.Exec(ctx, `
		update change h
		set reason = 'field_map'
		from (`+staleRows+`) o
		where h.mssp_id = $1
		and h.run_id = $3
		and h.entity_id = o.id
		and (h.field = any(o.stale_fields) or 'id' = any(o.stale_fields))`, m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID)
	if err != nil {
		return err
	}
	for _, table := range []string{"msp", "client"} {
		if err := m.renewStale(ctx, table); err != nil {
			return err
		}
	}
	return nil
}

const staleRows = `
		select o.id, o.stale_fields
		from msp o
		where o.mssp_id = $1 and o.mssp_product_id = $2 and o.stale_fields is not null
		union all
		select o.id, o.stale_fields
		from client o
		where o.mssp_id = $1 and o.mssp_product_id = $2 and o.stale_fields is not null`

// renewStale clears stale_fields of the customers in the table that the run has read, and adds the remapped fields to
// those of the others. It is not shown, so the rows keep their version.
func (m *merge) renewStale(ctx context.Context, table string) error {
	_, err := m.Exec(ctx, `
		update `+table+` t
		set stale_fields = null
		from sync_customer s
		where t.mssp_id = $1
		and t.mssp_product_id = $2
		and t.stale_fields is not null
		and s.mssp_id = $1
		and s.run_id = $3
		and s.external_id = t.external_id`, m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID)
	if err != nil || len(m.fields.remapped) == 0 {
		return err
	}
	_, err = m.Exec(ctx, `
		update `+table+` t
		set stale_fields = (
			select array_agg(distinct f order by f)
			from unnest(t.stale_fields || $4::text[]) f)
		where t.mssp_id = $1
		and t.mssp_product_id = $2
		and (t.status <> 'removed' or t.missing_at is not null)
		and not exists (
			select from sync_customer s
			where s.mssp_id = $1 and s.run_id = $3 and s.external_id = t.external_id)`,
		m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID, m.remappedLines())
	return err
}
