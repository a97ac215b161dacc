-- +goose NO TRANSACTION
-- +goose Up

-- Each statement can be repeated, and none locks a big table for long.

-- The operator's commands refuse a connection whose own account is a known customer, and name it.
grant select (mssp_id, mssp_product_id, external_id, name, status) on msp, client to portal_operator;
drop policy if exists msp_of_operator on msp;
create policy msp_of_operator on msp for select to portal_operator using (mssp_id = scope_mssp());
drop policy if exists client_of_operator on client;
create policy client_of_operator on client for select to portal_operator using (mssp_id = scope_mssp());

-- stale_fields are the fields that an admin has remapped since the customer was last read: once it is read, the history
-- says that a change of them is because of that. A customer is not read while it is missing, absent from a paged run, or
-- under a reseller that cannot be read.
alter table msp    add column if not exists stale_fields text[];
alter table client add column if not exists stale_fields text[];
drop index concurrently if exists msp_stale_idx;
create index concurrently msp_stale_idx on msp (mssp_id, mssp_product_id) where stale_fields is not null;
drop index concurrently if exists client_stale_idx;
create index concurrently client_stale_idx on client (mssp_id, mssp_product_id) where stale_fields is not null;

-- readable_since is when the customers of a reseller that could not be read were read again: those that were missing before
-- are removed only after as many runs from then on as any others.
alter table msp add column if not exists readable_since timestamptz;

-- merged_with says what the server that merged the run keeps beside the customers: 1: absent_since and stale_fields. They
-- mean nothing after a run of an older server, which neither reads nor clears them.
alter table sync_run add column if not exists merged_with integer not null default 0;

-- Of a paged run: how many known customers its pages lacked (absent), how many of those that were checked came (found), and
-- how many are left for the next complete run (undecided).
alter table sync_run
  add column if not exists absent    bigint not null default 0,
  add column if not exists found     bigint not null default 0,
  add column if not exists undecided bigint not null default 0;

-- paths is what the paths of the customers' JSON look like that a run has read so far, and of how many customers that is. It is
-- apart from state, which is written with every call: it can have more than 100 kilobytes.
alter table sync_run add column if not exists paths json;
