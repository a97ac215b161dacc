-- +goose Up

-- read_at is when the run's last call had ended: the age of its customers, even if the run is accepted later. Null
-- for runs from before this column: their customers are as old as the end of the run.
alter table sync_run add column read_at timestamptz;
-- Users below the MSSP do not see runs, but they see the age of the data.
grant select (read_at) on sync_run to portal_msp, portal_client;
