package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// fieldMapRow is a connection's field map in the database. RunID is empty before the first merged run.
type fieldMapRow struct {
	Overrides map[string]portal.CustomerField
	Harmless  []string
	RunID     *string
	ReadAt    *time.Time
	Customers int64
	Paths     []portal.KnownPath
	Applied   map[string]portal.CustomerField
	// SharedPaths are the paths that users of clients see.
	SharedPaths []string
	Failed      bool
}

const fieldMapColumns = `
	p.field_overrides as overrides, p.harmless, p.shared_paths, f.run_id, f.read_at, coalesce(f.customers, 0) as customers,
	coalesce(f.paths, '[]') as paths, coalesce(f.applied, '{}') as applied,
	f.samples is not null as failed`

const fieldMapTables = `
	mssp_product p
	left join field_map f on f.mssp_id = p.mssp_id and f.mssp_product_id = p.id`

// FieldMap returns the field map of one connection; NotFound if there is none in the viewer's scope.
func (db *DB) FieldMap(ctx context.Context, viewer portal.Viewer, connectionID string) (portal.FieldMap, error) {
	if !validID(connectionID) {
		return portal.FieldMap{}, errNotFound("connection")
	}
	var row fieldMapRow
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collectRow(batch.Queue(`
			select `+fieldMapColumns+`
			from `+fieldMapTables+`
			where p.mssp_id = $1
			and p.id = $2`, viewer.Scope.MSSPID, connectionID), "connection", &row)
	})
	if err != nil {
		return portal.FieldMap{}, fmt.Errorf("read field map: %w", err)
	}
	return row.fieldMap(), nil
}

// fieldMap returns the paths as the next run will use them, followed by paths with an override or shared that no run
// has seen any more.
func (r fieldMapRow) fieldMap() portal.FieldMap {
	m := portal.FieldMap{
		Items: make([]portal.FieldPath, len(r.Paths)), Fields: portal.CustomerFields, Customers: r.Customers,
		RunID: r.RunID, ReadAt: r.ReadAt, Harmless: r.Harmless, FailedRun: r.Failed,
	}
	for i, path := range r.Paths {
		m.Items[i] = r.withOverride(path.FieldPath)
	}
	for _, path := range slices.Sorted(maps.Keys(r.Overrides)) {
		if !m.Knows(path) {
			m.Items = append(m.Items, r.withOverride(portal.FieldPath{Path: path, Source: portal.SourceNone}))
		}
	}
	for _, path := range r.SharedPaths {
		if !m.Knows(path) {
			m.Items = append(m.Items, portal.FieldPath{Path: path, Types: []string{}, Source: portal.SourceNone})
		}
	}
	for i := range m.Items {
		m.Items[i].Shared = slices.Contains(r.SharedPaths, m.Items[i].Path)
	}
	return m
}

func (r fieldMapRow) withOverride(path portal.FieldPath) portal.FieldPath {
	if path.Types == nil {
		path.Types = []string{}
	}
	override, set := r.Overrides[path.Path]
	applied, wasSet := r.Applied[path.Path]
	if set == wasSet && override == applied {
		return path
	}
	path.Pending, path.Unreadable, path.UnreadableExample = true, 0, ""
	path.Field, path.Source = nil, portal.SourceAutomatic
	if set {
		path.Source = portal.SourceAdmin
		if override != "" {
			path.Field = &override
		}
	}
	return path
}

// ChangeFieldMap changes which paths fill which fields, and which are shared, for a viewer. If another path fills a
// field afterwards, it queues a run; one under way begins anew. A change without a difference writes nothing. Errors:
// NotFound outside the viewer's scope, Invalid naming what is wrong with the change.
func (db *DB) ChangeFieldMap(ctx context.Context, viewer portal.Viewer, connectionID string, c portal.FieldMapChange,
	enqueue Enqueue) (portal.FieldMap, error) {
	if !validID(connectionID) {
		return portal.FieldMap{}, errNotFound("connection")
	}
	var row fieldMapRow
	err := db.As(viewer).Write(ctx, func(tx pgx.Tx) error {
		var err error
		if row, err = lockFieldMap(ctx, tx, viewer.Scope.MSSPID, connectionID); err != nil {
			return err
		}
		if err := shareFields(ctx, tx, viewer, connectionID, c, &row); err != nil {
			return err
		}
		before := maps.Clone(row.Overrides)
		if row.Overrides, err = c.Apply(row.Overrides, row.fieldMap().Knows); err != nil || maps.Equal(before, row.Overrides) {
			return err
		}
		return db.writeOverrides(ctx, tx, viewer, connectionID, before, row.Overrides, enqueue)
	})
	if err != nil {
		return portal.FieldMap{}, fmt.Errorf("change field map: %w", err)
	}
	return row.fieldMap(), nil
}

