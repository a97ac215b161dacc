-- +goose Up

-- grant_id is the grant that a session's access tokens name: chosen when the session starts, and kept while the
-- session may act under it. Null: a server from before this migration started the session, and its tokens name the
-- oldest grant.
alter table session
  add column grant_id uuid,
  add constraint session_grant_id_fkey foreign key (grant_id) references user_role (id) on delete set null;

-- last_used_at is when the session last began to act under the grant, or continued to. Null is unknown: a row from
-- before this migration.
alter table session_grant add column last_used_at timestamptz;
alter table session_grant alter column last_used_at set default now();
grant update (last_used_at) on session_grant to portal_auth;

-- Servers from before grants had a sign-out time revoke sessions through these views. Their administrators may revoke
-- what depends on grants inside the scope: the user is signed out of the grants there, and the session is revoked if
-- it may act under no other grant. The time and the reason do not depend on the statement.
-- +goose StatementBegin
create function end_session_in_scope() returns trigger language plpgsql security definer set search_path from current as $$
begin
  if new.revoked_at is null then
    return null;
  end if;
  perform from app_user u where u.id = old.user_id for no key update;
  update user_role g
  set signed_out_at = clock_timestamp()
  where g.user_id = old.user_id
  and g.mssp_id = scope_mssp()
  and (tg_table_name = 'session_of_mssp' or g.msp_id = scope_msp());
  update session s
  set revoked_at = now(), revoked_reason = 'admin'
  where s.id = old.id
  and s.revoked_at is null
  and not exists (
    select from user_role g
    where g.user_id = s.user_id
    and g.active
    and coalesce(g.signed_out_at < s.created_at, true));
  return new;
end
$$;
-- +goose StatementEnd
create trigger end_session instead of update on session_of_mssp for each row execute function end_session_in_scope();
create trigger end_session instead of update on session_of_msp for each row execute function end_session_in_scope();
