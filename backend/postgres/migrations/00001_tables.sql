-- +goose Up

-- Keys of tenants' rows begin with mssp_id, so that the schema can be sharded by MSSP. Identifiers are UUIDv7
-- made by the program, or by new_id where one statement makes many rows: PostgreSQL 14 has no uuidv7(). The
-- all-zero UUID stands for "directly under the MSSP" or "the whole MSSP" where a key may not be null.

create function new_id() returns uuid language sql volatile parallel safe as $$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
              placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
              from 1 for 6),
      52, 1), 53, 1), 'hex')::uuid
$$;

create table role (
  id    text not null,
  level text not null,
  constraint role_pkey primary key (id),
  constraint role_level_check check (level in ('mssp', 'msp', 'client'))
);

insert into role (id, level) values
  ('mssp_admin', 'mssp'), ('mssp_staff', 'mssp'), ('msp_admin', 'msp'), ('msp_user', 'msp'), ('client_user', 'client');

create table app_user (
  id            uuid        not null,
  name          text        not null default '',
  email         text        not null,
  active        boolean     not null default true,
  created_at    timestamptz not null default now(),
  last_login_at timestamptz,
  constraint app_user_pkey primary key (id)
);
create index app_user_email_idx on app_user (email);

-- issuer is Google's issuer or the Entra ID tenant; subject is sub or oid (OpenID Connect Core 5.7).
create table identity (
  provider      text        not null,
  issuer        text        not null,
  subject       text        not null,
  user_id       uuid        not null,
  email         text        not null default '',
  created_at    timestamptz not null default now(),
  last_login_at timestamptz,
  constraint identity_pkey primary key (provider, issuer, subject),
  constraint identity_user_fkey foreign key (user_id) references app_user (id),
  constraint identity_provider_check check (provider in ('google', 'entra'))
);
create index identity_user_idx on identity (user_id);

create table mssp (
  id         uuid        not null,
  name       text        not null,
  version    bigint      not null default 1,
  created_at timestamptz not null default now(),
  constraint mssp_pkey primary key (id),
  constraint mssp_name_check check (name <> '')
);

create table product (
  id   text not null,
  name text not null,
  constraint product_pkey primary key (id)
);

insert into product (id, name) values ('heimdal', 'Heimdal');

create table mssp_product (
  mssp_id        uuid        not null,
  id             uuid        not null,
  product_id     text        not null,
  customer_id    text        not null,
  base_url       text        not null,
  api_key_sealed bytea       not null,
  api_key_last4  text        not null,
  paused         boolean     not null default false,
  created_at     timestamptz not null default now(),
  constraint mssp_product_pkey primary key (mssp_id, id),
  constraint mssp_product_mssp_fkey foreign key (mssp_id) references mssp (id),
  constraint mssp_product_product_fkey foreign key (product_id) references product (id),
  constraint mssp_product_customer_key unique (mssp_id, product_id, customer_id)
);

-- attempt counts who has taken the run up, so that only the last may finish it; heartbeat_at shows that they still live.
create table sync_run (
  mssp_id         uuid        not null,
  id              uuid        not null,
  mssp_product_id uuid        not null,
  status          text        not null,
  trigger         text        not null,
  requested_by    uuid,
  created_at      timestamptz not null default now(),
  started_at      timestamptz,
  finished_at     timestamptz,
  attempt         integer     not null default 0,
  heartbeat_at    timestamptz,
  seen            bigint      not null default 0,
  msps            bigint      not null default 0,
  clients         bigint      not null default 0,
  other           bigint      not null default 0,
  added           bigint      not null default 0,
  changed         bigint      not null default 0,
  missing         bigint      not null default 0,
  error_code      text,
  error           text,
  constraint sync_run_pkey primary key (mssp_id, id),
  constraint sync_run_product_fkey foreign key (mssp_id, mssp_product_id) references mssp_product (mssp_id, id),
  constraint sync_run_status_check check (status in ('queued', 'running', 'complete', 'failed')),
  constraint sync_run_trigger_check check (trigger in ('schedule', 'manual', 'command'))
);
create unique index sync_run_one_at_a_time on sync_run (mssp_id, mssp_product_id)
  where status in ('queued', 'running');