// lockFieldMap reads the field map and locks the connection, so that concurrent changes wait for each other.
func lockFieldMap(ctx context.Context, tx pgx.Tx, msspID, connectionID string) (fieldMapRow, error) {
	rows, err := tx.Query(ctx, `
		select `+fieldMapColumns+`
		from `+fieldMapTables+`
		where p.mssp_id = $1
		and p.id = $2
		for no key update of p`, msspID, connectionID)
	if err != nil {
		return fieldMapRow{}, err
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[fieldMapRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return fieldMapRow{}, errNotFound("connection")
	}
	return row, err
}

func (db *DB) writeOverrides(ctx context.Context, tx pgx.Tx, viewer portal.Viewer, connectionID string,
	before, after map[string]portal.CustomerField, enqueue Enqueue) error {
	_, err := tx.Exec(ctx, `
		update mssp_product
		set field_overrides = $3
		where mssp_id = $1
		and id = $2`, viewer.Scope.MSSPID, connectionID, after)
	if err != nil {
		return err
	}
	err = writeAudit(ctx, tx, AuditEntry{
		MSSPID: viewer.Scope.MSSPID, ActorID: viewer.UserID, Action: "connection_fields_changed", Target: connectionID,
		Detail: auditedOverrides(before, after),
	})
	if err != nil {
		return err
	}
	var run portal.SyncRun
	err = pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) (err error) {
		run, err = newRun(ctx, tx, runRequest{msspID: viewer.Scope.MSSPID, connectionID: connectionID,
			trigger: "manual", by: &viewer.UserID})
		return runError(err)
	})
	switch portal.ErrorCode(err) {
	case portal.SyncRunning, portal.NoProduct: // a run under way begins anew, a paused connection is read once it is resumed
		return nil
	case "":
		return enqueueAsLogin(ctx, tx, run, enqueue)
	}
	return err
}

// shareFields writes which paths users of clients see.
func shareFields(
	ctx context.Context, tx pgx.Tx, viewer portal.Viewer, connectionID string, c portal.FieldMapChange, row *fieldMapRow,
) error {
	before := row.SharedPaths
	after, err := c.Share(before, row.fieldMap().Knows)
	if err != nil || slices.Equal(before, after) {
		return err
	}
	_, err = tx.Exec(ctx, `
		update mssp_product
		set shared_paths = $3
		where mssp_id = $1
		and id = $2`, viewer.Scope.MSSPID, connectionID, after)
	if err != nil {
		return err
	}
	row.SharedPaths = after
	return writeAudit(ctx, tx, AuditEntry{
		MSSPID: viewer.Scope.MSSPID, ActorID: viewer.UserID, Action: "connection_fields_shared", Target: connectionID,
		Detail: map[string]any{"before": before, "after": after},
	})
}

// auditedOverrides returns the overrides that differ, for the audit log: "automatic" where the portal chooses,
// "nothing" for a path that fills no field.
func auditedOverrides(before, after map[string]portal.CustomerField) map[string]any {
	changed := [2]map[string]string{{}, {}}
	name := func(overrides map[string]portal.CustomerField, path string) string {
		field, set := overrides[path]
		switch {
		case !set:
			return portal.SourceAutomatic
		case field == "":
			return "nothing"
		}
		return string(field)
	}
	for _, overrides := range []map[string]portal.CustomerField{before, after} {
		for path := range overrides {
			was, is := name(before, path), name(after, path)
			if was != is {
				changed[0][path], changed[1][path] = was, is
			}
		}
	}
	return map[string]any{"before": changed[0], "after": changed[1]}
}

