-- +goose Up

-- Users of a client belong to the MSP that the client is under: when it moves, their grants and invites move with it.
grant select (mssp_id, msp_id, client_id), update (msp_id) on user_role, pre_assigned_role to portal_sync;
create policy user_role_of_sync on user_role to portal_sync using (mssp_id = scope_mssp());
create policy pre_assigned_role_of_sync on pre_assigned_role to portal_sync using (mssp_id = scope_mssp());