create index sync_run_newest_idx on sync_run (mssp_id, created_at, id);
create index sync_run_due_idx on sync_run (mssp_id, mssp_product_id, created_at);
create index sync_run_last_complete_idx on sync_run (mssp_id, mssp_product_id, finished_at)
  where status = 'complete';

-- raw is json, not jsonb: it keeps what was received to the letter. last_seen_at is written when a customer stops
-- being active; while it is active, the last complete run has seen it.
create table msp (
  mssp_id         uuid        not null,
  id              uuid        not null,
  mssp_product_id uuid        not null,
  external_id     text        not null,
  name            text        not null,
  search_name     text        not null generated always as (lower(name)) stored,
  type            text        not null,
  status          text        not null default 'active',
  products        text[]      not null default '{}',
  seats_used      bigint,
  seats_total     bigint,
  expires_on      date,
  client_count    bigint      not null default 0,
  raw             json        not null,
  first_seen_at   timestamptz not null,
  last_seen_at    timestamptz not null,
  changed_in      bigint      not null,
  constraint msp_pkey primary key (mssp_id, id),
  constraint msp_mssp_fkey foreign key (mssp_id) references mssp (id),
  constraint msp_product_fkey foreign key (mssp_id, mssp_product_id) references mssp_product (mssp_id, id),
  constraint msp_external_key unique (mssp_id, mssp_product_id, external_id),
  constraint msp_status_check check (status in ('active', 'missing', 'removed'))
);
create index msp_name_idx on msp (mssp_id, search_name, id);
create index msp_client_count_idx on msp (mssp_id, client_count, id);

create table client (
  mssp_id         uuid        not null,
  id              uuid        not null,
  msp_id          uuid,
  mssp_product_id uuid        not null,
  external_id     text        not null,
  name            text        not null,
  search_name     text        not null generated always as (lower(name)) stored,
  type            text        not null,
  status          text        not null default 'active',
  products        text[]      not null default '{}',
  seats_used      bigint,
  seats_total     bigint,
  expires_on      date,
  raw             json        not null,
  first_seen_at   timestamptz not null,
  last_seen_at    timestamptz not null,
  changed_in      bigint      not null,
  constraint client_pkey primary key (mssp_id, id),
  constraint client_mssp_fkey foreign key (mssp_id) references mssp (id),
  constraint client_msp_fkey foreign key (mssp_id, msp_id) references msp (mssp_id, id),
  constraint client_product_fkey foreign key (mssp_id, mssp_product_id) references mssp_product (mssp_id, id),
  constraint client_external_key unique (mssp_id, mssp_product_id, external_id),
  constraint client_status_check check (status in ('active', 'missing', 'removed'))
);
create index client_name_idx on client (mssp_id, search_name, id);
create index client_msp_name_idx on client (mssp_id, msp_id, search_name, id);
create index client_expires_idx on client (mssp_id, expires_on, id) where status = 'active';
create index client_msp_expires_idx on client (mssp_id, msp_id, expires_on, id) where status = 'active';
create index client_missing_idx on client (mssp_id, last_seen_at, id) where status = 'missing';
create index client_seats_exceeded_idx on client (mssp_id, id) where status = 'active' and seats_used > seats_total;

-- Counts are rows, kept by the code that writes customers. msp_id is all zero for clients directly under the MSSP.
create table client_count (
  mssp_id     uuid   not null,
  msp_id      uuid   not null,
  status      text   not null,
  type        text   not null,
  n           bigint not null,
  seats_used  bigint not null,
  seats_total bigint not null,
  constraint client_count_pkey primary key (mssp_id, msp_id, status, type),
  constraint client_count_mssp_fkey foreign key (mssp_id) references mssp (id)
);

