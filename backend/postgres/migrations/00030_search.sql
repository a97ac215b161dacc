-- +goose NO TRANSACTION
-- +goose Up

-- Each statement can be repeated, and none locks a big table for long.

-- Clients are found by a part of their name, of their id in the product, or of their MSP's name. The index has both
-- texts of a client. Row-level security keeps queries from using it, because like is not leakproof: only the function
-- below can, which names the scope itself.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;
drop index concurrently if exists client_search_idx;
create index concurrently client_search_idx on client using gin (
  mssp_id, (name_key || coalesce(name_rest, '')) gin_trgm_ops, lower(external_id collate "C") gin_trgm_ops);

-- search_clients returns the clients of the viewer's MSSP that a search finds: $1 is the like pattern for keys of
-- names, $2 for names without a key, which a server older than the keys has written, $3 for ids in the product.
-- +goose StatementBegin
create or replace function search_clients(text, text, text) returns setof uuid
  language sql stable security definer parallel safe set search_path = public, pg_temp
as $$
  select c.id
  from client c
  where c.mssp_id = scope_mssp()
  and c.name_key || coalesce(c.name_rest, '') like $1
  and c.keyed_name is not distinct from c.name
  union
  select c.id
  from client c
  where c.mssp_id = scope_mssp()
  and lower(c.external_id collate "C") like $3
  union
  select c.id
  from client c
  where c.mssp_id = scope_mssp()
  and c.keyed_name is distinct from c.name
  and lower(c.name) like lower($2)
  union
  select c.id
  from msp m
  join client c on c.mssp_id = m.mssp_id and c.msp_id = m.id
  where m.mssp_id = scope_mssp()
  and case
    when m.keyed_name is distinct from m.name then lower(m.name) like lower($2)
    else m.name_key || coalesce(m.name_rest, '') like $1
  end
$$;
-- +goose StatementEnd
-- Users of an MSP or a client search the rows of their own scope, which are few.
revoke execute on function search_clients(text, text, text) from public;
grant execute on function search_clients(text, text, text) to portal_mssp;
