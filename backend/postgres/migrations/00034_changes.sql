-- +goose NO TRANSACTION
-- +goose Up

-- Each statement can be repeated, and none keeps readers of a big table waiting. Writers of changes wait while the
-- changes from before are counted, which takes a few seconds for each million.

-- The grant of the viewer; null for a server older than this function, which sets none.
create or replace function scope_grant() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('portal.grant', true), '')::uuid $$;

-- One row for the changes that are alike: of one run, kind, MSP and field. n is their number. All changes of a run have
-- the same time, and no two runs of an MSSP have. msp_id is all zero for changes directly under the MSSP and for moves,
-- which name two MSPs: before_msp_id and after_msp_id, all zero for the MSSP itself and for all other changes. field is
-- empty where a change has none.
create table if not exists change_group (
  mssp_id       uuid        not null,
  id            uuid        not null,
  at            timestamptz not null,
  run_id        uuid,
  entity        text        not null,
  kind          text        not null,
  field         text        not null,
  msp_id        uuid        not null,
  before_msp_id uuid        not null,
  after_msp_id  uuid        not null,
  n             bigint      not null,
  constraint change_group_pkey primary key (mssp_id, id),
  constraint change_group_key unique (mssp_id, at, kind, msp_id, field, entity, before_msp_id, after_msp_id),
  constraint change_group_mssp_fkey foreign key (mssp_id) references mssp (id)
);
create index if not exists change_group_at_idx on change_group (mssp_id, at, id) include (kind, field, n);
create index if not exists change_group_msp_at_idx on change_group (mssp_id, msp_id, at, id) include (kind, field, n);
create index if not exists change_group_run_idx on change_group (mssp_id, run_id, at, id) where run_id is not null;
create index if not exists change_group_before_idx on change_group (mssp_id, before_msp_id, at, id) where kind = 'moved';
create index if not exists change_group_after_idx on change_group (mssp_id, after_msp_id, at, id) where kind = 'moved';
alter table change_group enable row level security;
drop policy if exists change_group_of_mssp on change_group;
create policy change_group_of_mssp on change_group to portal_mssp using (mssp_id = scope_mssp());
drop policy if exists change_group_of_msp on change_group;
create policy change_group_of_msp on change_group to portal_msp using (mssp_id = scope_mssp() and msp_id = scope_msp());
grant select on change_group to portal_mssp, portal_msp;

-- A trigger counts, because servers of an older version write changes, too. It is the only writer, so it runs as the
-- owner, and no role of the server needs a privilege.
-- +goose StatementBegin
create or replace function count_changes() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into change_group as g (mssp_id, id, at, run_id, entity, kind, field, msp_id, before_msp_id, after_msp_id, n)
  select c.mssp_id, new_id(), c.at, min(c.run_id::text)::uuid, c.entity, c.kind, coalesce(c.field, ''),
         coalesce(c.msp_id, '00000000-0000-0000-0000-000000000000'),
         coalesce(c.before_msp_id, '00000000-0000-0000-0000-000000000000'),
         coalesce(c.after_msp_id, '00000000-0000-0000-0000-000000000000'), count(*)
  from inserted c
  group by 1, 3, 5, 6, 7, 8, 9, 10
  on conflict on constraint change_group_key do update
  set n = g.n + excluded.n;
  return null;
end $$;
-- +goose StatementEnd

-- The lock keeps writers out from the first count until the trigger counts.
-- +goose StatementBegin
do $$
begin
  lock table change in share row exclusive mode;
  delete from change_group;
  insert into change_group (mssp_id, id, at, run_id, entity, kind, field, msp_id, before_msp_id, after_msp_id, n)
  select c.mssp_id, new_id(), c.at, min(c.run_id::text)::uuid, c.entity, c.kind, coalesce(c.field, ''),
         coalesce(c.msp_id, '00000000-0000-0000-0000-000000000000'),
         coalesce(c.before_msp_id, '00000000-0000-0000-0000-000000000000'),
         coalesce(c.after_msp_id, '00000000-0000-0000-0000-000000000000'), count(*)
  from change c
  group by 1, 3, 5, 6, 7, 8, 9, 10;
  create or replace trigger change_counted after insert on change
    referencing new table as inserted for each statement execute function count_changes();
end $$;
-- +goose StatementEnd

-- The changes of a group.
drop index concurrently if exists change_group_line_idx;
create index concurrently change_group_line_idx on change (
  mssp_id, at, kind, coalesce(msp_id, '00000000-0000-0000-0000-000000000000'), coalesce(field, ''), entity, id)
  where kind <> 'moved';
drop index concurrently if exists change_group_move_idx;
create index concurrently change_group_move_idx on change (
  mssp_id, at, coalesce(before_msp_id, '00000000-0000-0000-0000-000000000000'),
  coalesce(after_msp_id, '00000000-0000-0000-0000-000000000000'), id)
  where kind = 'moved';

-- Which changes the user of a grant has seen: all up to seen_to. The present visit began after all up to since, null if
-- it is the first. It ends half an hour after touched_at.
create table if not exists change_visit (
  mssp_id    uuid        not null,
  grant_id   uuid        not null,
  seen_to    timestamptz not null,
  since      timestamptz,
  touched_at timestamptz not null,
  constraint change_visit_pkey primary key (mssp_id, grant_id),
  constraint change_visit_grant_fkey foreign key (mssp_id, grant_id) references user_role (mssp_id, id) on delete cascade
);
alter table change_visit enable row level security;
drop policy if exists change_visit_of_mssp on change_visit;
create policy change_visit_of_mssp on change_visit to portal_mssp using (mssp_id = scope_mssp());
drop policy if exists change_visit_of_msp on change_visit;
create policy change_visit_of_msp on change_visit to portal_msp using (mssp_id = scope_mssp());
drop policy if exists change_visit_of_client on change_visit;
create policy change_visit_of_client on change_visit to portal_client using (mssp_id = scope_mssp());
drop policy if exists change_visit_of_grant on change_visit;
create policy change_visit_of_grant on change_visit as restrictive using (grant_id = scope_grant());
grant select, insert, update on change_visit to portal_mssp, portal_msp, portal_client;
