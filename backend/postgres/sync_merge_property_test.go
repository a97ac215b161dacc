package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"fs-client-portal/backend/connector"
	"fs-client-portal/backend/portal"
	"fs-client-portal/backend/postgres"
)

// story is one connection and what happened to it.
type story struct {
	*tenant
	model model
	ids   map[string]string // the id each customer was first seen with
	types map[string]string // the type each was first seen with
	calm  bool              // customers come and go, and nothing else changes or goes wrong
	away  map[string]bool   // who was not in the world before, and likely stays away in a calm story
}

// TestTheTablesEqualTheLastBelievedWorld holds for any sequence of worlds and faults, on two connections of one MSSP:
// the tables are the last complete or accepted world, nobody once seen is lost or changes its id, counts are what
// counting says, the spans of a client follow each other without holes and end with what it is, history replayed from its
// beginning gives the present, and a run that finds no difference, or does not complete, writes no row.
func TestTheTablesEqualTheLastBelievedWorld(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	rapid.Check(t, func(r *rapid.T) {
		first := base.sibling()
		first.rules = propertyRules
		second := first.second()
		stories := []*story{
			{tenant: first, model: model{}, ids: map[string]string{}, types: map[string]string{}},
			{tenant: second, model: model{}, ids: map[string]string{}, types: map[string]string{}},
		}
		for range rapid.IntRange(1, 5).Draw(r, "runs") {
			s := stories[rapid.IntRange(0, 1).Draw(r, "connection")]
			s.step(r)
			for _, each := range stories {
				each.check(r)
			}
			first.CheckCounts(r.Fatalf)
			first.CheckSpans(r.Fatalf)
		}
	})
}

// TestTheTablesFollowWhoIsAbsentForLong holds the same for more runs of one connection, in which customers only come and go
// and resellers cannot always be read: who is absent, missing, removed or back depends on several runs before.
func TestTheTablesFollowWhoIsAbsentForLong(t *testing.T) {
	t.Parallel()
	base := newTenant(t)
	rapid.Check(t, func(r *rapid.T) {
		s := &story{tenant: base.sibling(), model: model{}, ids: map[string]string{}, types: map[string]string{}, calm: true, away: map[string]bool{}}
		s.rules = propertyRules
		for range rapid.IntRange(4, 6).Draw(r, "runs") {
			s.step(r)
			s.check(r)
		}
		s.CheckCounts(r.Fatalf)
		s.CheckSpans(r.Fatalf)
	})
}

// step plays one run with whatever happens to it.
func (s *story) step(r *rapid.T) {
	read, calls := s.drawReading(r, s.drawWorld(r))
	read = s.model.settled(read, listed(calls))
	before := s.Everything()
	fault := ""
	if !s.calm {
		fault = rapid.SampledFrom([]string{"", "", "", "", "call fails", "killed", "killed in merge", "emptied"}).Draw(r, "fault")
	}
	run, err := s.play(r, read, calls, fault)
	if err != nil {
		r.Fatal(err)
	}
	want := read.status()
	switch {
	case fault == "call fails":
		want = portal.RunFailed
	case s.model.doubts(read):
		want = portal.RunNeedsReview
	}
	if run.Status != want {
		r.Fatalf("the run is %s, want %s: %v", run.Status, want, run.Error)
	}
	if unknown := s.model.unknown(read.customers); want != portal.RunFailed && run.UnknownParents != unknown {
		r.Fatalf("%d clients name a parent that is nobody, the run says %d", unknown, run.UnknownParents)
	}
	if got := [4]int64{run.Absent, run.Checked, run.Found, run.Undecided}; want != portal.RunFailed && got != s.model.absence(read) {
		r.Fatalf("absent, checked, found, undecided: got %v, want %v", got, s.model.absence(read))
	}
	if want == portal.RunNeedsReview {
		if s.Everything() != before {
			r.Fatal("a run that needs review wrote rows")
		}
		if run = s.decide(r, run, read); run.Status != read.status() {
			return
		}
		want = read.status()
	}
	if want != read.status() {
		if s.Everything() != before {
			r.Fatal("a failed run wrote rows")
		}
		return
	}
	next := s.model.after(read)
	same := s.model.same(next)
	if same != (s.Everything() == before) {
		r.Fatalf("the world is the same: %v, but the rows are not (or the other way round)", same)
	}
	left := value[int64](s.tenant, `
		select (select count(*) from sync_customer c join sync_run u on u.id = c.run_id where u.mssp_product_id = $1)
		     + (select count(*) from sync_vanishing v join sync_run u on u.id = v.run_id where u.mssp_product_id = $1)
		     + (select count(*) from sync_run u where u.mssp_product_id = $1 and u.status = 'needs_review')`, s.connection)
	if left > 0 {
		r.Fatalf("%d rows of what was read, or of older reviews, are left", left)
	}
	s.model = next
}

