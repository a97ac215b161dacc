-- +goose Up

-- grant_id is the grant that a session's access tokens name: settled when it starts, and kept while the session may act
-- under it. Null: a server of before this step started the session, and its tokens name the oldest grant.
alter table session
  add column grant_id uuid,
  add constraint session_grant_id_fkey foreign key (grant_id) references user_role (id) on delete set null;

-- last_used_at is when the session last began to act under the grant, or went on to. Null is not known: a row of before
-- this step.
alter table session_grant add column last_used_at timestamptz;
alter table session_grant alter column last_used_at set default now();
grant update (last_used_at) on session_grant to portal_auth;

-- A server of before grants were signed out of ends sessions through these views. What its administrator may end is what
-- hangs on grants inside the scope: the session's grants there are shut, and it ends where it may act under no other.
-- Whatever the statement says, it ends now and for one reason.
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
