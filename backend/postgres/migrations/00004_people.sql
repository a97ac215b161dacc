-- +goose Up

-- A grant can be taken from its holder for a time. Deactivating is the grant's, not the person's: one tenant's admin
-- never touches what somebody is to another tenant. Who holds no active grant at all is deactivated.
alter table user_role add column active boolean not null default true;
create index user_role_node_idx on user_role (mssp_id, msp_id, user_id);

-- Administrators change the grants of their scope, and neither make nor delete any, nor give one to another person.
grant update (role, msp_id, client_id, active) on user_role to portal_mssp, portal_msp;
grant select on user_role to portal_msp;
create policy user_role_of_msp on user_role to portal_msp using (msp_id = scope_msp());

-- app_user, identity and session belong to people, not to tenants, so no policy of one plain equality can say who of
-- them is in a scope. Views say it, one per level: they show whoever holds a grant inside the scope and, of a session,
-- just enough to count and to end it. Without a scope they show nobody. security_barrier keeps a query's own functions
-- from seeing rows before the view has dropped them.
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

-- Live sessions only: what has ended cannot be reached, and so not be brought back.
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