// decide plays an admin who accepts, discards, or leaves the review to be superseded.
func (s *story) decide(r *rapid.T, run portal.SyncRun, read reading) portal.SyncRun {
	switch rapid.SampledFrom([]string{"accept", "accept", "accept after loss", "discard", "leave"}).Draw(r, "word") {
	case "accept":
		return s.accepted(run)
	case "accept after loss": // nobody has given a word for what is read then
		if len(read.customers) == 0 || len(read.unread) > 0 {
			return s.accepted(run) // nothing to lose, or others would be left out if all came in one call
		}
		s.Exec("delete from sync_customer where mssp_id = $1 and run_id = $2", s.ID, run.ID)
		if _, err := s.DB.AcceptRun(context.Background(), s.admin, run.ID, noJob); err != nil {
			r.Fatal(err)
		}
		lease := s.take(run.ID)
		s.readAs(lease, read.state, slices.Collect(maps.Values(read.customers)))
		again, err := s.merge(lease)
		if err != nil || again.Status != portal.RunNeedsReview {
			r.Fatalf("rows nobody has reviewed ended as %s: %v", again.Status, err)
		}
		return s.discarded(r, again)
	case "discard":
		return s.discarded(r, run)
	}
	return run // left: it is in nobody's way, and is superseded by the next that comes as far
}

func (s *story) discarded(r *rapid.T, run portal.SyncRun) portal.SyncRun {
	run, err := s.DB.DiscardRun(context.Background(), s.admin, run.ID)
	if err != nil {
		r.Fatal(err)
	}
	return run
}

// play reads the calls, some customers more than once, and merges them, with one fault on the way.
func (s *story) play(r *rapid.T, read reading, calls [][]portal.Customer, fault string) (portal.SyncRun, error) {
	lease := s.lease()
	switch fault {
	case "call fails":
		s.stage(lease, 1, calls[0])
		return s.DB.FailRun(context.Background(), lease, "truncated", "The answer breaks off.")
	case "killed": // in the middle of a call; what it had brought is left behind
		at := rapid.IntRange(0, len(calls)-1).Draw(r, "call of death")
		s.readSome(r, lease, calls, at)
		half := calls[at][:len(calls[at])/2]
		s.stage(lease, int64(at+1), half)
		s.die(lease)
		late := lease
		lease = s.take(lease.Run.ID)
		if err := s.DB.Stage(context.Background(), late, int64(at+1), calls[at]); !errors.Is(err, postgres.ErrLeaseLost) {
			r.Fatalf("a dead worker's rows were taken: %v", err)
		}
	}
	s.readAs(lease, read.state, calls...)
	switch fault {
	case "killed in merge": // its transaction is as good as never begun
		s.die(lease)
		late := lease
		lease = s.take(lease.Run.ID)
		if _, err := s.DB.Merge(context.Background(), late, s.rules, clientTypes); !errors.Is(err, postgres.ErrLeaseLost) {
			r.Fatalf("a dead worker merged: %v", err)
		}
		s.readAs(lease, read.state, calls...)
	case "emptied":
		s.Exec("delete from sync_customer where mssp_id = $1 and run_id = $2", s.ID, lease.Run.ID)
		if len(slices.Concat(calls...)) > 0 {
			if _, err := s.DB.Merge(context.Background(), lease, s.rules, clientTypes); !errors.Is(err, postgres.ErrStagedLost) {
				r.Fatalf("what was lost was merged: %v", err)
			}
		}
		s.readAs(lease, read.state, calls...)
	}
	return s.merge(lease)
}

// readSome plays the first calls of several.
func (s *story) readSome(r *rapid.T, lease postgres.Lease, calls [][]portal.Customer, n int) {
	var seen int64
	for i, call := range calls[:n] {
		s.stage(lease, int64(i+1), call)
		seen += int64(len(call))
		state := connector.State{Progress: connector.Progress{Calls: int64(i + 1), Seen: seen}}
		if _, err := s.DB.FinishCall(context.Background(), lease, state); err != nil {
			r.Fatal(err)
		}
	}
}

// row is a customer's standing row.
type row struct {
	ID, ExternalID, Kind, Name, Type, Status, Under string
	Used                                            int64
	Facts, Raw                                      string
}

