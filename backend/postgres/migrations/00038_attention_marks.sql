-- +goose Up

-- What the users of one node do about what needs attention there: snoozed until a time, or handled by the user of a
-- grant. node_id is the MSP, all zero for the MSSP itself. entity_id is the MSP or client; it may have left the scope
-- since. grant_id is who has snoozed it, or who handles it. reason is what the matter was when it was marked, such as the
-- day on which the licence ends: a mark of another reason has ended.
create table attention_mark (
  mssp_id   uuid        not null,
  node_id   uuid        not null,
  kind      text        not null,
  mark      text        not null,
  entity_id uuid        not null,
  grant_id  uuid        not null,
  reason    text        not null,
  marked_at timestamptz not null default now(),
  until_at  timestamptz,
  constraint attention_mark_pkey primary key (mssp_id, node_id, kind, mark, entity_id),
  constraint attention_mark_grant_fkey foreign key (mssp_id, grant_id) references user_role (mssp_id, id) on delete cascade,
  constraint attention_mark_mark_check
    check (mark = 'snoozed' and until_at is not null or mark = 'handled' and until_at is null)
);
create index attention_mark_grant_idx on attention_mark (mssp_id, grant_id);

-- Users of clients have no marks.
alter table attention_mark enable row level security;
create policy attention_mark_of_mssp on attention_mark to portal_mssp using (mssp_id = scope_mssp());
create policy attention_mark_of_msp on attention_mark to portal_msp using (mssp_id = scope_mssp());
create policy attention_mark_at_mssp on attention_mark as restrictive to portal_mssp
  using (node_id = '00000000-0000-0000-0000-000000000000');
create policy attention_mark_at_msp on attention_mark as restrictive to portal_msp using (node_id = scope_msp());
grant select, insert, delete, update (grant_id, reason, marked_at, until_at) on attention_mark to portal_mssp, portal_msp;

-- A sync deletes the marks of what no longer needs attention, so that none is there when it does again.
create policy attention_mark_of_sync on attention_mark to portal_sync using (mssp_id = scope_mssp());
grant select, delete on attention_mark to portal_sync;

-- As for views and favourites: a grant that moves to another node leaves what belongs to the former one.
-- +goose StatementBegin
create or replace function forget_node() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from view_default where mssp_id = old.mssp_id and grant_id = old.id;
  delete from saved_view where mssp_id = old.mssp_id and grant_id = old.id;
  delete from favourite where mssp_id = old.mssp_id and grant_id = old.id;
  delete from recent where mssp_id = old.mssp_id and grant_id = old.id;
  delete from attention_mark where mssp_id = old.mssp_id and grant_id = old.id;
  return null;
end $$;
-- +goose StatementEnd
