-- +goose Up

-- called_at is when the product was last called for this connection, whoever did it and whatever became of it: the next
-- call keeps its distance, though another process makes it.
alter table mssp_product add column called_at timestamptz;
grant update (called_at) on mssp_product to portal_sync;
