-- +goose Up

-- Database roles belong to the whole cluster, so they may exist already, and another database may be creating them at
-- the same time. portal_server inherits nothing: its login reads tenants' rows only after set role.
-- +goose StatementBegin
do $$
declare
  wanted text;
begin
  foreach wanted in array array['portal_mssp', 'portal_msp', 'portal_client', 'portal_auth', 'portal_sync',
                                'portal_jobs', 'portal_operator', 'portal_server'] loop
    begin
      if not exists (select from pg_roles where rolname = wanted) then
        execute format('create role %I nologin noinherit', wanted);
      end if;
    exception when duplicate_object or unique_violation then null;
    end;
  end loop;
  foreach wanted in array array['portal_mssp', 'portal_msp', 'portal_client', 'portal_auth', 'portal_sync',
                                'portal_jobs', 'portal_operator'] loop
    if not pg_has_role('portal_server', wanted, 'member') then
      execute format('grant %I to portal_server', wanted);
    end if;
    -- The operator's commands run as the owner too. From PostgreSQL 16 on, the creator of a role may not set it
    -- without a grant.
    if not pg_has_role(current_user, wanted, case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end) then
      execute format('grant %I to %I', wanted, current_user);
    end if;
  end loop;
end
$$;
-- +goose StatementEnd

revoke create on schema public from public;
grant select on goose_db_version to portal_server;
grant usage on schema public to portal_server, portal_mssp, portal_msp, portal_client, portal_auth, portal_sync,
  portal_jobs, portal_operator;

-- The scope of the viewer's transaction. After a transaction that set it, an unset value reads as '': no viewer, no
-- rows.
create function scope_mssp() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('portal.mssp', true), '')::uuid $$;
create function scope_msp() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('portal.msp', true), '')::uuid $$;
create function scope_client() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('portal.client', true), '')::uuid $$;

-- Row-level security: one database role per level, one plain equality per policy.
alter table mssp              enable row level security;
alter table mssp_product      enable row level security;
alter table sync_run          enable row level security;
alter table msp               enable row level security;
alter table client            enable row level security;
alter table client_count      enable row level security;
alter table msp_count         enable row level security;
alter table client_day        enable row level security;
alter table change            enable row level security;
alter table user_role         enable row level security;
alter table pre_assigned_role enable row level security;
alter table audit_log         enable row level security;
alter table app_user          enable row level security;
alter table identity          enable row level security;
alter table session           enable row level security;
alter table refresh_token     enable row level security;
alter table login_attempt     enable row level security;
alter table signing_key       enable row level security;

-- Users of an MSSP.
grant select on mssp, msp, client, client_count, msp_count, client_day, change, sync_run, user_role,
  pre_assigned_role to portal_mssp;
grant select (mssp_id, id, product_id, paused) on mssp_product to portal_mssp;
grant select on product, role to portal_mssp, portal_msp, portal_client;
grant update (version) on mssp to portal_mssp;
grant insert on sync_run, audit_log to portal_mssp;
grant insert, update on pre_assigned_role to portal_mssp;
create policy mssp_of_mssp on mssp to portal_mssp using (id = scope_mssp());
create policy mssp_product_of_mssp on mssp_product to portal_mssp using (mssp_id = scope_mssp());
create policy sync_run_of_mssp on sync_run to portal_mssp using (mssp_id = scope_mssp());
create policy msp_of_mssp on msp to portal_mssp using (mssp_id = scope_mssp());
create policy client_of_mssp on client to portal_mssp using (mssp_id = scope_mssp());
create policy client_count_of_mssp on client_count to portal_mssp using (mssp_id = scope_mssp());
create policy msp_count_of_mssp on msp_count to portal_mssp using (mssp_id = scope_mssp());
create policy client_day_of_mssp on client_day to portal_mssp using (mssp_id = scope_mssp());
create policy change_of_mssp on change to portal_mssp using (mssp_id = scope_mssp());
create policy user_role_of_mssp on user_role to portal_mssp using (mssp_id = scope_mssp());
create policy pre_assigned_role_of_mssp on pre_assigned_role to portal_mssp using (mssp_id = scope_mssp());
create policy audit_log_of_mssp on audit_log to portal_mssp using (mssp_id = scope_mssp());

-- Users of an MSP. Of the MSSP above them they see its name and the age of its data, never another MSP.
grant select on mssp, msp, client, client_count, client_day, change, pre_assigned_role to portal_msp;
grant select (mssp_id, id, mssp_product_id, status, finished_at) on sync_run to portal_msp, portal_client;
grant select (mssp_id, id, product_id) on mssp_product to portal_msp, portal_client;
grant update (version) on mssp to portal_msp;
grant insert on audit_log to portal_msp;
grant insert, update on pre_assigned_role to portal_msp;
create policy mssp_of_msp on mssp to portal_msp using (id = scope_mssp());
create policy mssp_product_of_msp on mssp_product to portal_msp using (mssp_id = scope_mssp());
create policy sync_run_of_msp on sync_run to portal_msp using (mssp_id = scope_mssp());
create policy msp_of_msp on msp to portal_msp using (id = scope_msp());
create policy client_of_msp on client to portal_msp using (msp_id = scope_msp());
create policy client_count_of_msp on client_count to portal_msp using (msp_id = scope_msp());
create policy client_day_of_msp on client_day to portal_msp using (msp_id = scope_msp());
create policy change_of_msp on change to portal_msp using (msp_id = scope_msp());
create policy pre_assigned_role_of_msp on pre_assigned_role to portal_msp using (msp_id = scope_msp());
create policy audit_log_of_msp on audit_log to portal_msp using (mssp_id = scope_mssp());

