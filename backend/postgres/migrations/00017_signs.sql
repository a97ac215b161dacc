-- +goose Up

-- harmless are names in the product's answers that an admin has declared harmless: they do not make an answer incomplete.
-- account is what the product's answers say of the MSSP's own account, as of the last complete run; null: nothing.
alter table mssp_product
  add column harmless text[] not null default '{}',
  add column account  jsonb;
grant select (harmless, account), update (harmless) on mssp_product to portal_mssp;
grant update (account) on mssp_product to portal_sync;

-- sign is the name because of which a failed run's answers counted as incomplete, where an admin can declare it harmless.
alter table sync_run add column sign text;
