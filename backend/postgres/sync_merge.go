package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
)

// MergeRules are the limits of the plausibility check, and when a missing customer is removed.
type MergeRules struct {
	// A run must be reviewed if at least MissingAtLeast customers, and more than MissingShare percent of the known ones,
	// would go missing. 0: 10 customers and 20 %.
	MissingShare, MissingAtLeast int64
	// RemoveAfterRuns is how many complete or partial runs must follow the one in which a customer went missing before the
	// customer is removed. 0: 10.
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

func (r MergeRules) tooMany(affected, known int64) bool {
	return affected >= r.MissingAtLeast && affected*100 > known*r.MissingShare
}

// Merge writes the customers that the lease's run has read to the MSPs and clients of its connection, and ends the run
// as complete or partial, in one transaction. Only rows that differ are written. A customer that was not read is marked
// missing, and removed after RemoveAfterRuns more runs; one that is listed again gets its row back. A run that fails
// the plausibility check ends as one that needs review, unless an admin has accepted it.
//
// A client belongs to the MSP its parent names, or to the MSSP itself if that is no MSP of this connection; the run
// counts the parents that are no customer at all. The types of ordinary clients are clientTypes; without any, the
// product has no types, and no customer needs one. A customer that turns from MSP to client or back keeps its id and so
// its history: the row of its former kind stays, removed, because other rows refer to it.
//
// Merge returns a *connector.CallError if the rows that were read contradict each other, ErrStagedLost if the database
// has lost them, ErrLeaseLost if the lease is lost; then nothing is changed.
func (db *DB) Merge(ctx context.Context, lease Lease, rules MergeRules, clientTypes []string) (portal.SyncRun, error) {
	run, err := db.withRun(ctx, lease, func(tx pgx.Tx) error {
		m := merge{Tx: tx, lease: lease, rules: rules.orDefaults(), clientTypes: clientTypes}
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
	// clientTypes are the types of ordinary clients; empty if the product has no types.
	clientTypes []string
	// counted are the customers that were read, written the rows that were changed.
	counted readCounts
	written writtenCounts
	// state is the state of the run's reading at its end.
	state connector.State
	// removeBefore: customers missing since then or longer are removed; nil while there have not been enough complete
	// runs.
	removeBefore *time.Time
	// unmatched counts the rows whose customer is absent or has turned into the other kind.
	unmatched int64
	fields    mergedFields
}

// readCounts counts the customers that were read.
type readCounts struct {
	customers, msps, clients, other, duplicates, unknownParents int64
	reviewed                                                    bool
	absence
}

// absence counts the known customers that a paged response lacked, as in portal.SyncRun.
type absence struct{ absent, found, undecided int64 }

// writtenCounts counts the rows that differ.
type writtenCounts struct{ added, changed, moved, returned, missing, removed, turned, unread int64 }

func (w writtenCounts) nothing() bool {
	return w.added+w.changed+w.missing+w.removed+w.turned+w.unread == 0
}

// end writes the run's row last, so that heartbeats are possible until then. If the lease was lost meanwhile, the whole
// transaction is rolled back.
func (m *merge) end(ctx context.Context) error {
	// The merge compares whole sets, so nested loops are the wrong plan, also where the statistics of tables that have
	// just grown suggest them.
	if _, err := m.Exec(ctx, "set local enable_nestloop = off; set local jit = off; set local work_mem = '64MB'"); err != nil {
		return err
	}
	if err := m.read(ctx); err != nil {
		return err
	}
	if err := runSteps(ctx, m.findUnread, m.keepParents, m.findParents, m.dropStale, m.findKept); err != nil {
		return err
	}
	reason, err := m.checkPlausible(ctx)
	if err != nil {
		return err
	}
	if err := m.findRemapped(ctx); err != nil {
		return err
	}
	if remapped := m.remapReason(); remapped != nil {
		reason = remapped
	}
	if reason != nil && !m.counted.reviewed {
		return m.askForReview(ctx, reason)
	}
	if err := runSteps(ctx, m.apply, m.endMarks, m.saveAbsence, m.saveParents, m.saveAccount, m.saveFields); err != nil {
		return err
	}
	if _, err := m.supersede(ctx); err != nil {
		return err
	}
	return m.finish(ctx)
}

// runSteps runs the steps in order and stops at the first error.
func runSteps(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// finish ends the run as complete, or as partial if it could not read some resellers.
func (m *merge) finish(ctx context.Context) error {
	unread, err := m.unreadNamed(ctx)
	if err != nil {
		return err
	}
	news, err := m.hasUnmailed(ctx)
	if err != nil {
		return err
	}
	if err := deleteStaged(ctx, m, m.lease.MSSPID, m.lease.Run.ID); err != nil {
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
		m.counted.customers, m.counted.msps, m.counted.clients, m.counted.other, m.counted.duplicates,
		m.written.added, m.written.changed, m.written.moved, m.written.returned, m.written.missing, m.written.removed, m.counted.unknownParents,
		status, len(m.state.Checked), unread, news, names(m.fields.remapped), m.fields.changed,
		mergedWith, m.counted.absent, m.counted.found, m.counted.undecided)
}

func (m *merge) apply(ctx context.Context) error {
	if err := runSteps(ctx, m.compare, m.countTurnedUnread); err != nil || m.written.nothing() {
		return err
	}
	return m.write(ctx)
}

// reviewReason is why a run needs an admin's review: so many customers would go missing at once, from the MSSP or from
// their MSPs, that an error of the product is likelier than a real change.
type reviewReason struct {
	missing, known                   int64
	missingMSPs, turnedMSPs, allMSPs int64
	orphaned, underMSPs              int64
	// accounts counts the known customers whose id is the connection's own customer id, account describes one of them.
	accounts int64
	account  string
	of       string
	remapped []portal.CustomerField
}

func (d *reviewReason) String() string {
	const limit = " That is more than the portal changes without an administrator's approval; nothing was changed."
	switch d.of {
	case "fields":
		return remapSentence(d.remapped)
	case "account":
		return fmt.Sprintf("The customer id of this connection is that of the %s, which accepting this run would remove from the portal. "+
			"Nothing was changed. If it is not your own account, discard this run and correct the customer id.", d.account)
	case "msps":
		return fmt.Sprintf("%d of %d MSPs are not in this response as MSPs."+limit, max(d.missingMSPs, d.turnedMSPs), d.allMSPs)
	case "clients":
		return fmt.Sprintf("%d of the %d clients under MSPs are under no MSP in this response."+limit, d.orphaned, d.underMSPs)
	}
	return fmt.Sprintf("%d of %d customers are not in this response."+limit, d.missing, d.known)
}

// code returns the run's error code: what an admin has to decide about.
func (d *reviewReason) code() string {
	switch d.of {
	case "fields":
		return "fields_remapped"
	case "account":
		return "account_known"
	}
	if d.of == "clients" || d.of == "msps" && 2*d.turnedMSPs >= d.missingMSPs {
		return "too_many_moved"
	}
	return "too_many_missing"
}

// exceeded returns which limit the run exceeds: "account", "msps", "customers" or "clients"; "" if none. Where every
// MSP is now a client, the product has probably renamed the type.
func (d *reviewReason) exceeded(r MergeRules, read int64) string {
	switch {
	case d.accounts > 0:
		return "account"
	case r.tooMany(d.missingMSPs, d.allMSPs) || d.allMSPs > 1 && d.turnedMSPs == d.allMSPs:
		return "msps"
	case r.tooMany(d.missing, d.known) || read == 0 && d.known > 0:
		return "customers"
	case r.tooMany(d.orphaned, d.underMSPs):
		return "clients"
	}
	return ""
}

// checkPlausible returns why the run must be reviewed, nil if it need not be. It reads the rows that represent
// customers, as compare does.
func (m *merge) checkPlausible(ctx context.Context) (*reviewReason, error) {
	if err := m.findRemoveBefore(ctx); err != nil {
		return nil, err
	}
	var d reviewReason
	err := m.QueryRow(ctx, `
		with known as (
			select 'msp' as kind, id as of, external_id, name, status, `+present("o")+` and not `+isAccount("o")+` as active, false as under,
			       missing_at, last_seen_at, `+isAccount("o")+` as account
			from msp o
			where mssp_id = $1 and mssp_product_id = $2 and `+representing+` and `+notKept("o")+`
			union all
			select 'client', msp_id, external_id, name, status, `+present("o")+` and not `+isAccount("o")+`, o.msp_id is not null, missing_at,
			       last_seen_at, `+isAccount("o")+`
			from client o
			where mssp_id = $1 and mssp_product_id = $2 and `+representing+` and `+notKept("o")+`)
		select count(*) filter (where t.account and t.status <> 'removed'),
		       coalesce(min(case t.kind when 'msp' then 'MSP ' else 'client ' end || t.name)
			       filter (where t.account and t.status <> 'removed'), ''),
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
	).Scan(&d.accounts, &d.account, &d.known, &d.missing, &d.allMSPs, &d.missingMSPs, &d.turnedMSPs, &d.underMSPs, &d.orphaned, &m.unmatched)
	if err != nil {
		return nil, err
	}
	d.account = shown(d.account)
	if err := m.countAbsence(ctx, d.missing); err != nil {
		return nil, err
	}
	if d.of = d.exceeded(m.rules, m.counted.customers); d.of == "" {
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
	// orphaned is the condition that a client was read without an MSP it may belong to; s is the row read, p the parent.
	orphaned = "s.kind = 'client' and p.external_id is null"
)

// askForReview ends the run as one that needs review, and saves which customers would be missing, moved or renamed. The
// staged rows are kept.
func (m *merge) askForReview(ctx context.Context, d *reviewReason) error {
	tag, err := m.Exec(ctx, `
		insert into sync_vanishing (mssp_id, run_id, rank, search_name, name_key, id, kind, effect, to_name)`+vanishing,
		m.lease.MSSPID, m.lease.ConnectionID, m.lease.Run.ID, d.of == "clients" || d.of == "account", d.of == "fields")
	if err != nil {
		return err
	}
	mailedAt, err := m.supersede(ctx)
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
		d.String(), tag.RowsAffected(), m.counted.customers, m.counted.msps, m.counted.clients, m.counted.other, m.counted.duplicates, mailedAt,
		m.counted.unknownParents, d.code(), names(m.fields.remapped), len(m.state.Checked), unread, m.reviewNotices(),
		m.counted.absent, m.counted.found, m.counted.undecided)
}

// supersede discards an older run of the connection that still waits for a review: this run has read newer customers.
// It returns when the admins were mailed about that run; they are not mailed again about the one that replaces it.
func (m *merge) supersede(ctx context.Context) (mailedAt *time.Time, err error) {
	rows, err := m.Query(ctx, `
		update sync_run r
		set status = 'discarded', error_code = 'superseded',
		    error = 'A newer sync ended before this one was reviewed. This one changed nothing.'
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
	if _, err := pgx.ForEachRow(rows, []any{&id, &mailedAt}, func() error {
		older = append(older, id)
		return nil
	}); err != nil {
		return nil, err
	}
	return mailedAt, deleteStaged(ctx, m, m.lease.MSSPID, older...)
}

var errNotRead = errors.New("the reading of the run is not done")
