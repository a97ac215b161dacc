-- +goose Up

-- called_at is when a product was last called for this connection outside a run: when an admin tried the connection.
-- Such calls count against the rate limit of the runs, and the runs' calls against theirs.
alter table mssp_product add column called_at timestamptz;
grant update (called_at) on mssp_product to portal_sync;

-- unknown_parents is the number of clients whose parent is not among the customers read: they are placed directly
-- under the MSSP.
alter table sync_run add column unknown_parents bigint not null default 0;
