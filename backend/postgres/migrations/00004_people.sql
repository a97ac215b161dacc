-- +goose Up

-- An administrator can deactivate a grant. It is the grant that is deactivated, not the user: an admin of one tenant
-- never affects a user's grants in another tenant. A user without an active grant is deactivated.
alter table user_role add column active boolean not null default true;
create index user_role_node_idx on user_role (mssp_id, msp_id, user_id);

-- Administrators change the grants of their scope. They neither create nor delete grants, nor reassign one to another
-- user.
grant update (role, msp_id, client_id, active) on user_role to portal_mssp, portal_msp;
grant select on user_role to portal_msp;
create policy user_role_of_msp on user_role to portal_msp using (msp_id = scope_msp());

-- app_user, identity and session belong to users, not to tenants, so a policy of one plain equality cannot decide
-- whether a row is in a scope. Views decide it, one per level: they show the users who hold a grant inside the scope
-- and, of a session, just enough to count and revoke it. Without a scope they show no rows. security_barrier keeps
-- the functions of a query from seeing rows before the view has filtered them.
create view person_of_mssp with (security_barrier) as
  select u.id, u.name, u.email, u.active, u.created_at, u.last_login_at,
         (select i.provider
          from identity i
          where i.user_id = u.id
          order by i.last_login_at desc nulls last
          limit 1) as provider
  from app_user u
  where exists (select from user_role g where g.user_id = u.id and g.mssp_id = scope_mssp());

create view person_of_msp with (security_barrier) as
  select u.id, u.name, u.email, u.active, u.created_at, u.last_login_at,
         (select i.provider
          from identity i
          where i.user_id = u.id
          order by i.last_login_at desc nulls last
          limit 1) as provider
  from app_user u
  where exists (select from user_role g where g.user_id = u.id and g.mssp_id = scope_mssp() and g.msp_id = scope_msp());

-- Live sessions only: an ended session cannot be selected, and so cannot be reactivated.
create view session_of_mssp with (security_barrier) as
  select s.id, s.user_id, s.revoked_at, s.revoked_reason
  from session s
  where s.revoked_at is null
  and s.expires_at > now()
  and s.idle_expires_at > now()
  and exists (select from user_role g where g.user_id = s.user_id and g.mssp_id = scope_mssp());

create view session_of_msp with (security_barrier) as
  select s.id, s.user_id, s.revoked_at, s.revoked_reason
  from session s
  where s.revoked_at is null
  and s.expires_at > now()
  and s.idle_expires_at > now()
  and exists (select from user_role g where g.user_id = s.user_id and g.mssp_id = scope_mssp() and g.msp_id = scope_msp());

grant select on person_of_mssp to portal_mssp;
grant select on person_of_msp to portal_msp;
grant select (id, user_id), update (revoked_at, revoked_reason) on session_of_mssp to portal_mssp;
grant select (id, user_id), update (revoked_at, revoked_reason) on session_of_msp to portal_msp;
