-- +goose Up

-- called_at is when a product was last called for this connection without a run: when an admin had it tried. It counts
-- against the pace of the runs, as they count against its own.
alter table mssp_product add column called_at timestamptz;
grant update (called_at) on mssp_product to portal_sync;

-- unknown_parents is how many clients name a parent that is no customer of the answers: they hang under the MSSP itself.
alter table sync_run add column unknown_parents bigint not null default 0;
