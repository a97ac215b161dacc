package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/portal"
)

// MergeRules say what is believed of an answer.
type MergeRules struct {
	// MissingShare is the percentage of the known customers that may go missing together, MissingAtLeast how many always
	// may be without reaching it. 0: 20 % and 10.
	MissingShare, MissingAtLeast int64
	// RemoveAfterRuns is how many complete or partial runs must follow the one in which a customer went missing until it is removed.
	// 0: 10.
	RemoveAfterRuns int64
}

func (r MergeRules) orDefaults() MergeRules {
	if r.MissingShare <= 0 {
		r.MissingShare = 20
	}
	if r.MissingAtLeast <= 0 {
		r.MissingAtLeast = 10
	}
	if r.RemoveAfterRuns <= 0 {
		r.RemoveAfterRuns = 10
	}
	return r
}

func (r MergeRules) tooMany(gone, known int64) bool {
	return gone >= r.MissingAtLeast && gone*100 > known*r.MissingShare
}

// Merge makes what the lease's run has read the MSPs and clients of its connection, and ends the run as complete or
// partial, in one transaction. Only rows that differ are written; where none does, only the run's own record is. A customer that was not
// read is marked missing, and removed after some more runs; one that comes back is the same row again. Where more would
// vanish than is believed, the run ends as one that needs review, unless it has been reviewed.
//
// A client hangs under the MSP its parent names, or under the MSSP itself if that is no MSP of this connection; the run
// counts the parents that are no customer at all. A
// customer that turns from MSP to client or back keeps its id and so its history: the row of its former kind stays,
// removed, for what refers to it.
//
// A *portal.CallError if what was read contradicts itself, ErrUnread if it is lost, ErrLostRun if the run is no longer
// the lease's; then nothing is changed.
func (db *DB) Merge(ctx context.Context, lease Lease, rules MergeRules) (portal.SyncRun, error) {
	run, err := db.withRun(ctx, lease, func(tx pgx.Tx) error {
		m := merge{Tx: tx, lease: lease, rules: rules.orDefaults()}
		return m.end(ctx)
	})
	if err != nil {
		return portal.SyncRun{}, fmt.Errorf("merge customers: %w", err)
	}
	return run, nil
}

// merge is the transaction that applies what one run has read.
type merge struct {
	pgx.Tx
	lease Lease
	rules MergeRules
	came  came
	wrote wrote
	// state is the state of the run's reading at its end.
	state portal.ReadState
	// removeBefore: who has been missing since then is removed; nil while there have not been enough complete runs.
	removeBefore *time.Time
	// leaving counts the rows that do not stay what they are: absent, or of a kind that their customer has left.
	leaving int64
	fields  mergedFields
}

// came counts what was read.
type came struct {
	customers, msps, clients, other, duplicates, unknownParents int64
	reviewed                                                    bool
	absence
}

// absence counts the known customers that a paged answer lacked, as in portal.SyncRun.
type absence struct{ absent, found, undecided int64 }

// wrote counts what differs.
type wrote struct{ added, changed, moved, returned, missing, removed, turned, unread int64 }

func (w wrote) nothing() bool { return w.added+w.changed+w.missing+w.removed+w.turned+w.unread == 0 }

// The run's row is touched last, so that its heart can beat meanwhile. If somebody else has taken the run up since,
// everything written here is rolled back.
func (m *merge) end(ctx context.Context) error {
	// The merge reads whole sets on both sides, so one lookup a row is the wrong plan, whatever the statistics of tables
	// that have just grown say.
	if _, err := m.Exec(ctx, "set local enable_nestloop = off; set local jit = off; set local work_mem = '64MB'"); err != nil {
		return err
	}
	if err := m.read(ctx); err != nil {
		return err
	}
	if err := inTurn(ctx, m.findUnread, m.keepParents, m.findParents, m.dropStale, m.findKept); err != nil {
		return err
	}
	doubt, err := m.believe(ctx)
	if err != nil {
		return err
	}
	if err := m.findRemapped(ctx); err != nil {
		return err
	}
	if remapped := m.remapDoubt(); remapped != nil {
		doubt = remapped
	}
	if doubt != nil && !m.came.reviewed {
		return m.askForReview(ctx, doubt)
	}
	if err := inTurn(ctx, m.apply, m.noteAbsence, m.noteParents, m.keepAccount, m.saveFields); err != nil {
		return err
	}
	if _, err := m.supersede(ctx); err != nil {
		return err
	}
	return m.finish(ctx)
}

