-- +goose NO TRANSACTION
-- +goose Up

-- Each statement can be repeated, and none locks a big table for long.

-- A partial run has read all but some resellers, which are listed in unread. checked is the number of known customers
-- that were absent from a paged response and were requested by their own id. unread_news is whether the admins still
-- have to be mailed about an unread reseller.
alter table sync_run
  add column if not exists unread  jsonb  not null default '[]',
  add column if not exists checked bigint not null default 0,
  add column if not exists unread_news boolean not null default false,
  drop constraint if exists sync_run_status_check,
  add constraint sync_run_status_check
    check (status in ('queued', 'running', 'complete', 'partial', 'failed', 'needs_review', 'discarded'));
create index if not exists sync_run_last_merged_idx on sync_run (mssp_id, mssp_product_id, finished_at)
  where status in ('complete', 'partial');
create index if not exists sync_run_partial_idx on sync_run (mssp_id, mssp_product_id) where unread_news and mailed_at is null;
grant select (unread_news) on sync_run to portal_jobs;

-- absent_since is when the customer was last read, if a later run lacked it but could not decide whether it is
-- missing.
alter table msp    add column if not exists absent_since timestamptz;
alter table client add column if not exists absent_since timestamptz;
drop index concurrently if exists msp_absent_idx;
create index concurrently msp_absent_idx on msp (mssp_id, mssp_product_id) where absent_since is not null;
drop index concurrently if exists client_absent_idx;
create index concurrently client_absent_idx on client (mssp_id, mssp_product_id) where absent_since is not null;

-- parent is the external id of the reseller that a reseller is under, '' directly under the MSSP, null while unknown.
-- unread_since is when its clients were last read, if the last run could not read them; unread_mailed_at is when the
-- admins were mailed about that.
alter table msp
  add column if not exists parent           text,
  add column if not exists unread_since     timestamptz,
  add column if not exists unread_mailed_at timestamptz;
drop index concurrently if exists msp_unread_idx;
create index concurrently msp_unread_idx on msp (mssp_id) where unread_since is not null;
grant select (unread_since) on msp to portal_client;