-- Users of a client see their company and the name of the MSP that serves it.
grant select on mssp, client, change to portal_client;
grant select (mssp_id, id, name) on msp to portal_client;
create policy mssp_of_client on mssp to portal_client using (id = scope_mssp());
create policy mssp_product_of_client on mssp_product to portal_client using (mssp_id = scope_mssp());
create policy sync_run_of_client on sync_run to portal_client using (mssp_id = scope_mssp());
create policy msp_of_client on msp to portal_client using (id = scope_msp());
create policy client_of_client on client to portal_client using (id = scope_client());
create policy change_of_client on change to portal_client using (client_id = scope_client());

-- Sign-in and sessions: no tenant is known yet, and no customer data is needed except the names of nodes.
grant select, insert, update, delete on app_user, identity, session, refresh_token, login_attempt, signing_key
  to portal_auth;
grant select, insert on user_role to portal_auth;
grant select, update on pre_assigned_role to portal_auth;
grant select (id, name) on mssp to portal_auth;
grant select (mssp_id, id, name) on msp to portal_auth;
grant select (mssp_id, id, name, msp_id) on client to portal_auth;
grant select on role to portal_auth;
grant insert on audit_log to portal_auth;
create policy app_user_of_auth on app_user to portal_auth using (true);
create policy identity_of_auth on identity to portal_auth using (true);
create policy session_of_auth on session to portal_auth using (true);
create policy refresh_token_of_auth on refresh_token to portal_auth using (true);
create policy login_attempt_of_auth on login_attempt to portal_auth using (true);
create policy signing_key_of_auth on signing_key to portal_auth using (true);
create policy user_role_of_auth on user_role to portal_auth using (true);
create policy pre_assigned_role_of_auth on pre_assigned_role to portal_auth using (true);
create policy mssp_of_auth on mssp to portal_auth using (true);
create policy msp_of_auth on msp to portal_auth using (true);
create policy client_of_auth on client to portal_auth using (true);
create policy audit_log_of_auth on audit_log for insert to portal_auth with check (true);

-- A sync writes one MSSP at a time.
grant select, insert, update, delete on msp, client, client_count, msp_count, client_day to portal_sync;
grant select, insert on change to portal_sync;
grant select, insert, update on sync_run to portal_sync;
grant select on mssp, mssp_product to portal_sync;
grant update (version) on mssp to portal_sync;
create policy mssp_of_sync on mssp to portal_sync using (id = scope_mssp());
create policy mssp_product_of_sync on mssp_product to portal_sync using (mssp_id = scope_mssp());
create policy sync_run_of_sync on sync_run to portal_sync using (mssp_id = scope_mssp());
create policy msp_of_sync on msp to portal_sync using (mssp_id = scope_mssp());
create policy client_of_sync on client to portal_sync using (mssp_id = scope_mssp());
create policy client_count_of_sync on client_count to portal_sync using (mssp_id = scope_mssp());
create policy msp_count_of_sync on msp_count to portal_sync using (mssp_id = scope_mssp());
create policy client_day_of_sync on client_day to portal_sync using (mssp_id = scope_mssp());
create policy change_of_sync on change to portal_sync using (mssp_id = scope_mssp());

-- The scheduler needs to know which connections exist and when each was last synced, and nothing else of them.
grant select (mssp_id, id, product_id, paused, created_at) on mssp_product to portal_jobs;
grant select (mssp_id, id, mssp_product_id, status, trigger, attempt, created_at, heartbeat_at) on sync_run to portal_jobs;
create policy mssp_product_of_jobs on mssp_product to portal_jobs using (true);
create policy sync_run_of_jobs on sync_run to portal_jobs using (true);

-- The operator's commands create MSSPs and their connections.
grant select, insert on mssp, mssp_product, pre_assigned_role to portal_operator;
grant insert on audit_log to portal_operator;
grant select on product to portal_operator;
create policy mssp_of_operator on mssp to portal_operator using (id = scope_mssp());
create policy mssp_product_of_operator on mssp_product to portal_operator using (mssp_id = scope_mssp());
create policy pre_assigned_role_of_operator on pre_assigned_role to portal_operator using (mssp_id = scope_mssp());
create policy audit_log_of_operator on audit_log to portal_operator using (mssp_id = scope_mssp());
