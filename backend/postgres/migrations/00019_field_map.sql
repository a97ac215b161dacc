-- +goose Up

-- field_overrides maps paths of the product's JSON to the fields that an admin has chosen for them: path -> field, ''
-- for no field.
alter table mssp_product add column field_overrides jsonb not null default '{}';
grant select (field_overrides), update (field_overrides) on mssp_product to portal_mssp;

-- The field map of a connection: every path that its customers' JSON has had, with the figures of the last run that
-- was merged (run_id, read_at, customers), and the overrides which that run applied. noticed_in is the last run in
-- which the fields changed, until an admin has opened the map. It is one row rather than one for each path, because
-- it is read and written as a whole. paths is json and not jsonb, because it is never searched.
create table field_map (
  mssp_id         uuid        not null,
  mssp_product_id uuid        not null,
  run_id          uuid        not null,
  read_at         timestamptz not null,
  customers       bigint      not null,
  paths           json        not null,
  applied         jsonb       not null,
  noticed_in      uuid,
  constraint field_map_pkey primary key (mssp_id, mssp_product_id),
  constraint field_map_product_fkey foreign key (mssp_id, mssp_product_id) references mssp_product (mssp_id, id),
  constraint field_map_run_fkey foreign key (mssp_id, run_id) references sync_run (mssp_id, id)
);
create index field_map_noticed_idx on field_map (noticed_in) where noticed_in is not null;
alter table field_map enable row level security;
grant select, insert, update on field_map to portal_sync;
grant select, update (noticed_in) on field_map to portal_mssp;
grant select (mssp_id, mssp_product_id, noticed_in) on field_map to portal_jobs;
create policy field_map_of_sync on field_map to portal_sync using (mssp_id = scope_mssp());
create policy field_map_of_mssp on field_map to portal_mssp using (mssp_id = scope_mssp());
create policy field_map_of_jobs on field_map for select to portal_jobs using (true);

-- notices are what a run noticed about the product's fields; remapped are the fields whose paths an admin has changed
-- since the last merged run.
alter table sync_run
  add column notices  jsonb  not null default '[]',
  add column remapped text[] not null default '{}';

-- reason is why a value changed if the product did not change it. It is written after the other columns of a run's
-- rows.
alter table change
  add column reason text,
  add constraint change_reason_check check (reason in ('field_map')) not valid;
grant update (reason) on change to portal_sync;

-- effect is what accepting the run would do to a customer. to_name is the name of its MSP afterwards, its new name,
-- or its new type.
alter table sync_vanishing
  add column effect  text not null default 'missing',
  add column to_name text;
