package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"fs-client-portal/backend/portal"
)

// mergedFields is what a run has found out about the product's fields.
type mergedFields struct {
	paths     []portal.PathStats
	overrides map[string]portal.CustomerField
	readAt    time.Time
	known     []portal.KnownPath
	// first: no run of the connection was merged before; known are the paths of failed ones.
	first    bool
	remapped []portal.CustomerField
	// changed: the run noticed something that an admin should look at.
	changed bool
}

// findRemapped reads the paths that the run has seen and those known before, and which fields an admin has remapped
// since the connection's customers were read.
func (m *merge) findRemapped(ctx context.Context) error {
	var known []byte
	var applied map[string]portal.CustomerField
	var hasAny bool
	f := &m.fields
	err := m.QueryRow(ctx, `
		select coalesce(`+readAt+`, clock_timestamp()), coalesce(f.paths, '[]'), coalesce(f.applied, '{}'),
		       f.run_id is null, `+hasCustomers+`
		from sync_run r
		join mssp_product p on p.mssp_id = r.mssp_id and p.id = r.mssp_product_id
		left join field_map f on f.mssp_id = r.mssp_id and f.mssp_product_id = r.mssp_product_id
		where r.mssp_id = $1
		and r.id = $2`, m.lease.MSSPID, m.lease.Run.ID).Scan(&f.readAt, &known, &applied, &f.first, &hasAny)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(known, &f.known); err != nil {
		return fmt.Errorf("read field map: %w", err)
	}
	f.paths, f.overrides = m.state.Paths, m.state.Fields
	if hasAny {
		f.remapped = portal.RemappedFields(f.known, applied, f.paths, f.overrides)
	}
	return nil
}

// remapReason returns a review reason if a remapped field can move customers or change their identity; nil otherwise.
func (m *merge) remapReason() *reviewReason {
	if !slices.ContainsFunc(m.fields.remapped, portal.CustomerField.NeedsReview) {
		return nil
	}
	return &reviewReason{of: "fields", remapped: m.fields.remapped}
}

func remapSentence(fields []portal.CustomerField) string {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = strings.ReplaceAll(string(field), "_", " ")
	}
	return fmt.Sprintf("An administrator has changed which of the product's fields fill %s. Nothing was changed: "+
		"check what this run would do first.",
		strings.Join(names, ", "))
}

// saveFields saves the run's paths as the connection's field map and the run's notices about them, and marks the rows
// of history that a remapped field caused. A run that read no paths leaves the map unchanged.
func (m *merge) saveFields(ctx context.Context) error {
	f := &m.fields
	if err := runSteps(ctx, m.markRemapped, m.markStale, m.dropSamples); err != nil || len(f.paths) == 0 {
		return err
	}
	next, notices := m.nextFields()
	paths, err := json.Marshal(next)
	if err != nil {
		return err
	}
	if f.overrides == nil {
		f.overrides = map[string]portal.CustomerField{}
	}
	_, err = m.Exec(ctx, `
		insert into field_map as f (mssp_id, mssp_product_id, run_id, read_at, customers, paths, applied, noticed_in)
		values ($1, $2, $3, $4, $5, $6, $7, case when $8 then $3::uuid end)
		on conflict (mssp_id, mssp_product_id) do update
		set run_id = $3, read_at = $4, customers = $5, paths = $6, applied = $7,
		    noticed_in = case when $8 then $3::uuid else f.noticed_in end`,
		m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID, f.readAt, m.state.Counted, paths, f.overrides, f.changed)
	if err != nil {
		return err
	}
	if err := m.saveFilledPaths(ctx, next); err != nil {
		return err
	}
	return setRun(ctx, m, m.lease, "notices = $4", notices)
}

// saveFilledPaths saves which paths fill a field, if that has changed.
func (m *merge) saveFilledPaths(ctx context.Context, paths []portal.KnownPath) error {
	filled := filledPaths{}
	for _, path := range paths {
		if path.Field != nil {
			filled[path.Path] = *path.Field
		}
	}
	_, err := m.Exec(ctx, `
		update mssp_product
		set filled_paths = $3
		where mssp_id = $1
		and id = $2
		and filled_paths <> $3`, m.lease.MSSPID, m.lease.ConnectionID, filled)
	return err
}

