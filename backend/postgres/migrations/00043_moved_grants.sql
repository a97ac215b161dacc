-- +goose Up
set local lock_timeout = '3s';

-- A grant that moves to another node leaves what belongs to the former one, also which changes its user has seen there.
-- The trigger keeps the function, whatever its name.
alter function forget_node() rename to delete_rows_of_moved_grant;
-- +goose StatementBegin
create or replace function delete_rows_of_moved_grant() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from view_default where mssp_id = old.mssp_id and grant_id = old.id;
  delete from saved_view where mssp_id = old.mssp_id and grant_id = old.id;
  delete from favourite where mssp_id = old.mssp_id and grant_id = old.id;
  delete from recent where mssp_id = old.mssp_id and grant_id = old.id;
  delete from attention_mark where mssp_id = old.mssp_id and grant_id = old.id;
  delete from change_visit where mssp_id = old.mssp_id and grant_id = old.id;
  return null;
end $$;
-- +goose StatementEnd
