-- +goose Up

-- life is how long an invite is good for from when it is made or sent again; null in invites older than this step.
-- language is what its mail is written in. code_sealed is the code until it has been mailed, sealed with a key the
-- database does not have. mailed_at are the mails of the last hour, which their number is limited by.
alter table pre_assigned_role
  add column life        interval,
  add column language    text          not null default '',
  add column code_sealed bytea,
  add column mail        text          not null default 'none',
  add column mailed_at   timestamptz[] not null default '{}',
  add constraint pre_assigned_role_mail_check check (mail in ('none', 'queued', 'sent', 'failed'));