create table msp_count (
  mssp_id uuid   not null,
  status  text   not null,
  n       bigint not null,
  constraint msp_count_pkey primary key (mssp_id, status),
  constraint msp_count_mssp_fkey foreign key (mssp_id) references mssp (id)
);

-- The trend: the active clients at the end of a day on which something changed. msp_id is all zero for the whole MSSP.
create table client_day (
  mssp_id     uuid   not null,
  msp_id      uuid   not null,
  day         date   not null,
  clients     bigint not null,
  seats_used  bigint not null,
  seats_total bigint not null,
  constraint client_day_pkey primary key (mssp_id, msp_id, day),
  constraint client_day_mssp_fkey foreign key (mssp_id) references mssp (id)
);

-- One line of history. msp_id and client_id say who may read it: a move names two MSPs, so neither reads it (null).
create table change (
  mssp_id   uuid        not null,
  id        uuid        not null,
  at        timestamptz not null,
  entity    text        not null,
  entity_id uuid        not null,
  msp_id    uuid,
  client_id uuid,
  kind      text        not null,
  field     text,
  before    text,
  after     text,
  run_id    uuid,
  version   bigint      not null,
  constraint change_pkey primary key (mssp_id, id),
  constraint change_mssp_fkey foreign key (mssp_id) references mssp (id),
  constraint change_run_fkey foreign key (mssp_id, run_id) references sync_run (mssp_id, id),
  constraint change_entity_check check (entity in ('msp', 'client')),
  constraint change_kind_check check (kind in ('added', 'changed', 'missing', 'returned', 'moved', 'removed'))
);
create index change_entity_idx on change (mssp_id, entity_id, id);

create table user_role (
  mssp_id    uuid        not null,
  id         uuid        not null,
  user_id    uuid        not null,
  role       text        not null,
  msp_id     uuid,
  client_id  uuid,
  created_at timestamptz not null default now(),
  constraint user_role_pkey primary key (mssp_id, id),
  constraint user_role_id_key unique (id),
  constraint user_role_user_fkey foreign key (user_id) references app_user (id),
  constraint user_role_role_fkey foreign key (role) references role (id),
  constraint user_role_mssp_fkey foreign key (mssp_id) references mssp (id),
  constraint user_role_msp_fkey foreign key (mssp_id, msp_id) references msp (mssp_id, id),
  constraint user_role_client_fkey foreign key (mssp_id, client_id) references client (mssp_id, id),
  constraint user_role_node_check check (
    (role in ('mssp_admin', 'mssp_staff') and msp_id is null and client_id is null)
    or (role in ('msp_admin', 'msp_user') and msp_id is not null and client_id is null)
    or (role = 'client_user' and client_id is not null))
);
create index user_role_user_idx on user_role (user_id, id);

-- An invite: the role somebody will have, fixed before the first sign-in.
create table pre_assigned_role (
  mssp_id     uuid        not null,
  id          uuid        not null,
  email       text        not null,
  role        text        not null,
  msp_id      uuid,
  client_id   uuid,
  provider    text        not null,
  domain      text,
  tenant      text,
  code_hash   bytea       not null,
  code_tries  integer     not null default 0,
  invited_by  text        not null,
  created_at  timestamptz not null default now(),
  expires_at  timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid,
  revoked_at  timestamptz,
  constraint pre_assigned_role_pkey primary key (mssp_id, id),
  constraint pre_assigned_role_role_fkey foreign key (role) references role (id),
  constraint pre_assigned_role_mssp_fkey foreign key (mssp_id) references mssp (id),
  constraint pre_assigned_role_msp_fkey foreign key (mssp_id, msp_id) references msp (mssp_id, id),
  constraint pre_assigned_role_client_fkey foreign key (mssp_id, client_id) references client (mssp_id, id),
  constraint pre_assigned_role_user_fkey foreign key (accepted_by) references app_user (id),
  constraint pre_assigned_role_provider_check check (provider in ('google', 'entra')),
  constraint pre_assigned_role_node_check check (
    (role in ('mssp_admin', 'mssp_staff') and msp_id is null and client_id is null)
    or (role in ('msp_admin', 'msp_user') and msp_id is not null and client_id is null)
    or (role = 'client_user' and client_id is not null))
);
-- One open invite for an address at each node. Not one for the whole MSSP: an MSP's admin would learn of, and could
-- block, the invites of a sibling.
create unique index pre_assigned_role_open_key on pre_assigned_role (
  mssp_id, email, coalesce(msp_id, '00000000-0000-0000-0000-000000000000'),
  coalesce(client_id, '00000000-0000-0000-0000-000000000000'))
  where accepted_at is null and revoked_at is null;
