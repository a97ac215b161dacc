-- +goose NO TRANSACTION
-- +goose Up

-- Each statement can be repeated, and none locks a big table for long.

-- The former names of MSPs and clients, one row for each name, customer and MSP that it was under when it was renamed.
-- msp_id and client_id decide who may read a row, as in the history, which the rows are made from. digest is the MD5 of
-- the name, because a name may be too long for an index. A change of fold (name_key.go) needs a migration that deletes
-- the rows and sets named_in to 0.
create table if not exists former_name (
  mssp_id   uuid                not null,
  entity_id uuid                not null,
  digest    uuid                not null,
  under     uuid                not null,
  entity    text                not null,
  msp_id    uuid,
  client_id uuid,
  name      text                not null,
  name_key  text collate "C"    not null,
  name_rest text collate "C",
  until_at  timestamptz         not null,
  constraint former_name_pkey primary key (mssp_id, entity_id, digest, under),
  constraint former_name_entity_check check (entity in ('msp', 'client'))
);
create index if not exists former_name_key_idx on former_name (mssp_id, name_key, entity_id);
create index if not exists former_name_msp_idx on former_name (mssp_id, entity_id) where entity = 'msp';
create index if not exists former_name_search_idx on former_name using gin (
  mssp_id, (name_key || coalesce(name_rest, '')) gin_trgm_ops);
alter table former_name enable row level security;
drop policy if exists former_name_of_mssp on former_name;
create policy former_name_of_mssp on former_name to portal_mssp using (mssp_id = scope_mssp());
drop policy if exists former_name_of_msp on former_name;
create policy former_name_of_msp on former_name to portal_msp
  using (mssp_id = scope_mssp() and msp_id = scope_msp());
drop policy if exists former_name_of_client on former_name;
create policy former_name_of_client on former_name to portal_client
  using (mssp_id = scope_mssp() and client_id = scope_client());
drop policy if exists former_name_of_sync on former_name;
create policy former_name_of_sync on former_name to portal_sync using (mssp_id = scope_mssp());
grant select on former_name to portal_mssp, portal_msp, portal_client;
grant select, insert, update on former_name to portal_sync;

-- named_in is the version up to which former_name includes the renames of the history. It falls behind while a server of
-- an older version renames customers; the next merge or migrate up adds their names.
alter table mssp add column if not exists named_in bigint not null default 0;
grant update (named_in) on mssp to portal_sync;
drop index concurrently if exists change_name_idx;
create index concurrently change_name_idx on change (mssp_id, version, id) where field = 'name' and before is not null;

-- Clients are found by the beginning of their id in the product, also by one or two characters of it.
drop index concurrently if exists client_external_idx;
create index concurrently client_external_idx on client (mssp_id, lower(external_id collate "C"), id);

-- search_clients_under returns the ids of the clients that a search may return, in an MSSP and, if of_msp is not null, in
-- one of its MSPs; the query that calls it ranks them. Of up to 5,000 clients it reads all. Of more it reads a bounded
-- part of each index, whatever their number, and finds at most 200 clients by each way:
--   id       the beginning of ids; with a trigram any part of them
--   name     the beginning of names; any part of the first 5,000 names; if these are not enough, with a trigram any part of
--            names, without one the beginning of a later term of a name
--   former   with a trigram any part of former names, without one their beginning
--   msp      the clients of the MSPs whose name contains the text; not below an MSP
--   similar  similar names, if less than enough was found
-- folded is the text as keys of names are (name_key.go), typed_id as ids are. has_trigram is whether folded has three
-- letters or digits in a row. swapped are like patterns with two letters exchanged, which have few trigrams in common
-- with the text; likeness is the least similarity of other names, null to find no similar ones. complete is whether
-- there are no clients but these with the text in their name, id or MSP's name.
-- +goose StatementBegin
create or replace function search_clients_under(
  mssp uuid, of_msp uuid, folded text, typed_id text, has_trigram boolean, swapped text[], likeness real, enough integer, wanted integer,
  out ids uuid[], out complete boolean)
  language plpgsql stable
  set search_path = public, pg_temp
  set pg_trgm.word_similarity_threshold = 0.6
  set plan_cache_mode = force_generic_plan
  set enable_seqscan = off
