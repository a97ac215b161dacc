-- +goose Up

-- A server older than session_grant writes no row of it. A session it starts beside a newer server belongs to every scope
-- in which its user has a grant, until a newer server has recorded its use: an administrator who signs a user out ends such
-- a session, too.
create or replace view session_of_mssp with (security_barrier) as
  select s.id, s.user_id, s.revoked_at, s.revoked_reason
  from session s
  where s.revoked_at is null
  and s.expires_at > now()
  and s.idle_expires_at > now()
  and exists (
    select from user_role g
    where g.user_id = s.user_id
    and g.mssp_id = scope_mssp()
    and g.active
    and coalesce(g.signed_out_at < s.created_at, true)
    and (
      exists (select from session_grant a where a.session_id = s.id and a.grant_id = g.id)
      or not exists (select from session_grant a where a.session_id = s.id)));

create or replace view session_of_msp with (security_barrier) as
  select s.id, s.user_id, s.revoked_at, s.revoked_reason
  from session s
  where s.revoked_at is null
  and s.expires_at > now()
  and s.idle_expires_at > now()
  and exists (
    select from user_role g
    where g.user_id = s.user_id
    and g.mssp_id = scope_mssp()
    and g.msp_id = scope_msp()
    and g.active
    and coalesce(g.signed_out_at < s.created_at, true)
    and (
      exists (select from session_grant a where a.session_id = s.id and a.grant_id = g.id)
      or not exists (select from session_grant a where a.session_id = s.id)));

-- A server older than the column inviters records only in the audit log which account created or resent an invite. That
-- account must not claim it.
-- +goose StatementBegin
create function note_inviter() returns trigger language plpgsql set search_path from current as $$
begin
  update pre_assigned_role p
  set inviters = array_append(p.inviters, new.actor_id)
  where p.mssp_id = new.mssp_id
  and p.id = new.target::uuid
  and not new.actor_id = any(p.inviters);
  return null;
end
$$;
-- +goose StatementEnd
create trigger note_inviter after insert on audit_log for each row
  when (new.action in ('invite_created', 'invite_resent') and new.actor_id is not null)
  execute function note_inviter();

update pre_assigned_role p
set inviters = array(
  select distinct a.actor_id
  from audit_log a
  where a.mssp_id = p.mssp_id
  and a.target = p.id::text
  and a.action in ('invite_created', 'invite_resent')
  and a.actor_id is not null)
where p.inviters = '{}'
and p.accepted_at is null
and p.revoked_at is null;
