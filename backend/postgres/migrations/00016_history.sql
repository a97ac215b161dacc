-- +goose NO TRANSACTION
-- +goose Up

-- Each statement can be repeated: an index of a big table is built without locking it, which no transaction may do, so a
-- step that was interrupted begins anew.

-- The zone that an MSSP's days are in: an IANA name that both Go and this PostgreSQL know.
alter table mssp add column if not exists time_zone text not null default 'UTC';
grant select (time_zone) on mssp to portal_auth;
grant update (time_zone) on mssp to portal_mssp;

-- The viewer's zone and day. Where no zone is set they fail rather than return another zone's.
create or replace function scope_time_zone() returns text language sql stable parallel safe
  as $$ select current_setting('portal.time_zone') $$;
create or replace function scope_today() returns date language sql stable parallel safe
  as $$ select (now() at time zone current_setting('portal.time_zone'))::date $$;
