-- +goose Up

-- email_confirmed: at the last sign-in the provider was the authority for the address. Only such an address is a key:
-- an address confirmed by an invite code alone does not block other users. A server from before this migration does
-- not write it; the next sign-in does.
alter table identity add column email_confirmed boolean not null default false;
create index identity_confirmed_email_idx on identity (email) where email_confirmed;

update identity i
set email_confirmed = true
from audit_log a
where a.action = 'invite_accepted'
and a.actor_id = i.user_id
and a.detail->>'by_code' = 'false'
and a.detail->>'subject' = i.subject
and exists (select from app_user u where u.id = i.user_id and u.email = i.email);

-- What an MSSP or MSP knows of a user is stored with the grant that the user holds there: the address that was
-- invited, when the grant was last used, and when the user was signed out of it: older sessions may not act under it.
-- null: a grant from before this migration.
alter table user_role
  add column email         text,
  add column last_used_at  timestamptz,
  add column signed_out_at timestamptz;

update user_role g
set last_used_at = u.last_login_at
from app_user u
where u.id = g.user_id
and not exists (
  select from user_role other
  where other.user_id = g.user_id
  and (other.mssp_id <> g.mssp_id or other.msp_id is distinct from g.msp_id));

update user_role g
set email = (
  select p.email
  from pre_assigned_role p
  where p.mssp_id = g.mssp_id
  and p.msp_id is not distinct from g.msp_id
  and p.accepted_by = g.user_id
  order by p.accepted_at desc
  limit 1)
where g.email is null;

grant update (last_used_at) on user_role to portal_auth;
grant update (signed_out_at) on user_role to portal_mssp, portal_msp;

-- The grants that a session has acted under: an administrator sees only sessions that were used in the
-- administrator's scope.
create table session_grant (
  session_id uuid not null,
  grant_id   uuid not null,
  constraint session_grant_pkey primary key (session_id, grant_id),
  constraint session_grant_session_fkey foreign key (session_id) references session (id) on delete cascade,
  constraint session_grant_grant_fkey foreign key (grant_id) references user_role (id) on delete cascade
);
create index session_grant_grant_idx on session_grant (grant_id);
alter table session_grant enable row level security;
create policy session_grant_of_auth on session_grant to portal_auth using (true);
grant select, insert on session_grant to portal_auth;

insert into session_grant (session_id, grant_id)
select s.id, g.id
from session s
join user_role g on g.user_id = s.user_id
where s.revoked_at is null
and s.expires_at > now()
and s.idle_expires_at > now();

-- The users who created or resent an invite: they know its code and may not claim it.
alter table pre_assigned_role add column inviters uuid[] not null default '{}';
grant update (inviters) on pre_assigned_role to portal_mssp, portal_msp;

update pre_assigned_role p
set inviters = array(
  select distinct a.actor_id
  from audit_log a
  where a.mssp_id = p.mssp_id
  and a.target = p.id::text
  and a.action in ('invite_created', 'invite_resent')
  and a.actor_id is not null)
where p.accepted_at is null
and p.revoked_at is null;

-- The invite mails of the last hours, for the limits on their number. msp_id is the MSP whose administrator sent it,
-- null for the MSSP's own; mailbox is the address without the parts that mail servers ignore.
create table invite_mail (
  mssp_id    uuid        not null,
  id         uuid        not null,
  msp_id     uuid,
  inviter_id uuid        not null,
  mailbox    text        not null,
  queued_at  timestamptz not null default now(),
  constraint invite_mail_pkey primary key (mssp_id, id),
  constraint invite_mail_mssp_fkey foreign key (mssp_id) references mssp (id)
);
create index invite_mail_queued_idx on invite_mail (mssp_id, queued_at);
alter table invite_mail enable row level security;
create policy invite_mail_of_mssp on invite_mail to portal_mssp using (mssp_id = scope_mssp());
create policy invite_mail_of_msp on invite_mail to portal_msp using (mssp_id = scope_mssp() and msp_id = scope_msp());
create policy invite_mail_of_auth on invite_mail for delete to portal_auth using (true);
create policy invite_mail_seen_by_auth on invite_mail for select to portal_auth using (true);
grant select, insert on invite_mail to portal_mssp, portal_msp;
grant select (queued_at), delete on invite_mail to portal_auth;

-- Users as their administrators see them: only by the grants inside the administrator's scope.
create or replace view person_of_mssp with (security_barrier) as
  select u.id, u.name, coalesce(g.email, u.email) as email, u.active, g.created_at, g.last_used_at as last_login_at,
         (select i.provider
          from identity i
          where i.user_id = u.id
          order by i.last_login_at desc nulls last
          limit 1) as provider,
         u.name_key, u.name_rest, u.keyed_name,
         exists (
           select from identity i
           where i.user_id = u.id
           and i.email_confirmed
           and i.email = coalesce(g.email, u.email)) as email_confirmed
  from (
    select user_id, (array_agg(email order by id) filter (where email is not null))[1] as email,
           min(created_at) as created_at, max(last_used_at) as last_used_at
    from user_role
    where mssp_id = scope_mssp()
    group by user_id) g
  join app_user u on u.id = g.user_id;

create or replace view person_of_msp with (security_barrier) as
  select u.id, u.name, coalesce(g.email, u.email) as email, u.active, g.created_at, g.last_used_at as last_login_at,
         (select i.provider
          from identity i
          where i.user_id = u.id
          order by i.last_login_at desc nulls last
          limit 1) as provider,
         u.name_key, u.name_rest, u.keyed_name,
         exists (
           select from identity i
           where i.user_id = u.id
           and i.email_confirmed
           and i.email = coalesce(g.email, u.email)) as email_confirmed
  from (
    select user_id, (array_agg(email order by id) filter (where email is not null))[1] as email,
           min(created_at) as created_at, max(last_used_at) as last_used_at
    from user_role
    where mssp_id = scope_mssp()
    and msp_id = scope_msp()
    group by user_id) g
  join app_user u on u.id = g.user_id;

create or replace view session_of_mssp with (security_barrier) as
  select s.id, s.user_id, s.revoked_at, s.revoked_reason
  from session s
  where s.revoked_at is null
  and s.expires_at > now()
  and s.idle_expires_at > now()
  and exists (
    select from session_grant a
    join user_role g on g.id = a.grant_id
    where a.session_id = s.id
    and g.mssp_id = scope_mssp()
    and g.active
    and coalesce(g.signed_out_at < s.created_at, true));

create or replace view session_of_msp with (security_barrier) as
  select s.id, s.user_id, s.revoked_at, s.revoked_reason
  from session s
  where s.revoked_at is null
  and s.expires_at > now()
  and s.idle_expires_at > now()
  and exists (
    select from session_grant a
    join user_role g on g.id = a.grant_id
    where a.session_id = s.id
    and g.mssp_id = scope_mssp()
    and g.msp_id = scope_msp()
    and g.active
    and coalesce(g.signed_out_at < s.created_at, true));
