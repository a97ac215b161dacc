-- +goose Up

-- Users of a client share no views: they write their own alone. Users of MSSPs and MSPs who may not share are stopped by
-- the permission of their role, which the database does not know.
set local lock_timeout = '3s';
create policy saved_view_added_by_client on saved_view as restrictive for insert to portal_client
  with check (grant_id = scope_grant());
create policy saved_view_changed_by_client on saved_view as restrictive for update to portal_client
  using (grant_id = scope_grant());
create policy saved_view_deleted_by_client on saved_view as restrictive for delete to portal_client
  using (grant_id = scope_grant());
