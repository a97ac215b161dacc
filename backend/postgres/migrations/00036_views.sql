-- +goose Up

-- Saved views of lists. node_id is the MSP or client that they belong to, all zero for the MSSP itself. grant_id is the
-- grant of the only user who sees the view; null: shared with all users of the node. query holds the list's parameters.
create table saved_view (
  mssp_id    uuid        not null,
  id         uuid        not null,
  node_id    uuid        not null,
  grant_id   uuid,
  author_id  uuid        not null,
  list       text        not null,
  name       text        not null,
  name_key   text        not null,
  query      text        not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint saved_view_pkey primary key (mssp_id, id),
  constraint saved_view_grant_fkey foreign key (mssp_id, grant_id) references user_role (mssp_id, id) on delete cascade
);
create unique index saved_view_own_key on saved_view (mssp_id, grant_id, list, name_key) where grant_id is not null;
create unique index saved_view_shared_key on saved_view (mssp_id, node_id, list, name_key) where grant_id is null;
alter table saved_view enable row level security;
create policy saved_view_of_mssp on saved_view to portal_mssp using (mssp_id = scope_mssp());
create policy saved_view_of_msp on saved_view to portal_msp using (mssp_id = scope_mssp());
create policy saved_view_of_client on saved_view to portal_client using (mssp_id = scope_mssp());
create policy saved_view_at_mssp on saved_view as restrictive to portal_mssp
  using (node_id = '00000000-0000-0000-0000-000000000000');
create policy saved_view_at_msp on saved_view as restrictive to portal_msp using (node_id = scope_msp());
create policy saved_view_at_client on saved_view as restrictive to portal_client using (node_id = scope_client());
create policy saved_view_of_grant on saved_view as restrictive using (grant_id is null or grant_id = scope_grant());
grant select, insert, delete, update (grant_id, name, name_key, query, updated_at) on saved_view to portal_mssp, portal_msp;
grant select, insert, delete, update (name, name_key, query, updated_at) on saved_view to portal_client;

-- The view that a list opens with for the user of a grant.
create table view_default (
  mssp_id  uuid not null,
  grant_id uuid not null,
  list     text not null,
  view_id  uuid not null,
  constraint view_default_pkey primary key (mssp_id, grant_id, list),
  constraint view_default_grant_fkey foreign key (mssp_id, grant_id) references user_role (mssp_id, id) on delete cascade,
  constraint view_default_view_fkey foreign key (mssp_id, view_id) references saved_view (mssp_id, id) on delete cascade
);
create index view_default_view_idx on view_default (mssp_id, view_id);
alter table view_default enable row level security;
create policy view_default_of_mssp on view_default to portal_mssp using (mssp_id = scope_mssp());
create policy view_default_of_msp on view_default to portal_msp using (mssp_id = scope_mssp());
create policy view_default_of_client on view_default to portal_client using (mssp_id = scope_mssp());
create policy view_default_of_grant on view_default as restrictive using (grant_id = scope_grant());
grant select, insert, delete, update (view_id) on view_default to portal_mssp, portal_msp, portal_client;

-- A user whose grant moves to another node leaves the views of the former one. A trigger deletes them, because servers
-- of an older version move grants, too. It runs as the owner: no viewer may delete another user's rows.
-- +goose StatementBegin
create function forget_node() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from view_default where mssp_id = old.mssp_id and grant_id = old.id;
  delete from saved_view where mssp_id = old.mssp_id and grant_id = old.id;
  return null;
end $$;
-- +goose StatementEnd
create trigger user_role_moved after update of msp_id, client_id on user_role for each row
  when (coalesce(old.client_id, old.msp_id) is distinct from coalesce(new.client_id, new.msp_id))
  execute function forget_node();
