-- +goose Up

-- filled_paths are the paths of the product's JSON that fill a field of the customers, as of the last merged run:
-- path -> field. A customer's detail leaves out what it shows as a field. The field map has them too, but also examples
-- of values of other customers, which users of MSPs and clients may not read.
set local lock_timeout = '3s';
alter table mssp_product add column if not exists filled_paths jsonb not null default '{}';
grant select (filled_paths) on mssp_product to portal_mssp, portal_msp, portal_client;
grant update (filled_paths) on mssp_product to portal_sync;

update mssp_product p
set filled_paths = (
  select coalesce(jsonb_object_agg(k.path ->> 'path', k.path ->> 'field'), '{}')
  from json_array_elements(f.paths) as k (path)
  where k.path ->> 'field' is not null)
from field_map f
where f.mssp_id = p.mssp_id
and f.mssp_product_id = p.id
and json_typeof(f.paths) = 'array';
