-- +goose Up

-- called_at is when this run last called the product, whatever became of the call: the next one for the connection keeps
-- its distance, though another process makes it.
alter table sync_run add column called_at timestamptz;