// SeeFieldMap records that an admin has looked at a connection's field map as of a run: the notices of that run and of
// those before it need no attention any more. It returns NotFound outside the viewer's scope.
func (db *DB) SeeFieldMap(ctx context.Context, viewer portal.Viewer, connectionID, runID string) error {
	if !validID(connectionID) {
		return errNotFound("connection")
	}
	if !validID(runID) {
		return errNotFound("run")
	}
	err := db.As(viewer).Write(ctx, func(tx pgx.Tx) error {
		if _, err := lockFieldMap(ctx, tx, viewer.Scope.MSSPID, connectionID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			update field_map
			set noticed_in = null
			where mssp_id = $1
			and mssp_product_id = $2
			and noticed_in <= $3`, viewer.Scope.MSSPID, connectionID, runID)
		return err
	})
	if err != nil {
		return fmt.Errorf("see field map: %w", err)
	}
	return nil
}

// RawCustomer is a customer of a connection and its JSON as received. Kind is empty for one that the portal does not
// know.
type RawCustomer struct {
	Kind       portal.CustomerKind
	ID         string
	Name       string
	ExternalID string
	Raw        []byte
}

const (
	// sampled is how many MSPs and how many clients are searched for a path.
	sampled = 20_000
	// sampleRows is how many of the customers found are returned.
	sampleRows = 200
)

// SampleCustomers returns some customers of a connection whose JSON has a member with one of these names; any customers
// if none has. The names are searched in the JSON's text, which is cheaper than parsing it. Missing customers are left
// out: their JSON is older than the product's last response.
func (db *DB) SampleCustomers(ctx context.Context, viewer portal.Viewer, connectionID string, names []string) ([]RawCustomer, error) {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = name + `"`
	}
	found, err := db.sample(ctx, viewer, connectionID,
		"exists (select from unnest(@names::text[]) n where strpos(s.raw::text, n) > 0)", quoted)
	if err != nil || len(found) > 0 {
		return found, err
	}
	return db.sample(ctx, viewer, connectionID, "@names::text[] is not null", quoted)
}

func (db *DB) sample(ctx context.Context, viewer portal.Viewer, connectionID, condition string, names []string) ([]RawCustomer, error) {
	some := func(kind string) string {
		return `
			(select '` + kind + `' as kind, c.id, c.name, c.raw
			from ` + kind + ` c
			where c.mssp_id = @mssp
			and c.mssp_product_id = @connection
			and c.status not in ('missing', 'removed')
			order by c.id
			limit @sampled)`
	}
	var found []RawCustomer
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collect(batch.Queue(`
			select s.kind, s.id, s.name, '' as external_id, convert_to(s.raw::text, 'UTF8') as raw
			from (`+some("client")+` union all `+some("msp")+`) s
			where `+condition+`
			limit @rows`, pgx.NamedArgs{
			"mssp": viewer.Scope.MSSPID, "connection": connectionID, "sampled": sampled, "rows": sampleRows, "names": names,
		}), &found)
	})
	if err != nil {
		return nil, fmt.Errorf("sample customers: %w", err)
	}
	return slices.Clip(found), nil
}

// CustomersByID returns the known customers of a connection that have these external ids, by external id.
func (db *DB) CustomersByID(ctx context.Context, viewer portal.Viewer, connectionID string, ids []string) (map[string]RawCustomer, error) {
	one := func(kind string) string {
		return `
			select '` + kind + `' as kind, c.id, c.name, c.external_id, convert_to(c.raw::text, 'UTF8') as raw
			from ` + kind + ` c
			where c.mssp_id = $1
			and c.mssp_product_id = $2
			and c.external_id = any($3)
			and c.status <> 'removed'`
	}
	var found []RawCustomer
	err := db.As(viewer).Read(ctx, func(batch *pgx.Batch) {
		collect(batch.Queue(one("client")+" union all "+one("msp"), viewer.Scope.MSSPID, connectionID, ids), &found)
	})
	if err != nil {
		return nil, fmt.Errorf("find customers: %w", err)
	}
	known := make(map[string]RawCustomer, len(found))
	for _, customer := range found {
		known[customer.ExternalID] = customer
	}
	return known, nil
}
