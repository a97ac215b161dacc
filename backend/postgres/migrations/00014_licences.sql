-- +goose NO TRANSACTION
-- +goose Up

-- Each statement can be repeated, and none locks a big table for long: no transaction holds the locks together, and
-- the index is built concurrently.

-- Licence data of a customer as the product sent it; null is unknown. status_reason is why a customer is disabled:
-- the product still lists a disabled customer, but it is not in use.
alter table msp
  add column if not exists licence_type  text,
  add column if not exists spla          boolean,
  add column if not exists status_reason text,
  drop constraint if exists msp_status_check,
  add constraint msp_status_check check (status in ('active', 'missing', 'removed', 'disabled')) not valid;
alter table client
  add column if not exists licence_type  text,
  add column if not exists spla          boolean,
  add column if not exists status_reason text,
  drop constraint if exists client_status_check,
  add constraint client_status_check check (status in ('active', 'missing', 'removed', 'disabled')) not valid;
alter table sync_customer
  add column if not exists licence_type  text,
  add column if not exists spla          boolean,
  add column if not exists status_reason text;
drop index concurrently if exists client_licence_type_idx;
create index concurrently client_licence_type_idx on client (mssp_id, licence_type) where licence_type is not null;

-- The stored counts include for how many clients a figure is unknown, and how many have an expiry date: an unknown
-- figure is not 0, and a scope without any expiry date shows none.
alter table client_count
  add column if not exists seats_used_unknown  bigint not null default 0,
  add column if not exists seats_total_unknown bigint not null default 0,
  add column if not exists with_expiry         bigint not null default 0;
update client_count n
set seats_used_unknown = f.used_unknown, seats_total_unknown = f.total_unknown, with_expiry = f.with_expiry
from (
  select c.mssp_id, coalesce(c.msp_id, '00000000-0000-0000-0000-000000000000') as msp_id, c.status, c.type,
         count(*) filter (where c.seats_used is null) as used_unknown,
         count(*) filter (where c.seats_total is null) as total_unknown,
         count(*) filter (where c.expires_on is not null) as with_expiry
  from client c
  group by 1, 2, 3, 4) f
where f.mssp_id = n.mssp_id
and f.msp_id = n.msp_id
and f.status = n.status
and f.type = n.type;
create index if not exists client_count_expiry_idx on client_count (mssp_id, msp_id) where with_expiry > 0;
create index if not exists msp_expiry_idx on msp (mssp_id) where expires_on is not null;

-- Whether a day's figures are known. An older server reads the figures themselves and must not find null there. Days
-- from before this migration have 0 for unknown, which cannot be distinguished from a true 0, except where no client
-- has the figure now.
alter table client_day
  add column if not exists seats_used_known  boolean not null default true,
  add column if not exists seats_total_known boolean not null default true;
update client_day d
set seats_used_known = n.used_known, seats_total_known = n.total_known
from (
  select c.mssp_id, sum(c.n) > sum(c.seats_used_unknown) as used_known, sum(c.n) > sum(c.seats_total_unknown) as total_known
  from client_count c
  group by 1) n
where n.mssp_id = d.mssp_id
and not (n.used_known and n.total_known);
