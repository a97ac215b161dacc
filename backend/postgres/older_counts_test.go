package postgres_test

import (
	"testing"

	"fs-client-portal/backend/portal"
)

// TestCountsOfAnOlderServer writes counts and days as a server from before the unknown figures does. They must be
// right.
func TestCountsOfAnOlderServer(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	unknown := func(id, parent string) portal.Customer {
		c := client(id, "Client "+id, parent)
		c.SeatsUsed = nil
		return c
	}
	w.complete([]portal.Customer{msp("1", "North"), client("10", "Known", "1"), unknown("11", ""), unknown("12", "")})
	w.CheckCounts(t.Errorf)
	// A client whose figures are unknown comes to an MSP, another leaves the MSSP's own, and a group of a new type is
	// added.
	w.Exec("update client set msp_id = (select id from msp), seats_used = 4 where external_id = '11'")
	w.Exec("update client set type = 'DEMO', expires_on = '2030-01-01' where external_id = '12'")
	w.Exec("update client set seats_used = null where external_id = '10'")
	counted := `
		select coalesce(msp_id, '00000000-0000-0000-0000-000000000000') as msp_id, status, type, count(*) as n,
		       coalesce(sum(seats_used), 0)::bigint as seats_used, coalesce(sum(seats_total), 0)::bigint as seats_total
		from client
		where mssp_id = $1
		group by 1, 2, 3`
	w.Exec("delete from client_count c where mssp_id = $1 and not exists (select from ("+counted+`) f
		where f.msp_id = c.msp_id and f.status = c.status and f.type = c.type)`, w.ID)
	w.Exec(`
		insert into client_count as c (mssp_id, msp_id, status, type, n, seats_used, seats_total)
		select $1, f.msp_id, f.status, f.type, f.n, f.seats_used, f.seats_total
		from (`+counted+`) f
		on conflict on constraint client_count_pkey do update
		set (n, seats_used, seats_total) = (excluded.n, excluded.seats_used, excluded.seats_total)
		where (c.n, c.seats_used, c.seats_total) is distinct from (excluded.n, excluded.seats_used, excluded.seats_total)`, w.ID)
	w.Exec("update msp set client_count = 2 where external_id = '1'")
	w.Exec(`
		insert into client_day as d (mssp_id, msp_id, day, clients, seats_used, seats_total)
		select $1, f.msp_id, (now() at time zone 'UTC')::date + 1, f.n, f.seats_used, f.seats_total
		from (
			select m.id as msp_id, 2 as n, 4 as seats_used, 0 as seats_total
			from msp m
			where m.mssp_id = $1
			union all
			select '00000000-0000-0000-0000-000000000000', 3, 4, 0) f`, w.ID)
	w.Exec("update mssp set version = version + 1 where id = $1", w.ID)
	w.CheckCounts(t.Errorf)
	t.Run("are_renewed_by_next_run", func(t *testing.T) {
		run := w.complete([]portal.Customer{msp("1", "North"), client("10", "Known", "1"), unknown("11", ""), unknown("12", "")})
		if run.Changed == 0 {
			t.Errorf("got %+v, want changes of the rows that the older server wrote", run)
		}
		w.CheckCounts(t.Errorf)
	})
}
