-- +goose NO TRANSACTION
-- +goose Up

-- Each statement can be repeated, and none locks a big table for long.

-- seats_exceeded is how many clients of the group have more active than purchased licences. A server older than this
-- column changes counted_in but not exceeded_in, and a trigger counts instead. If it finds the other counts unchanged, it
-- writes no row, and the next run of a newer server counts.
alter table client_count
  add column if not exists seats_exceeded bigint not null default 0,
  add column if not exists exceeded_in    bigint;
update client_count n
set seats_exceeded = f.exceeded
from (
  select c.mssp_id, coalesce(c.msp_id, '00000000-0000-0000-0000-000000000000') as msp_id, c.status, c.type, count(*) as exceeded
  from client c
  where c.seats_used > c.seats_total
  group by 1, 2, 3, 4) f
where f.mssp_id = n.mssp_id
and f.msp_id = n.msp_id
and f.status = n.status
and f.type = n.type;
update client_count set exceeded_in = counted_in where exceeded_in is distinct from counted_in;

-- +goose StatementBegin
create or replace function count_exceeded() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  select count(*)
  into new.seats_exceeded
  from client c
  where c.mssp_id = new.mssp_id
  and (c.msp_id = new.msp_id or c.msp_id is null and new.msp_id = '00000000-0000-0000-0000-000000000000')
  and c.status = new.status
  and c.type = new.type
  and c.seats_used > c.seats_total;
  new.exceeded_in := new.counted_in;
  return new;
end $$;
-- +goose StatementEnd
create or replace trigger client_count_exceeded_added before insert on client_count
  for each row when (new.exceeded_in is null) execute function count_exceeded();
create or replace trigger client_count_exceeded_changed before update of n, seats_used, seats_total on client_count
  for each row when (new.exceeded_in is not distinct from old.exceeded_in) execute function count_exceeded();

-- The clients that exceed their licences by most come first, in the whole MSSP and under one MSP.
drop index concurrently if exists client_over_idx;
create index concurrently client_over_idx on client (mssp_id, (seats_used - seats_total) desc, id)
  where status = 'active' and seats_used > seats_total;
drop index concurrently if exists client_msp_over_idx;
create index concurrently client_msp_over_idx on client (mssp_id, msp_id, (seats_used - seats_total) desc, id)
  where status = 'active' and seats_used > seats_total;
