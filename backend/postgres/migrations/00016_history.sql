-- +goose NO TRANSACTION
-- +goose Up

-- Each statement can be repeated: an index of a big table is built concurrently, which is not possible in a
-- transaction, so an interrupted migration starts again.

-- The time zone of an MSSP's days: an IANA name that both Go and this PostgreSQL know.
alter table mssp add column if not exists time_zone text not null default 'UTC';
grant select (time_zone) on mssp to portal_auth;
grant update (time_zone) on mssp to portal_mssp;

-- The viewer's time zone and day. If no zone is set, they fail rather than return the day of another zone.
create or replace function scope_time_zone() returns text language sql stable parallel safe
  as $$ select current_setting('portal.time_zone') $$;
create or replace function scope_today() returns date language sql stable parallel safe
  as $$ select (now() at time zone current_setting('portal.time_zone'))::date $$;

-- The MSPs of a move. A null id with a name is an MSP that could not be identified; a null id without a name is the
-- MSSP itself. msps_known is whether both are identified: null until fillMoves has processed a move that was recorded
-- without ids.
alter table change
  add column if not exists before_msp_id uuid,
  add column if not exists after_msp_id  uuid,
  add column if not exists msps_known    boolean;

-- Drop indexes that an interruption left half built, and build them again.
drop index concurrently if exists change_at_idx;
create index concurrently change_at_idx on change (mssp_id, at, id);
drop index concurrently if exists change_msp_at_idx;
create index concurrently change_msp_at_idx on change (mssp_id, msp_id, at, id) where msp_id is not null;
drop index concurrently if exists change_client_at_idx;
create index concurrently change_client_at_idx on change (mssp_id, client_id, at, id) where client_id is not null;
drop index concurrently if exists change_unread_move_idx;
create index concurrently change_unread_move_idx on change (mssp_id, id) where kind = 'moved' and msps_known is null;

-- One row for each client and span of time in which its MSP, status and licences stayed the same. to_at is infinity
-- for the current span, so each client has exactly one such row. The time before a client's first span is unknown.
-- There is no foreign key: only a merge writes this table, for clients that it has just written, and checking a
-- million rows takes longer than writing them.
create table if not exists client_span (
  mssp_id     uuid        not null,
  client_id   uuid        not null,
  from_at     timestamptz not null,
  to_at       timestamptz not null,
  msp_id      uuid,
  status      text        not null,
  seats_used  bigint,
  seats_total bigint,
  constraint client_span_pkey primary key (mssp_id, client_id, to_at),
  constraint client_span_order_check check (from_at < to_at)
);
drop index concurrently if exists client_span_msp_idx;
create index concurrently client_span_msp_idx on client_span (mssp_id, msp_id, to_at) where msp_id is not null;
alter table client_span enable row level security;
drop policy if exists client_span_of_mssp on client_span;
create policy client_span_of_mssp on client_span to portal_mssp using (mssp_id = scope_mssp());
drop policy if exists client_span_of_msp on client_span;
create policy client_span_of_msp on client_span to portal_msp using (msp_id = scope_msp());
drop policy if exists client_span_of_client on client_span;
create policy client_span_of_client on client_span to portal_client using (client_id = scope_client());
drop policy if exists client_span_of_sync on client_span;
create policy client_span_of_sync on client_span to portal_sync using (mssp_id = scope_mssp());
grant select on client_span to portal_mssp, portal_msp;
-- Users of a client do not see which MSPs it was under.
grant select (mssp_id, client_id, from_at, to_at, status, seats_used, seats_total) on client_span to portal_client;
grant select, insert, update on client_span to portal_sync;

-- spanned_in is the version up to which the spans include the changes of clients. It falls behind while a server of
-- an older version writes clients; the next merge or migrate up writes the missing spans.
alter table mssp add column if not exists spanned_in bigint not null default 1;
grant update (spanned_in) on mssp to portal_sync;
