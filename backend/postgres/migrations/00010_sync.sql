-- +goose Up

-- The customers that a run has read and not yet merged. A row counts once the call that returned it is among
-- sync_run.calls. Unlogged: after a crash of the database the table is empty, which a comparison with sync_run.staged
-- detects, and the run starts over. id is the id of the customer if it is new.
create unlogged table sync_customer (
  mssp_id     uuid    not null,
  run_id      uuid    not null,
  call        bigint  not null,
  id          uuid    not null,
  kind        text    not null,
  external_id text    not null,
  parent      text    not null,
  name        text    not null,
  type        text    not null,
  products    text[]  not null,
  seats_used  bigint,
  seats_total bigint,
  expires_on  date,
  raw         json    not null
);
create index sync_customer_run_idx on sync_customer (mssp_id, run_id, call);
alter table sync_customer enable row level security;
grant select, insert, update, delete on sync_customer to portal_sync;
create policy sync_customer_of_sync on sync_customer to portal_sync using (mssp_id = scope_mssp());

-- The customers that accepting a run in review would mark missing, in the order in which they are listed.
create table sync_vanishing (
  mssp_id     uuid   not null,
  run_id      uuid   not null,
  rank        bigint not null,
  search_name text   not null,
  id          uuid   not null,
  kind        text   not null,
  constraint sync_vanishing_pkey primary key (mssp_id, run_id, rank, search_name, id),
  constraint sync_vanishing_kind_check check (kind in ('msp', 'client'))
);
alter table sync_vanishing enable row level security;
grant select, insert, delete on sync_vanishing to portal_sync;
grant select on sync_vanishing to portal_mssp;
create policy sync_vanishing_of_sync on sync_vanishing to portal_sync using (mssp_id = scope_mssp());
create policy sync_vanishing_of_mssp on sync_vanishing to portal_mssp using (mssp_id = scope_mssp());

-- state is the connector's state: what it has requested and what is left. calls is the number of completed calls,
-- staged the number of rows of sync_customer they returned. deaths counts workers that died since the last completed
-- call. retry_at is when the run may continue after the product's rate limit.
alter table sync_run
  add column state       jsonb,
  add column calls       bigint  not null default 0,
  add column calls_left  bigint,
  add column staged      bigint  not null default 0,
  add column duplicates  bigint  not null default 0,
  add column removed     bigint  not null default 0,
  add column moved       bigint  not null default 0,
  add column returned    bigint  not null default 0,
  add column would_miss  bigint,
  add column retry_at    timestamptz,
  add column reviewed_by uuid,
  add column reviewed_at timestamptz,
  add column deaths      integer not null default 0,
  drop constraint sync_run_status_check,
  add constraint sync_run_status_check
    check (status in ('queued', 'running', 'complete', 'failed', 'needs_review', 'discarded'));
create index sync_run_review_idx on sync_run (mssp_id, mssp_product_id) where status = 'needs_review';
grant select (mssp_product_id, trigger, finished_at, retry_at, reviewed_at, error_code) on sync_run to portal_jobs;

-- missing_at is when a customer went missing. Removal keeps it, unless the row is removed because the customer
-- changed from client to MSP or back and continues as a row of the other table.
alter table msp    add column missing_at timestamptz;
alter table client add column missing_at timestamptz;

create index change_run_idx on change (mssp_id, run_id, kind, id);

-- mailed_at is when the admins were mailed about the run: because it needs review, or because it completed a series
-- of failures that is long enough. The next such mail is sent only after a complete run.
alter table sync_run add column mailed_at timestamptz;
grant select (mailed_at) on sync_run to portal_jobs;
grant select on product to portal_sync;

-- Admins connect products. They write keys, sealed, and never read one. public_only marks a base URL that an admin
-- set over the API: only addresses of the public internet are allowed for it.
alter table mssp_product add column public_only boolean not null default false;
grant select (customer_id, base_url, api_key_last4, created_at, public_only), insert,
      update (customer_id, base_url, public_only, api_key_sealed, api_key_last4, paused) on mssp_product to portal_mssp;
