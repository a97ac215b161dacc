-- +goose Up

-- read_at is when the run's last call had ended: how old its customers are, whenever they are believed. Null for runs of
-- before it was kept: their customers are as old as the run's end.
alter table sync_run add column read_at timestamptz;
-- Who is below the MSSP sees no runs, but how old the data is.
grant select (read_at) on sync_run to portal_msp, portal_client;
