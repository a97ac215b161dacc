-- +goose Up

-- The API derives the address of a product's dashboard from the host of the connection's API. Users of an MSP may read
-- the host alone, because the rest of the base URL may be internal. It is null for other schemes and ports.
set local lock_timeout = '3s';
alter table mssp_product add column api_host text
  generated always as (substring(lower(base_url) from '^https://([a-z0-9.-]+)([/?#]|$)')) stored;
grant select (api_host) on mssp_product to portal_mssp, portal_msp;