as $$
declare
  -- The planner takes a limit of a variable for a part of the rows, and uses the index of trigrams. With a number it would
  -- prefer to walk the names until it has found so many.
  most constant integer := 200;
  few constant integer := 5000;
  -- Greater than every text that begins with the other.
  folded_end constant text := folded || chr(1114111);
  id_end constant text := typed_id || chr(1114111);
  escaped constant text := regexp_replace(folded, '([\\%_])', '\\\1', 'g');
  part constant text := '%' || escaped || '%';
  id_part constant text := '%' || regexp_replace(typed_id, '([\\%_])', '\\\1', 'g') || '%';
  -- Others would make the whole index be read.
  indexed constant text[] := array(select p from unnest(swapped) p where p ~ '[a-z0-9]{3}');
  within uuid[];
  found uuid[];
begin
  if of_msp is null then
    within := array(
      select c.id
      from client c
      where c.mssp_id = mssp
      order by c.name_key, c.id
      limit 5001);
  else
    within := array(
      select c.id
      from client c
      where c.mssp_id = mssp
      and c.msp_id = of_msp
      order by c.name_key, c.id
      limit 5001);
  end if;

  if cardinality(within) <= few then
    complete := true;
    ids := array(
      select c.id
      from unnest(within) w (id)
      join client c on c.mssp_id = mssp and c.id = w.id
      where c.name_key || coalesce(c.name_rest, '') like part
      or lower(c.external_id collate "C") like id_part);
  else
    -- id
    ids := array(
      select c.id
      from client c
      where c.mssp_id = mssp
      and lower(c.external_id collate "C") >= typed_id
      and lower(c.external_id collate "C") < id_end
      and (of_msp is null or c.msp_id = of_msp)
      limit most);
    complete := cardinality(ids) < most;
    if typed_id ~ '[a-z0-9]{3}' then
      found := array(
        select c.id
        from client c
        where c.mssp_id = mssp
        and lower(c.external_id collate "C") like id_part
        and (of_msp is null or c.msp_id = of_msp)
        limit most);
      complete := complete and cardinality(found) < most;
      ids := ids || found;
    end if;
    -- name
    if of_msp is null then
      found := array(
        select c.id
        from client c
        where c.mssp_id = mssp
        and c.name_key >= folded
        and c.name_key < folded_end
        order by c.name_key, c.id
        limit most);
    else
      found := array(
        select c.id
        from client c
        where c.mssp_id = mssp
        and c.msp_id = of_msp
        and c.name_key >= folded
        and c.name_key < folded_end
        order by c.name_key, c.id
        limit most);
    end if;
    complete := complete and cardinality(found) < most;
    ids := ids || found;
    if of_msp is null then
      found := array(
        select w.id
        from (
          select c.id, c.name_key
          from client c
          where c.mssp_id = mssp
          order by c.name_key, c.id
          limit 5000) w
        where w.name_key like part
        limit most);
    else
      found := array(
        select w.id
        from (
          select c.id, c.name_key
          from client c
          where c.mssp_id = mssp
          and c.msp_id = of_msp
          order by c.name_key, c.id
          limit 5000) w
        where w.name_key like part
        limit most);
    end if;
    ids := ids || found;
    if cardinality(found) = most then
      complete := false;
    elsif has_trigram then
      found := array(
        select c.id
        from client c
        where c.mssp_id = mssp
        and c.name_key || coalesce(c.name_rest, '') like part
        and (of_msp is null or c.msp_id = of_msp)
        limit most);
      complete := complete and cardinality(found) < most;
      ids := ids || found;
    else
      complete := false;
      if folded ~ '^[a-z0-9]' then
        ids := ids || array(
          select c.id
          from client c
          where c.mssp_id = mssp
          and c.name_key || coalesce(c.name_rest, '') like '% ' || escaped || '%'
          and (of_msp is null or c.msp_id = of_msp)
          limit most);
      end if;
    end if;
  end if;

  -- former
  if has_trigram then
    ids := ids || array(
      select f.entity_id
      from former_name f
      where f.mssp_id = mssp
      and f.name_key || coalesce(f.name_rest, '') like part
      and f.entity = 'client'
      and (of_msp is null or f.msp_id = of_msp)
      limit most);
  elsif cardinality(within) <= few then
    ids := ids || array(
      select f.entity_id
      from unnest(within) w (id)
      join former_name f on f.mssp_id = mssp and f.entity_id = w.id
      where f.name_key || coalesce(f.name_rest, '') like part
      and (of_msp is null or f.msp_id = of_msp)
      limit most);
  else
    ids := ids || array(
      select f.entity_id
      from former_name f
      where f.mssp_id = mssp
      and f.name_key >= folded
      and f.name_key < folded_end
      and f.entity = 'client'
      and (of_msp is null or f.msp_id = of_msp)
      limit most);
  end if;

  -- msp
  if of_msp is null then
    found := array(
      select c.id
      from (
        select m.id
        from msp m
        where m.mssp_id = mssp
        and m.name_key || coalesce(m.name_rest, '') like part
        order by m.name_key, m.id
        limit most) m
      cross join lateral (
        select c.id
        from client c
        where c.mssp_id = mssp
        and c.msp_id = m.id
        order by c.name_key, c.id
        limit most) c
      limit most);
    complete := complete and cardinality(found) < most;
    ids := ids || found;
  end if;

  -- similar
  if likeness is null or cardinality(ids) >= enough then
    return;
  end if;
  if cardinality(within) <= few then
    ids := ids || array(
      select s.id
      from (
        select c.id, c.name_key, case
          when c.name_key || coalesce(c.name_rest, '') like any(swapped) then 1
          else word_similarity(folded, c.name_key || coalesce(c.name_rest, ''))
        end as similarity
        from unnest(within) w (id)
        join client c on c.mssp_id = mssp and c.id = w.id
        offset 0) s
      where s.similarity >= likeness
      order by s.similarity desc, s.name_key, s.id
      limit wanted + cardinality(ids));
    return;
  end if;
  ids := ids || array(
    select c.id
    from client c
    where c.mssp_id = mssp
    and c.name_key || coalesce(c.name_rest, '') like any(indexed)
    and (of_msp is null or c.msp_id = of_msp)
    limit most);
  if cardinality(ids) >= enough then
    return;
  end if;
  perform set_config('pg_trgm.word_similarity_threshold', likeness::text, true);
  ids := ids || array(
    select s.id
    from (
      select c.id, c.name_key, word_similarity(folded, c.name_key || coalesce(c.name_rest, '')) as similarity
      from client c
      where c.mssp_id = mssp
      and folded <% (c.name_key || coalesce(c.name_rest, ''))
      and (of_msp is null or c.msp_id = of_msp)
      limit few) s
    order by s.similarity desc, s.name_key, s.id
    limit wanted + cardinality(ids));
