package postgres_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"
)

// row is a customer's current row.
type row struct {
	ID, ExternalID, Kind, Name, Type, Status, Under string
	Used                                            int64
	Facts, Raw                                      string
}

// rows returns each customer's current row. A customer that changed from MSP to client, or back, has another, removed
// row.
func (s *modelTest) rows() []row {
	s.Helper()
	rows, err := s.Owner.Query(context.Background(), `
		select t.id::text, external_id, kind, name, type,
		       status || case when status = 'disabled' then ' ' || status_reason else '' end, under, seats_used as used,
		       coalesce(licence_type, '-') || ' ' || coalesce(spla::text, '-'), raw
		from (
			select id, external_id, 'msp' as kind, name, type, status, missing_at, '-' as under, status_reason, licence_type,
			       spla, seats_used, raw::text
			from msp
			where mssp_product_id = $1
			union all
			select c.id, c.external_id, 'client', c.name, c.type, c.status, c.missing_at, coalesce(p.name, '-'), c.status_reason,
			       c.licence_type, c.spla, c.seats_used, c.raw::text
			from client c
			left join msp p on p.id = c.msp_id and p.mssp_id = c.mssp_id
			where c.mssp_product_id = $1) t
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

// check compares the rows, and what history leads to, with the model.
func (s *modelTest) check(r *rapid.T) {
	got := map[string]string{}
	past := s.replay(r)
	for _, c := range s.rows() {
		if _, double := got[c.ExternalID]; double {
			r.Fatalf("current rows of customer %s: got 2, want 1", c.ExternalID)
		}
		got[c.ExternalID] = fmt.Sprint(c.Kind, "|", c.Name, "|", c.Type, "|", c.Status, "|", c.Under, "|", c.Used, "|", c.Facts, "|", c.Raw)
		if s.ids[c.ExternalID] == "" {
			s.ids[c.ExternalID], s.types[c.ID] = c.ID, c.Type
		}
		if s.ids[c.ExternalID] != c.ID {
			r.Fatalf("row id of customer %s: got %s, want %s as before", c.ExternalID, c.ID, s.ids[c.ExternalID])
		}
		p := past[c.ID]
		if p.Type == "" {
			p.Type = s.types[c.ID]
		}
		status := c.Status
		if strings.HasPrefix(status, "disabled") {
			status = "active" // history does not record whether a customer was added disabled
		}
		p.Type = strings.ToLower(p.Type)
		if diff := cmp.Diff(replayed{c.Kind, c.Name, strings.ToLower(c.Type), status, c.Under}, p); diff != "" {
			r.Fatalf("state of %s by its history (-want +got):\n%s", c.ExternalID, diff)
		}
	}
	if diff := cmp.Diff(s.model.rows(s.connection), got); diff != "" {
		r.Fatalf("rows (-want +got):\n%s", diff)
	}
}

// replayed is a customer's state after its history is replayed.
type replayed struct{ Kind, Name, Type, Status, Under string }

// replay replays every customer's history from its beginning, by row id. The type a customer was added with is not
// recorded, only changes of it.
func (s *modelTest) replay(r *rapid.T) map[string]replayed {
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
	past := map[string]replayed{}
	var id, entity, kind, field, before, after, under string
	_, err = pgx.ForEachRow(rows, []any{&id, &entity, &kind, &field, &before, &after, &under}, func() error {
		c := past[id]
		was := c
		if c.Kind != entity {
			c.Kind, c.Under = entity, "-"
		}
		switch {
		case kind == "added":
			c = replayed{entity, after, "", "active", under}
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
