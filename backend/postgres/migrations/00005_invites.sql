-- +goose Up

-- life is how long an invite is valid after it is created or resent; null in invites from before this migration.
-- language is the language of its mail. code_sealed is the code until it has been mailed, sealed with a key that is
-- not in the database. mailed_at are the times of the mails of the last hour, for the limit on their number.
alter table pre_assigned_role
  add column life        interval,
  add column language    text          not null default '',
  add column code_sealed bytea,
  add column mail        text          not null default 'none',
  add column mailed_at   timestamptz[] not null default '{}',
  add constraint pre_assigned_role_mail_check check (mail in ('none', 'queued', 'sent', 'failed'));
