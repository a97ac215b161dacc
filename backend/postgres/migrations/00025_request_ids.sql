-- +goose Up

-- request_hash is the hash of the request id with which a refresh token was replaced: the same token with the same id
-- returns the same successor again. Empty: the client sent no id. Null: the token was replaced by a version of the
-- server without request ids.
alter table refresh_token add column request_hash bytea;

-- uses_request_ids is whether a client of the session has sent a request id; from then on a successor is returned
-- twice only for the same id. graces counts how often one was returned without an id.
alter table session
  add column uses_request_ids boolean  not null default false,
  add column graces           smallint not null default 0;