// dropSamples deletes the sample customers that a failed run has saved.
func (m *merge) dropSamples(ctx context.Context) error {
	_, err := m.Exec(ctx, `
		update field_map
		set samples = null
		where mssp_id = $1
		and mssp_product_id = $2
		and samples is not null`, m.lease.MSSPID, m.lease.ConnectionID)
	return err
}

// nextFields returns the field map after the run, and the run's notices.
func (m *merge) nextFields() ([]portal.KnownPath, []portal.FieldNotice) {
	f := &m.fields
	next, notices, changed := portal.NextFieldMap(f.known, portal.FieldReading{
		Paths: f.paths, Customers: m.state.Counted, Whole: len(m.state.Unread) == 0, First: f.first,
	})
	f.changed = changed
	return next, append([]portal.FieldNotice{}, notices...)
}

// reviewNotices returns the notices of a run that needs review: they may be its reason. It leaves out the notice of a
// first run, which belongs to the run that is merged.
func (m *merge) reviewNotices() []portal.FieldNotice {
	if len(m.fields.paths) == 0 {
		return []portal.FieldNotice{}
	}
	_, notices := m.nextFields()
	return slices.DeleteFunc(notices, func(n portal.FieldNotice) bool { return n.Kind == portal.NoticeFirst })
}

func names(fields []portal.CustomerField) []string {
	all := make([]string, len(fields))
	for i, field := range fields {
		all[i] = string(field)
	}
	return all
}

// namedParents are possibleParents with their names.
const namedParents = `
		select i.external_id, i.name
		from sync_customer i
		where i.mssp_id = $1 and i.run_id = $3 and i.kind = 'msp'
		union all
		select o.external_id, o.name
		from msp o
		where o.mssp_id = $1 and o.mssp_product_id = $2 and o.status <> 'removed'
		and not exists (
			select from sync_customer i
			where i.mssp_id = $1 and i.run_id = $3 and i.external_id = o.external_id)`

var listedInReview = "(" + present("o") + " or o.status = 'missing' and " + isAccount("o") + ")"

// vanishing lists what accepting the run would do to known customers; k is a known customer, s its row in this run, p
// the MSP it would belong to. The MSSP's own account is removed. $4 is whether detached clients are listed, $5 whether
// all moves and new names are.
var vanishing = `
	select $1::uuid, $3::uuid, case k.kind when 'msp' then 0 else 1 end, k.search_name, k.name_key, k.id, k.kind, e.effect,
	       case e.effect when 'moved' then p.name when 'renamed' then s.name when 'turned' then s.type end
	from (
		select 'msp' as kind, id, search_name, name_key, external_id, name, null as msp, ` + isAccount("o") + ` as account
		from msp o
		where mssp_id = $1 and mssp_product_id = $2 and ` + listedInReview + ` and ` + notKept("o") + `
		union all
		select 'client', o.id, o.search_name, o.name_key, o.external_id, o.name, was.external_id, ` + isAccount("o") + `
		from client o
		left join msp was on was.mssp_id = o.mssp_id and was.id = o.msp_id
		where o.mssp_id = $1 and o.mssp_product_id = $2 and ` + listedInReview + ` and ` + notKept("o") + `) k
	left join sync_customer s on s.mssp_id = $1 and s.run_id = $3 and s.external_id = k.external_id
	left join (` + namedParents + `) p on p.external_id = s.parent
	cross join lateral (
		select case
			when k.account then 'removed'
			when s.kind is null then 'missing'
			when s.kind <> k.kind then 'turned'
			when k.kind = 'client' and k.msp is not null and p.external_id is null then 'detached'
			when k.kind = 'client' and p.external_id is distinct from k.msp then 'moved'
			when s.name <> k.name then 'renamed'
		end as effect) e
	where e.effect in ('missing', 'removed')
	or e.effect = 'turned' and (k.kind = 'msp' or $5)
	or e.effect = 'detached' and ($4 or $5)
	or e.effect in ('moved', 'renamed') and $5`
