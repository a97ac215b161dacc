-- +goose NO TRANSACTION
-- +goose Up

-- Each statement is its own transaction, so that a running server does not wait long for any of them, and each can be
-- repeated after an interruption.

-- Names are searched and sorted by keys that the portal folds (name_key.go). Servers from before this migration write
-- names without keys: keyed_name is the name that the key was made from, which identifies such rows, and portal-api
-- fills in their keys.
alter table msp
  add column if not exists name_key   text collate "C" not null default '',
  add column if not exists name_rest  text collate "C",
  add column if not exists keyed_name text;
alter table client
  add column if not exists name_key   text collate "C" not null default '',
  add column if not exists name_rest  text collate "C",
  add column if not exists keyed_name text;
alter table app_user
  add column if not exists name_key   text collate "C" not null default '',
  add column if not exists name_rest  text collate "C",
  add column if not exists keyed_name text;
alter table sync_customer
  add column if not exists name_key  text collate "C",
  add column if not exists name_rest text collate "C";
grant select (name_key, name_rest, keyed_name) on msp to portal_client;

-- Drop indexes that an interruption left half built.
drop index concurrently if exists msp_name_key_idx;
drop index concurrently if exists msp_unkeyed_idx;
drop index concurrently if exists client_name_key_idx;
drop index concurrently if exists client_msp_name_key_idx;
drop index concurrently if exists client_unkeyed_idx;
create index concurrently msp_name_key_idx on msp (mssp_id, name_key, id);
create index concurrently msp_unkeyed_idx on msp (mssp_id, id) where keyed_name is distinct from name;
create index concurrently client_name_key_idx on client (mssp_id, name_key, id);
create index concurrently client_msp_name_key_idx on client (mssp_id, msp_id, name_key, id);
create index concurrently client_unkeyed_idx on client (mssp_id, id) where keyed_name is distinct from name;

-- The indexes of the former keys refuse names of more than 2,700 bytes and would double what a sync writes. An older
-- server sorts without them until it is replaced.
drop index concurrently if exists msp_name_idx;
drop index concurrently if exists client_name_idx;
drop index concurrently if exists client_msp_name_idx;

alter table sync_vanishing
  add column if not exists name_key text collate "C" not null default '',
  drop constraint if exists sync_vanishing_pkey,
  add constraint sync_vanishing_pkey primary key (mssp_id, run_id, kind, id);
create index if not exists sync_vanishing_order_idx on sync_vanishing (mssp_id, run_id, rank, name_key, id);

create or replace view person_of_mssp with (security_barrier) as
  select u.id, u.name, u.email, u.active, u.created_at, u.last_login_at,
         (select i.provider
          from identity i
          where i.user_id = u.id
          order by i.last_login_at desc nulls last
          limit 1) as provider,
         u.name_key, u.name_rest, u.keyed_name
  from app_user u
  where exists (select from user_role g where g.user_id = u.id and g.mssp_id = scope_mssp());

create or replace view person_of_msp with (security_barrier) as
  select u.id, u.name, u.email, u.active, u.created_at, u.last_login_at,
         (select i.provider
          from identity i
          where i.user_id = u.id
          order by i.last_login_at desc nulls last
          limit 1) as provider,
         u.name_key, u.name_rest, u.keyed_name
  from app_user u
  where exists (select from user_role g where g.user_id = u.id and g.mssp_id = scope_mssp() and g.msp_id = scope_msp());
