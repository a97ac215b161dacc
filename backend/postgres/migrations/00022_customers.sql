-- +goose NO TRANSACTION
-- +goose Up

-- Each statement can be repeated, and none locks a big table for long.

-- The operator's commands refuse a connection whose own account is a known customer, and show its name.
grant select (mssp_id, mssp_product_id, external_id, name, status) on msp, client to portal_operator;
drop policy if exists msp_of_operator on msp;
create policy msp_of_operator on msp for select to portal_operator using (mssp_id = scope_mssp());
drop policy if exists client_of_operator on client;
create policy client_of_operator on client for select to portal_operator using (mssp_id = scope_mssp());

-- stale_fields are the fields that an admin has remapped since the customer was last read. Once it is read, the
-- history names the remapping as the reason for changes of these fields. A customer is not read while it is missing,
-- absent from a paged run, or under a reseller that cannot be read.
alter table msp    add column if not exists stale_fields text[];
alter table client add column if not exists stale_fields text[];
drop index concurrently if exists msp_stale_idx;
create index concurrently msp_stale_idx on msp (mssp_id, mssp_product_id) where stale_fields is not null;
drop index concurrently if exists client_stale_idx;
create index concurrently client_stale_idx on client (mssp_id, mssp_product_id) where stale_fields is not null;

-- readable_since is when the customers of a previously unreadable reseller were read again. Customers that were
-- missing before are removed after as many runs from then on as any others.
alter table msp add column if not exists readable_since timestamptz;

-- merged_with is the set of columns that the server that merged the run maintains besides the customers: 1 is
-- absent_since and stale_fields. They are meaningless after a run of an older server, which neither reads nor clears
-- them.
alter table sync_run add column if not exists merged_with integer not null default 0;

-- Of a paged run: how many known customers were absent from its pages (absent), how many of those that were checked
-- exist (found), and how many are left for the next complete run (undecided).
alter table sync_run
  add column if not exists absent    bigint not null default 0,
  add column if not exists found     bigint not null default 0,
  add column if not exists undecided bigint not null default 0;

-- paths are the statistics of the paths in the customers' JSON that a run has read so far, with the number of these
-- customers. They are not part of state, which is written with every call, because they can exceed 100 kilobytes.
alter table sync_run add column if not exists paths json;

-- A server from before 00014 writes counts and days without the number of clients whose figure is unknown. counted_in
-- is the MSSP's version at which a newer server counted; if a writer leaves it unchanged, the triggers count instead.
alter table client_count add column if not exists counted_in bigint;
alter table client_day   add column if not exists counted_in bigint;

-- +goose StatementBegin
create or replace function count_unknown() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  select count(*) filter (where c.seats_used is null), count(*) filter (where c.seats_total is null), count(c.expires_on)
  into new.seats_used_unknown, new.seats_total_unknown, new.with_expiry
  from client c
  where c.mssp_id = new.mssp_id
  and (c.msp_id = new.msp_id or c.msp_id is null and new.msp_id = '00000000-0000-0000-0000-000000000000')
  and c.status = new.status
  and c.type = new.type;
  return new;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
create or replace function know_day() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  select coalesce(sum(c.n) > sum(c.seats_used_unknown), false), coalesce(sum(c.n) > sum(c.seats_total_unknown), false)
  into new.seats_used_known, new.seats_total_known
  from client_count c
  where c.mssp_id = new.mssp_id
  and (c.msp_id = new.msp_id or new.msp_id = '00000000-0000-0000-0000-000000000000')
  and c.status = 'active';
  return new;
end $$;
-- +goose StatementEnd
create or replace trigger client_count_added before insert on client_count
  for each row when (new.counted_in is null) execute function count_unknown();
create or replace trigger client_count_changed before update of n, seats_used, seats_total on client_count
  for each row when (new.counted_in is not distinct from old.counted_in) execute function count_unknown();
create or replace trigger client_day_added before insert on client_day
  for each row when (new.counted_in is null) execute function know_day();
create or replace trigger client_day_changed before update of clients, seats_used, seats_total on client_day
  for each row when (new.counted_in is not distinct from old.counted_in) execute function know_day();
