-- +goose Up

-- harmless are names in the product's responses that an admin has declared harmless: they do not make a response
-- incomplete. account is the MSSP's own account as the responses of the last complete run describe it; null if they
-- do not.
alter table mssp_product
  add column harmless text[] not null default '{}',
  add column account  jsonb;
grant select (harmless, account), update (harmless) on mssp_product to portal_mssp;
grant update (account) on mssp_product to portal_sync;

-- sign is the name that made a failed run's responses count as incomplete, if an admin can declare it harmless.
alter table sync_run add column sign text;
