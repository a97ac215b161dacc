package postgres

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/connector"
)

// read checks that the staged rows are complete and do not contradict each other, reduces them to one row for each
// customer whose place is known, and counts the customers.
func (m *merge) read(ctx context.Context) error {
	if err := m.checkComplete(ctx); err != nil {
		return err
	}
	if err := runSteps(ctx, m.mergeDuplicates, m.skipUnplaced); err != nil {
		return err
	}
	typed, untyped, err := m.count(ctx)
	if err != nil {
		return err
	}
	if err := sameTotal(m.state.Total, m.counted.customers); err != nil || len(m.clientTypes) == 0 {
		return err
	}
	switch {
	case m.counted.customers > 0 && typed == 0:
		return connector.CallErrorf(connector.Unmapped,
			"No customer in the responses has a type that the portal can read, so MSPs cannot be told from clients. Nothing was "+
				"changed. Choose under Fields which field of the responses is the type.")
	case untyped > 0:
		return m.contradiction(ctx, formerMSPs, []any{m.lease.MSSPID, m.lease.Run.ID, m.lease.ConnectionID},
			connector.Garbage, "was an MSP and has no type in this response, so the portal cannot know what it is")
	}
	return nil
}

// count counts the customers by kind, those with a type and the clients without one.
func (m *merge) count(ctx context.Context) (typed, untyped int64, err error) {
	var types []string // null, which counts no client as other, if the product has no types
	for _, t := range m.clientTypes {
		types = append(types, strings.ToLower(t))
	}
	err = m.QueryRow(ctx, `
		select count(*), count(*) filter (where s.kind = 'msp'), count(*) filter (where s.kind = 'client'),
		       count(*) filter (where s.kind = 'client' and lower(s.type collate "C") <> all ($3::text[])),
		       count(*) filter (where s.type <> ''), count(*) filter (where s.kind = 'client' and s.type = '')
		from sync_customer s
		where s.mssp_id = $1
		and s.run_id = $2`, m.lease.MSSPID, m.lease.Run.ID, types,
	).Scan(&m.counted.customers, &m.counted.msps, &m.counted.clients, &m.counted.other, &typed, &untyped)
	return typed, untyped, err
}

// checkComplete checks that every call has completed and that all the rows they staged still exist. It returns
// ErrLeaseLost if the lease is lost: another worker may be staging rows.
func (m *merge) checkComplete(ctx context.Context) error {
	var all, ours bool
	var paths *readPaths
	err := m.QueryRow(ctx, `
		select r.status = 'running' and r.attempt = $3, coalesce(r.state, '{}'), r.paths, r.reviewed_at is not null,
		       r.duplicates,
		       r.staged = (
			select count(*)
			from sync_customer s
			where s.mssp_id = r.mssp_id
			and s.run_id = r.id)
		from sync_run r
		where r.mssp_id = $1
		and r.id = $2`, m.lease.MSSPID, m.lease.Run.ID, m.lease.attempt,
	).Scan(&ours, &m.state, &paths, &m.counted.reviewed, &m.counted.duplicates, &all)
	m.state = paths.addTo(m.state)
	switch {
	case err != nil:
		return err
	case !ours:
		return ErrLeaseLost
	case !m.state.Done:
		return errNotRead
	case !all:
		return ErrStagedLost
	}
	return nil
}

// mergeDuplicates reduces the staged rows to one for each customer. Rows of one call must be equal. Of rows of several
// calls the latest is kept, with the parent that was named last; a parent may be replaced only by one of its own
// children.
func (m *merge) mergeDuplicates(ctx context.Context) error {
	run := []any{m.lease.MSSPID, m.lease.Run.ID}
	tag, err := m.Exec(ctx, `
		create temporary table doubled on commit drop as
		select s.external_id, s.call, s.id, s.parent
		from sync_customer s
		join (
			select external_id
			from sync_customer
			where mssp_id = $1
			and run_id = $2
			group by external_id
			having count(*) > 1) d on d.external_id = s.external_id
		where s.mssp_id = $1
		and s.run_id = $2`, run...)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	if err := m.contradiction(ctx, sameCall, run, connector.DuplicateID, "is twice in one response, with different values"); err != nil {
		return err
	}
	if err := m.contradiction(ctx, twoParents, run, connector.DuplicateID,
		"is listed under two MSPs, neither of which is under the other"); err != nil {
		return err
	}
	if err := m.QueryRow(ctx, `
		select $1 + coalesce(sum(n - 1), 0)
		from (
			select count(*) as n
			from doubled
			group by external_id, call) d`, m.counted.duplicates).Scan(&m.counted.duplicates); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue(`
		delete from sync_customer s
		using (
			select id, row_number() over (partition by external_id order by call desc, id) as place
			from doubled) d
		where s.mssp_id = $1
		and s.run_id = $2
		and s.id = d.id
		and d.place > 1`, run...)
	batch.Queue(`
		update sync_customer s
		set parent = d.parent
		from (
			select distinct on (external_id) external_id, parent
			from doubled
			where parent <> ''
			order by external_id, call desc) d
		where s.mssp_id = $1
		and s.run_id = $2
		and s.external_id = d.external_id
		and s.parent = ''`, run...)
	return m.SendBatch(ctx, batch).Close()
}

var (
	sameCall = `
		select s.external_id
		from sync_customer s
		join doubled d on d.id = s.id
		where s.mssp_id = $1
		and s.run_id = $2
		group by s.external_id, s.call
		having count(distinct (` + eachColumn(anyColumn, ", ", func(c customerColumn) string { return c.comparable("s") }) + `)) > 1
		order by s.external_id
		limit 1`
	twoParents = `
		select t.external_id
		from (
			select d.external_id, d.parent, lag(d.parent) over (partition by d.external_id order by d.call) as earlier
			from doubled d
			where d.parent <> '') t
		where t.earlier <> t.parent
		and not exists (
			select from sync_customer p
			where p.mssp_id = $1
			and p.run_id = $2
			and p.external_id = t.parent
			and p.parent = t.earlier)
		order by t.external_id
		limit 1`
	// formerMSPs are known MSPs without a type in this run: merged, they would become clients, and their clients would
	// lose their MSP.
	formerMSPs = `
		select s.external_id
		from sync_customer s
		join msp o on o.mssp_id = $1 and o.mssp_product_id = $3 and o.external_id = s.external_id and ` + representing + `
		where s.mssp_id = $1
		and s.run_id = $2
		and s.kind = 'client'
		and s.type = ''
		order by s.external_id
		limit 1`
)

// contradiction returns a CallError that names the customer which the query finds; nil if it finds none.
func (m *merge) contradiction(ctx context.Context, query string, args []any, code connector.CallCode, how string) error {
	var id string
	err := m.QueryRow(ctx, query, args...).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return connector.CallErrorf(code, "The customer with the id %q %s. Nothing was changed.", shown(id), how)
}

// shown returns an id, cut to 60 characters for a sentence.
func shown(id string) string {
	if runes := []rune(id); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return id
}
