-- +goose Up

-- The MSPs and clients that the user of a grant has marked, and those that they opened last. entity_id may have left the
-- scope since: only a join with msp or client tells whether the user still sees it.
create table favourite (
  mssp_id   uuid        not null,
  grant_id  uuid        not null,
  kind      text        not null,
  entity_id uuid        not null,
  marked_at timestamptz not null default now(),
  constraint favourite_pkey primary key (mssp_id, grant_id, kind, entity_id),
  constraint favourite_grant_fkey foreign key (mssp_id, grant_id) references user_role (mssp_id, id) on delete cascade
);
create table recent (
  mssp_id   uuid        not null,
  grant_id  uuid        not null,
  kind      text        not null,
  entity_id uuid        not null,
  opened_at timestamptz not null default now(),
  constraint recent_pkey primary key (mssp_id, grant_id, kind, entity_id),
  constraint recent_grant_fkey foreign key (mssp_id, grant_id) references user_role (mssp_id, id) on delete cascade
);

alter table favourite enable row level security;
create policy favourite_of_mssp on favourite to portal_mssp using (mssp_id = scope_mssp());
create policy favourite_of_msp on favourite to portal_msp using (mssp_id = scope_mssp());
create policy favourite_of_client on favourite to portal_client using (mssp_id = scope_mssp());
create policy favourite_of_grant on favourite as restrictive using (grant_id = scope_grant());
grant select, insert, delete on favourite to portal_mssp, portal_msp, portal_client;

alter table recent enable row level security;
create policy recent_of_mssp on recent to portal_mssp using (mssp_id = scope_mssp());
create policy recent_of_msp on recent to portal_msp using (mssp_id = scope_mssp());
create policy recent_of_client on recent to portal_client using (mssp_id = scope_mssp());
create policy recent_of_grant on recent as restrictive using (grant_id = scope_grant());
grant select, insert, delete, update (opened_at) on recent to portal_mssp, portal_msp, portal_client;

-- As for views: a grant that moves to another node leaves what belongs to the former one.
-- +goose StatementBegin
create or replace function forget_node() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from view_default where mssp_id = old.mssp_id and grant_id = old.id;
  delete from saved_view where mssp_id = old.mssp_id and grant_id = old.id;
  delete from favourite where mssp_id = old.mssp_id and grant_id = old.id;
  delete from recent where mssp_id = old.mssp_id and grant_id = old.id;
  return null;
end $$;
-- +goose StatementEnd
