-- +goose Up
set local lock_timeout = '3s';

-- What users of an MSP see of the moves of its clients, which the table change shows to the MSSP's users only: that a
-- client came to their MSP or left it, and nothing of the other MSP. A client that turned into an MSP is removed: its
-- row stays in their list. id is that of the move in change, if there is one. name is the client's name when it left,
-- msp_name that of their own MSP.
create table client_move (
  mssp_id   uuid        not null,
  msp_id    uuid        not null,
  id        uuid        not null,
  at        timestamptz not null,
  run_id    uuid,
  client_id uuid        not null,
  kind      text        not null,
  name      text,
  msp_name  text,
  constraint client_move_pkey primary key (mssp_id, msp_id, id),
  constraint client_move_kind_check check (kind in ('came', 'left', 'removed'))
);
create index client_move_line_idx on client_move (mssp_id, msp_id, at, kind, id);
create index client_move_client_idx on client_move (mssp_id, msp_id, client_id, at);
alter table client_move enable row level security;
create policy client_move_of_msp on client_move to portal_msp using (mssp_id = scope_mssp() and msp_id = scope_msp());
create policy client_move_of_sync on client_move to portal_sync using (mssp_id = scope_mssp());
grant select on client_move to portal_msp;
grant insert on client_move to portal_sync;

-- One row for the moves of one run that came to an MSP, left it, or were removed, as change_group has for changes that
-- are alike. It does not tell how many other MSPs there were.
create table client_move_group (
  mssp_id uuid        not null,
  msp_id  uuid        not null,
  id      uuid        not null,
  at      timestamptz not null,
  run_id  uuid,
  kind    text        not null,
  n       bigint      not null,
  constraint client_move_group_pkey primary key (mssp_id, msp_id, id),
  constraint client_move_group_key unique (mssp_id, msp_id, at, kind)
);
create index client_move_group_at_idx on client_move_group (mssp_id, msp_id, at, id) include (kind, n);
alter table client_move_group enable row level security;
create policy client_move_group_of_msp on client_move_group to portal_msp
  using (mssp_id = scope_mssp() and msp_id = scope_msp());
grant select on client_move_group to portal_msp;

-- +goose StatementBegin
create function count_client_moves() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into client_move_group as g (mssp_id, msp_id, id, at, run_id, kind, n)
  select v.mssp_id, v.msp_id, new_id(), v.at, min(v.run_id::text)::uuid, v.kind, count(*)
  from inserted v
  group by 1, 2, 4, 6
  on conflict on constraint client_move_group_key do update
  set n = g.n + excluded.n;
  return null;
end $$;
-- +goose StatementEnd
create trigger client_move_counted after insert on client_move
  referencing new table as inserted for each statement execute function count_client_moves();

-- Writes the moves of an MSSP at one time, or all. The name of a client when it left is the one before its next change
-- of name, which may be of the same run.
-- +goose StatementBegin
create function write_client_moves(of_mssp uuid, of_at timestamptz) returns void
  language sql security definer set search_path = public, pg_temp as $$
  insert into client_move (mssp_id, msp_id, id, at, run_id, client_id, kind, name, msp_name)
  select h.mssp_id, side.msp_id, h.id, h.at, h.run_id, h.entity_id, side.kind, case when side.kind = 'left' then coalesce((
           select n.before
           from change n
           where n.mssp_id = h.mssp_id
           and n.entity_id = h.entity_id
           and n.entity = 'client'
           and n.field = 'name'
           and n.at >= h.at
           order by n.at
           limit 1), c.name) end, side.msp_name
  from change h
  join client c on c.mssp_id = h.mssp_id and c.id = h.entity_id
  cross join lateral (values ('left', h.before_msp_id, h.before), ('came', h.after_msp_id, h.after)) side (kind, msp_id, msp_name)
  where h.mssp_id = of_mssp
  and h.at >= coalesce(of_at, '-infinity')
  and h.at <= coalesce(of_at, 'infinity')
  and h.kind = 'moved'
  and h.entity = 'client'
  and side.msp_id is not null
  on conflict do nothing
$$;
-- +goose StatementEnd
revoke execute on function write_client_moves(uuid, timestamptz) from public;

-- A trigger writes the moves, because servers of an older version write changes, too.
-- +goose StatementBegin
create function note_client_moves() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform write_client_moves(i.mssp_id, i.at)
  from (
    select distinct h.mssp_id, h.at
    from inserted h
    where h.kind = 'moved') i;
  return null;
end $$;
-- +goose StatementEnd

-- The lock keeps writers out until the trigger writes.
lock table change in share row exclusive mode;
select write_client_moves(m.id, null) from mssp m;
create trigger change_client_moves after insert on change
  referencing new table as inserted for each statement execute function note_client_moves();