// inTurn takes one step after the other until one fails.
func inTurn(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// finish ends the run as complete, or as partial where it could not read some resellers.
func (m *merge) finish(ctx context.Context) error {
	unread, err := m.unreadNamed(ctx)
	if err != nil {
		return err
	}
	news, err := m.toBeMailed(ctx)
	if err != nil {
		return err
	}
	if err := forget(ctx, m, m.lease.MSSPID, m.lease.Run.ID); err != nil {
		return err
	}
	status := portal.RunComplete
	if len(unread) > 0 {
		status = portal.RunPartial
	}
	return setRun(ctx, m, m.lease, `
		status = $16, finished_at = clock_timestamp(), retry_at = null, state = null, paths = null, error_code = null,
		error = null, seen = $4, msps = $5, clients = $6, other = $7, duplicates = $8, added = $9, changed = $10,
		moved = $11, returned = $12, missing = $13, removed = $14, unknown_parents = $15, checked = $17, unread = $18,
		unread_news = $19, mailed_at = case when $19 or $21 then null else r.mailed_at end, remapped = $20,
		merged_with = $22, absent = $23, found = $24, undecided = $25`,
		m.came.customers, m.came.msps, m.came.clients, m.came.other, m.came.duplicates,
		m.wrote.added, m.wrote.changed, m.wrote.moved, m.wrote.returned, m.wrote.missing, m.wrote.removed, m.came.unknownParents,
		status, len(m.state.Checked), unread, news, names(m.fields.remapped), m.fields.changed,
		mergedWith, m.came.absent, m.came.found, m.came.undecided)
}

func (m *merge) apply(ctx context.Context) error {
	if err := inTurn(ctx, m.compare, m.countTurnedUnread); err != nil || m.wrote.nothing() {
		return err
	}
	return m.write(ctx)
}

// doubt is why an answer is not believed without a person's word: so many customers would vanish at once, from the MSSP or
// from the MSPs they are under, that it is likelier to be wrong than the world to have changed.
type doubt struct {
	gone, known                   int64
	goneMSPs, turnedMSPs, allMSPs int64
	orphaned, underMSPs           int64
	// accounts counts the known customers whose id is the connection's own customer id, account describes one of them.
	accounts int64
	account  string
	of       string
	remapped []portal.CustomerField
}

func (d *doubt) String() string {
	const believed = " That is more than is believed without a person's word; nothing was changed."
	switch d.of {
	case "fields":
		return remapSentence(d.remapped)
	case "account":
		return fmt.Sprintf("The customer id of this connection is that of the %s, which accepting this run would remove from the portal. "+
			"Nothing was changed. If it is not your own account, discard this run and correct the customer id.", d.account)
	case "msps":
		return fmt.Sprintf("%d of %d MSPs are not in this answer as MSPs."+believed, max(d.goneMSPs, d.turnedMSPs), d.allMSPs)
	case "clients":
		return fmt.Sprintf("%d of the %d clients under MSPs are under no MSP in this answer."+believed, d.orphaned, d.underMSPs)
	}
	return fmt.Sprintf("%d of %d customers are not in this answer."+believed, d.gone, d.known)
}

// code is what an admin is asked about.
func (d *doubt) code() string {
	switch d.of {
	case "fields":
		return "fields_remapped"
	case "account":
		return "account_known"
	}
	if d.of == "clients" || d.of == "msps" && 2*d.turnedMSPs >= d.goneMSPs {
		return "too_many_moved"
	}
	return "too_many_missing"
}

// judge says of what there is too much, "" if of nothing. Where every MSP is a client now, it is their type that has got
// another name.
func (d *doubt) judge(r MergeRules, came int64) string {
	switch {
	case d.accounts > 0:
		return "account"
	case r.tooMany(d.goneMSPs, d.allMSPs) || d.allMSPs > 1 && d.turnedMSPs == d.allMSPs:
		return "msps"
	case r.tooMany(d.gone, d.known) || came == 0 && d.known > 0:
		return "customers"
	case r.tooMany(d.orphaned, d.underMSPs):
		return "clients"
	}
	return ""
}

// believe answers a doubt if too many are missing, or all are. It looks at the rows that stand for customers, as compare
// does.
func (m *merge) believe(ctx context.Context) (*doubt, error) {
	if err := m.findRemoveBefore(ctx); err != nil {
		return nil, err
	}
	var d doubt
	err := m.QueryRow(ctx, `
		with known as (
			select 'msp' as kind, id as of, external_id, name, status, `+present("o")+` and not `+isAccount("o")+` as active, false as under,
			       missing_at, last_seen_at, `+isAccount("o")+` as account
			from msp o
			where mssp_id = $1 and mssp_product_id = $2 and `+standing+` and `+notKept("o")+`
			union all
			select 'client', msp_id, external_id, name, status, `+present("o")+` and not `+isAccount("o")+`, o.msp_id is not null, missing_at,
			       last_seen_at, `+isAccount("o")+`
			from client o
			where mssp_id = $1 and mssp_product_id = $2 and `+standing+` and `+notKept("o")+`)
		select count(*) filter (where t.account and t.status <> 'removed'),
		       coalesce(min(case t.kind when 'msp' then 'MSP ' else 'client ' end || t.name) filter (where t.account and t.status <> 'removed'), ''),
		       count(*) filter (where t.active), count(*) filter (where t.active and s.kind is null),
		       count(*) filter (where t.active and t.kind = 'msp'),
		       count(*) filter (where t.active and t.kind = 'msp' and s.kind is distinct from 'msp'),
		       count(*) filter (where t.active and t.kind = 'msp' and s.kind = 'client'),
		       count(*) filter (where t.active and t.under),
		       count(*) filter (where t.active and t.under and `+orphaned+`),
		       count(*) filter (where t.kind <> s.kind or s.kind is null and (t.active or t.account and t.status <> 'removed' or `+longMissing+`))
		from known t
		left join sync_customer s on s.mssp_id = $1 and s.run_id = $3 and s.external_id = t.external_id
		left join (`+possibleParents+`) p on p.external_id = s.parent`,
		m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID, m.removeBefore,
	).Scan(&d.accounts, &d.account, &d.known, &d.gone, &d.allMSPs, &d.goneMSPs, &d.turnedMSPs, &d.underMSPs, &d.orphaned, &m.leaving)
	if err != nil {
		return nil, err
	}
	d.account = shown(d.account)
	if err := m.countAbsence(ctx, d.gone); err != nil {
		return nil, err
	}
	if d.of = d.judge(m.rules, m.came.customers); d.of == "" {
		return nil, nil
	}
	return &d, nil
}

const (
	// possibleParents are the MSPs a client may be under, as differingClients finds them.
	possibleParents = `
		select external_id
		from sync_customer
		where mssp_id = $1 and run_id = $3 and kind = 'msp'
		union
		select p.external_id
		from msp p
		where p.mssp_id = $1 and p.mssp_product_id = $2 and p.status <> 'removed'
		and not exists (
			select from sync_customer i
			where i.mssp_id = $1 and i.run_id = $3 and i.kind = 'client' and i.external_id = p.external_id)`
	// orphaned is a client that came without an MSP it may be under; s is what came, p the parent.
	orphaned = "s.kind = 'client' and p.external_id is null"
)

// askForReview ends the run as one that waits for an admin's word, and notes who would vanish. What was read stays.
func (m *merge) askForReview(ctx context.Context, d *doubt) error {
	tag, err := m.Exec(ctx, `
		insert into sync_vanishing (mssp_id, run_id, rank, search_name, name_key, id, kind, effect, to_name)`+vanishing,
		m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID, d.of == "clients" || d.of == "account", d.of == "fields")
	if err != nil {
		return err
	}
	told, err := m.supersede(ctx)
	if err != nil {
		return err
	}
	unread, err := m.unreadNamed(ctx)
	if err != nil {
		return err
	}
	return setRun(ctx, m, m.lease, `
		status = 'needs_review', finished_at = clock_timestamp(), retry_at = null, error_code = $13,
		error = $4, would_miss = $5, seen = $6, staged = $6, msps = $7, clients = $8, other = $9, duplicates = $10,
		mailed_at = $11, unknown_parents = $12, remapped = $14, checked = $15, unread = $16,
		notices = $17, absent = $18, found = $19, undecided = $20`,
		d.String(), tag.RowsAffected(), m.came.customers, m.came.msps, m.came.clients, m.came.other, m.came.duplicates, told,
		m.came.unknownParents, d.code(), names(m.fields.remapped), len(m.state.Checked), unread, m.doubtfulFields(),
		m.came.absent, m.came.found, m.came.undecided)
}

// supersede discards an older run of the connection that still waits for a review: what it had read is no news any more.
// It answers when the admins were told of that one by mail; they are not told again of another in its place.
func (m *merge) supersede(ctx context.Context) (told *time.Time, err error) {
	rows, err := m.Query(ctx, `
		update sync_run r
		set status = 'discarded', error_code = 'superseded',
		    error = 'A newer sync has come to its end before anybody reviewed this one. Nothing was changed by this one.'
		where r.mssp_id = $1
		and r.mssp_product_id = $2
		and r.id <> $3
		and r.status = 'needs_review'
		returning r.id::text, r.mailed_at`, m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID)
	if err != nil {
		return nil, err
	}
	var older []string
	var id string
	if _, err := pgx.ForEachRow(rows, []any{&id, &told}, func() error {
		older = append(older, id)
		return nil
	}); err != nil {
		return nil, err
	}
	return told, forget(ctx, m, m.lease.MSSPID, older...)
}

var errNotRead = errors.New("the run has not read everything yet")
