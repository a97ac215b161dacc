-- +goose NO TRANSACTION
-- +goose Up

-- Each statement can be repeated, and none locks a big table for long.

-- The operator's commands refuse a connection whose own account is a known customer, and name it.
grant select (mssp_id, mssp_product_id, external_id, name, status) on msp, client to portal_operator;
drop policy if exists msp_of_operator on msp;
create policy msp_of_operator on msp for select to portal_operator using (mssp_id = scope_mssp());
drop policy if exists client_of_operator on client;
create policy client_of_operator on client for select to portal_operator using (mssp_id = scope_mssp());
