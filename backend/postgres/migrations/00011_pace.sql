-- +goose Up

-- called_at is when this run last called the product, whether or not the call succeeded: the next call for the
-- connection keeps the minimum interval, even if another process makes it.
alter table sync_run add column called_at timestamptz;
