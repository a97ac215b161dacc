-- +goose Up

-- request_hash is the hash of the request id that a refresh token was replaced with: the same token with the same id gets
-- the same successor again. Empty: the client sent no id. Null: replaced by a version of the server that knows no ids.
alter table refresh_token add column request_hash bytea;

-- uses_request_ids says that a client of the session has sent a request id; from then on nothing but the id is a reason to
-- return a successor twice. graces counts how often one was returned without it.
alter table session
  add column uses_request_ids boolean  not null default false,
  add column graces           smallint not null default 0;
