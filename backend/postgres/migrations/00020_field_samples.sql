-- +goose Up

-- samples are up to ten customers that a failed run received, if the connection has no customers yet: for the preview
-- of the field map before the first run is merged, which deletes them. Until then the map has the figures of that
-- failed run, and run_id is null.
alter table field_map
  add column samples json,
  alter column run_id drop not null;