end
$$;
-- +goose StatementEnd
revoke execute on function search_clients_under(uuid, uuid, text, text, boolean, text[], real, integer, integer) from public;

-- Row-level security keeps the viewers' queries from using the indexes, because like is not leakproof. Only these two
-- functions can, and each names the scope of its viewers itself.
-- +goose StatementBegin
create or replace function search_mssp_clients(
  folded text, typed_id text, has_trigram boolean, swapped text[], likeness real, enough integer, wanted integer,
  out ids uuid[], out complete boolean)
  language sql stable security definer set search_path = public, pg_temp
as $$
  select s.ids, s.complete
  from search_clients_under(scope_mssp(), null, folded, typed_id, has_trigram, swapped, likeness, enough, wanted) s
$$;
-- +goose StatementEnd
-- +goose StatementBegin
create or replace function search_msp_clients(
  folded text, typed_id text, has_trigram boolean, swapped text[], likeness real, enough integer, wanted integer,
  out ids uuid[], out complete boolean)
  language sql stable security definer set search_path = public, pg_temp
as $$
  select s.ids, s.complete
  from search_clients_under(
    scope_mssp(), coalesce(scope_msp(), '00000000-0000-0000-0000-000000000000'), folded, typed_id, has_trigram, swapped,
    likeness, enough, wanted) s
$$;
-- +goose StatementEnd
revoke execute on function search_mssp_clients(text, text, boolean, text[], real, integer, integer) from public;
revoke execute on function search_msp_clients(text, text, boolean, text[], real, integer, integer) from public;
grant execute on function search_mssp_clients(text, text, boolean, text[], real, integer, integer) to portal_mssp;
grant execute on function search_msp_clients(text, text, boolean, text[], real, integer, integer) to portal_msp;
