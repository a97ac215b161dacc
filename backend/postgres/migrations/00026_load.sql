-- +goose Up

-- Users of a client belong to the MSP that the client is under. Rows from before this was checked take the MSP of
-- their client.
update user_role g
set msp_id = c.msp_id
from client c
where c.mssp_id = g.mssp_id
and c.id = g.client_id
and c.msp_id is distinct from g.msp_id;
update pre_assigned_role p
set msp_id = c.msp_id
from client c
where c.mssp_id = p.mssp_id
and c.id = p.client_id
and c.msp_id is distinct from p.msp_id;

-- An invite or grant of a client is always written with that client's own MSP. The subquery is evaluated only for the
-- rows that are written.
create policy pre_assigned_role_at_client on pre_assigned_role as restrictive for insert to portal_mssp, portal_msp
  with check (client_id is null or exists (
    select
    from client c
    where c.mssp_id = scope_mssp()
    and c.id = pre_assigned_role.client_id
    and c.msp_id is not distinct from pre_assigned_role.msp_id));
create policy user_role_at_client on user_role as restrictive for update to portal_mssp, portal_msp
  with check (client_id is null or exists (
    select
    from client c
    where c.mssp_id = scope_mssp()
    and c.id = user_role.client_id
    and c.msp_id is not distinct from user_role.msp_id));

-- The role, node and address of an invite never change, and only a sign-in accepts it.
revoke update on pre_assigned_role from portal_mssp, portal_msp;
-- +goose StatementBegin
do $$
declare
  changing text;
begin
  select string_agg(quote_ident(a.attname), ', ')
  into changing
  from pg_attribute a
  where a.attrelid = 'pre_assigned_role'::regclass
  and a.attnum > 0
  and not a.attisdropped
  and a.attname not in ('mssp_id', 'id', 'email', 'role', 'msp_id', 'client_id', 'provider', 'accepted_at', 'accepted_by');
  execute format('grant update (%s) on pre_assigned_role to portal_mssp, portal_msp', changing);
end
$$;
-- +goose StatementEnd

-- Not every column that names an MSP or a client has a foreign key. A row of one MSSP that names an MSP or client of
-- another is read by neither.
alter policy msp_of_msp on msp using (mssp_id = scope_mssp() and id = scope_msp());
alter policy client_of_msp on client using (mssp_id = scope_mssp() and msp_id = scope_msp());
alter policy client_count_of_msp on client_count using (mssp_id = scope_mssp() and msp_id = scope_msp());
alter policy client_day_of_msp on client_day using (mssp_id = scope_mssp() and msp_id = scope_msp());
alter policy client_span_of_msp on client_span using (mssp_id = scope_mssp() and msp_id = scope_msp());
alter policy change_of_msp on change using (mssp_id = scope_mssp() and msp_id = scope_msp());
alter policy user_role_of_msp on user_role using (mssp_id = scope_mssp() and msp_id = scope_msp());
alter policy pre_assigned_role_of_msp on pre_assigned_role using (mssp_id = scope_mssp() and msp_id = scope_msp());
alter policy msp_of_client on msp using (mssp_id = scope_mssp() and id = scope_msp());
alter policy client_of_client on client using (mssp_id = scope_mssp() and id = scope_client());
alter policy client_span_of_client on client_span using (mssp_id = scope_mssp() and client_id = scope_client());
alter policy change_of_client on change using (mssp_id = scope_mssp() and client_id = scope_client());

-- One row for each MSSP whose runs have been claimed. Workers that claim runs of one MSSP wait for its lock, so that
-- they can count the running ones.
create table sync_turn (
  mssp_id  uuid        not null,
  taken_at timestamptz not null,
  constraint sync_turn_pkey primary key (mssp_id),
  constraint sync_turn_mssp_fkey foreign key (mssp_id) references mssp (id)
);
alter table sync_turn enable row level security;
grant select, insert, update on sync_turn to portal_sync;
create policy sync_turn_of_sync on sync_turn to portal_sync using (mssp_id = scope_mssp());

-- shared_paths are the paths of the product's JSON that users of a client may see of that client; users of the MSSP
-- and of its MSP see all paths.
alter table mssp_product add column shared_paths text[] not null default '{}';
grant select (shared_paths), update (shared_paths) on mssp_product to portal_mssp;
grant select (shared_paths) on mssp_product to portal_msp, portal_client;
