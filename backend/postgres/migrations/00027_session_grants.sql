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