create index pre_assigned_role_email_idx on pre_assigned_role (email)
  where accepted_at is null and revoked_at is null;
create index pre_assigned_role_code_idx on pre_assigned_role (code_hash)
  where accepted_at is null and revoked_at is null;

-- A session is a refresh-token family.
create table session (
  id              uuid        not null,
  user_id         uuid        not null,
  device          text        not null default '',
  created_at      timestamptz not null default now(),
  last_used_at    timestamptz not null default now(),
  idle_expires_at timestamptz not null,
  expires_at      timestamptz not null,
  revoked_at      timestamptz,
  revoked_reason  text,
  constraint session_pkey primary key (id),
  constraint session_user_fkey foreign key (user_id) references app_user (id)
);
create index session_user_idx on session (user_id, id);

-- Tokens are hashed. successor_sealed is the next token, sealed with a key only the holder of this one can derive,
-- so that a lost answer can be repeated.
create table refresh_token (
  token_hash       bytea       not null,
  session_id       uuid        not null,
  created_at       timestamptz not null default now(),
  used_at          timestamptz,
  successor_hash   bytea,
  successor_sealed bytea,
  constraint refresh_token_pkey primary key (token_hash),
  constraint refresh_token_session_fkey foreign key (session_id) references session (id) on delete cascade
);
create index refresh_token_session_idx on refresh_token (session_id);

-- pending_sealed keeps a verified identity between invite_code_required and the second try with the code.
create table login_attempt (
  id             uuid        not null,
  provider       text        not null,
  redirect_uri   text        not null,
  code_challenge text        not null,
  nonce          text        not null,
  created_at     timestamptz not null default now(),
  expires_at     timestamptz not null,
  used_at        timestamptz,
  code_hash      bytea,
  pending_sealed bytea,
  tries          integer     not null default 0,
  finished_at    timestamptz,
  constraint login_attempt_pkey primary key (id),
  constraint login_attempt_provider_check check (provider in ('google', 'entra'))
);
create index login_attempt_expires_idx on login_attempt (expires_at);

-- generation numbers the keys: of two replicas that make the next key at once, one finds the number taken.
create table signing_key (
  id             text        not null,
  generation     bigint      not null,
  algorithm      text        not null,
  public_key     bytea       not null,
  private_sealed bytea       not null,
  created_at     timestamptz not null default now(),
  signs_from     timestamptz not null,
  retired_at     timestamptz,
  constraint signing_key_pkey primary key (id),
  constraint signing_key_generation_key unique (generation)
);

-- mssp_id is all zero where no tenant is known, as for a sign-in without invite.
create table audit_log (
  mssp_id    uuid        not null,
  id         uuid        not null,
  at         timestamptz not null default now(),
  actor_id   uuid,
  actor      text        not null default '',
  action     text        not null,
  target     text        not null default '',
  detail     jsonb       not null default '{}',
  request_id text        not null default '',
  constraint audit_log_pkey primary key (mssp_id, id)
);