// rows reads each customer's standing row: not that of the kind it has turned from.
func (s *story) rows() []row {
	s.Helper()
	rows, err := s.Owner.Query(context.Background(), `
		select t.id::text, external_id, kind, name, type, status || case when status = 'disabled' then ' ' || status_reason else '' end, under,
		       seats_used as used, coalesce(licence_type, '-') || ' ' || coalesce(spla::text, '-'), raw
		from (
			select id, external_id, 'msp' as kind, name, type, status, missing_at, '-' as under, status_reason, licence_type, spla, seats_used, raw::text
			from msp where mssp_product_id = $1
			union all
			select c.id, c.external_id, 'client', c.name, c.type, c.status, c.missing_at, coalesce(p.name, '-'), c.status_reason, c.licence_type, c.spla, c.seats_used,
			       c.raw::text
			from client c left join msp p on p.id = c.msp_id and p.mssp_id = c.mssp_id where c.mssp_product_id = $1) t
		where status <> 'removed' or missing_at is not null`, s.connection)
	if err != nil {
		s.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		s.Fatal(err)
	}
	return all
}

func (s *story) check(r *rapid.T) {
	got := map[string]string{}
	past := s.replay(r)
	for _, c := range s.rows() {
		if _, double := got[c.ExternalID]; double {
			r.Fatalf("customer %s has two rows that stand for it", c.ExternalID)
		}
		got[c.ExternalID] = fmt.Sprint(c.Kind, "|", c.Name, "|", c.Type, "|", c.Status, "|", c.Under, "|", c.Used, "|", c.Facts, "|", c.Raw)
		if s.ids[c.ExternalID] == "" {
			s.ids[c.ExternalID], s.types[c.ID] = c.ID, c.Type
		}
		if s.ids[c.ExternalID] != c.ID {
			r.Fatalf("customer %s has another id than before", c.ExternalID)
		}
		p := past[c.ID]
		if p.Type == "" {
			p.Type = s.types[c.ID]
		}
		status := c.Status
		if strings.HasPrefix(status, "disabled") {
			status = "active" // a customer that was added disabled has no line that says so
		}
		p.Type = strings.ToLower(p.Type)
		if diff := cmp.Diff(told{c.Kind, c.Name, strings.ToLower(c.Type), status, c.Under}, p); diff != "" {
			r.Fatalf("history tells another story of %s (-present +told):\n%s", c.ExternalID, diff)
		}
	}
	if diff := cmp.Diff(s.model.lines(s.connection), got); diff != "" {
		r.Fatalf("rows (-want +got):\n%s", diff)
	}
}

// told is a customer as its history tells it.
type told struct{ Kind, Name, Type, Status, Under string }

// replay tells every customer's history from its beginning. The type a customer came with is not told, but what it was
// before it changed is.
func (s *story) replay(r *rapid.T) map[string]told {
	rows, err := s.Owner.Query(context.Background(), `
		select h.entity_id::text, h.entity, h.kind, coalesce(h.field, ''), coalesce(h.before, '-'), coalesce(h.after, '-'),
		       coalesce(m.name, '-')
		from change h
		join sync_run u on u.mssp_id = h.mssp_id and u.id = h.run_id
		left join msp m on h.entity = 'client' and m.mssp_id = h.mssp_id and m.id = h.msp_id
		where u.mssp_product_id = $1
		order by h.version, h.kind <> 'added', h.field is distinct from 'type'`, s.connection)
	if err != nil {
		r.Fatal(err)
	}
	past := map[string]told{}
	var id, entity, kind, field, before, after, under string
	_, err = pgx.ForEachRow(rows, []any{&id, &entity, &kind, &field, &before, &after, &under}, func() error {
		c := past[id]
		was := c
		if c.Kind != entity {
			c.Kind, c.Under = entity, "-"
		}
		switch {
		case kind == "added":
			c = told{entity, after, "", "active", under}
		case kind == "missing" || kind == "removed":
			c.Status = kind
		case kind == "returned":
			c.Status = "active"
		case kind == "moved":
			was.Under, c.Under = c.Under, after
			if was.Under != before {
				return fmt.Errorf("moved from %q, was under %q", before, was.Under)
			}
		case field == "name":
			if c.Name = after; was.Name != before {
				return fmt.Errorf("renamed from %q, was called %q", before, was.Name)
			}
		case field == "type":
			if was.Type == "" {
				was.Type = s.types[id]
			}
			if c.Type = after; !strings.EqualFold(was.Type, before) {
				return fmt.Errorf("type changed from %q, was %q", before, was.Type)
			}
		}
		past[id] = c
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
	return past
}
