-- +goose Up

-- A server of before session_grant writes no row of it. The sessions it starts beside a newer server belong to every scope
-- that their user holds a grant in, as all did before, until a newer server has seen them used: an administrator who signs
-- a person out ends them too.
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

-- A server of before inviters says in the audit log alone who made an invite or sent it again. Whoever did may not claim it.
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
