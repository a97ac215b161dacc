-- +goose NO TRANSACTION
-- +goose Up

-- Each statement can be repeated. No statement locks client, and the trigger on mssp makes writers of mssp wait until the
-- running merges have ended, but no reader.

-- How many active clients of an MSP have a licence that ends on a day. msp_id is all zero directly under the MSSP. There is
-- no row for a day on which none ends. There is no foreign key: only a function writes this table, for clients that exist,
-- and checking the rows of a big MSSP takes longer than writing them.
create table if not exists client_end (
  mssp_id uuid   not null,
  msp_id  uuid   not null,
  day     date   not null,
  n       bigint not null,
  constraint client_end_pkey primary key (mssp_id, msp_id, day) include (n)
);

-- The sums over client_end as of a day, the MSSP's present day when they were written: how many licences end before that
-- day, and before the 31st and the 91st day after it. Readers add what has changed since that day from client_end.
create table if not exists client_end_sum (
  mssp_id   uuid   not null,
  msp_id    uuid   not null,
  day       date   not null,
  before_0  bigint not null,
  before_31 bigint not null,
  before_91 bigint not null,
  constraint client_end_sum_pkey primary key (mssp_id, msp_id),
  constraint client_end_sum_mssp_fkey foreign key (mssp_id) references mssp (id)
);

alter table client_end     enable row level security;
alter table client_end_sum enable row level security;
drop policy if exists client_end_of_mssp on client_end;
create policy client_end_of_mssp on client_end to portal_mssp using (mssp_id = scope_mssp());
drop policy if exists client_end_of_msp on client_end;
create policy client_end_of_msp on client_end to portal_msp using (mssp_id = scope_mssp() and msp_id = scope_msp());
drop policy if exists client_end_sum_of_mssp on client_end_sum;
create policy client_end_sum_of_mssp on client_end_sum to portal_mssp using (mssp_id = scope_mssp());
drop policy if exists client_end_sum_of_msp on client_end_sum;
create policy client_end_sum_of_msp on client_end_sum to portal_msp using (mssp_id = scope_mssp() and msp_id = scope_msp());
drop policy if exists client_end_sum_of_sync on client_end_sum;
create policy client_end_sum_of_sync on client_end_sum to portal_sync using (mssp_id = scope_mssp());
grant select on client_end, client_end_sum to portal_mssp, portal_msp;
grant select on client_end_sum to portal_sync;

-- sum_client_ends writes the sums of an MSSP as of its present day. Its callers hold the lock of the MSSP's row. Like
-- count_client_ends it runs as the owner: these two are the only writers, and no role of the server needs a privilege.
-- +goose StatementBegin
create or replace function sum_client_ends(of uuid) returns void
  language sql security definer set search_path = public, pg_temp as $$
    with fresh as materialized (
      select e.msp_id, t.day, coalesce(sum(e.n) filter (where e.day < t.day), 0)::bigint as before_0,
             coalesce(sum(e.n) filter (where e.day < t.day + 31), 0)::bigint as before_31,
             coalesce(sum(e.n) filter (where e.day < t.day + 91), 0)::bigint as before_91
      from client_end e
      cross join (
        select (now() at time zone z.time_zone)::date as day
        from mssp z
        where z.id = of) t
      where e.mssp_id = of
      group by 1, 2),
    gone as (
      delete from client_end_sum s
      where s.mssp_id = of
      and not exists (select from fresh f where f.msp_id = s.msp_id))
    insert into client_end_sum as s (mssp_id, msp_id, day, before_0, before_31, before_91)
    select of, f.msp_id, f.day, f.before_0, f.before_31, f.before_91
    from fresh f
    on conflict on constraint client_end_sum_pkey do update
    set (day, before_0, before_31, before_91) = (excluded.day, excluded.before_0, excluded.before_31, excluded.before_91)
    where (s.day, s.before_0, s.before_31, s.before_91)
      is distinct from (excluded.day, excluded.before_0, excluded.before_31, excluded.before_91)
  $$;
-- +goose StatementEnd

-- count_client_ends makes client_end equal to the clients of an MSSP. Rows that are equal are not even locked.
-- +goose StatementBegin
create or replace function count_client_ends(of uuid) returns void
  language sql security definer set search_path = public, pg_temp set enable_nestloop = off set jit = off set work_mem = '64MB' as $$
    with fresh as materialized (
      select coalesce(c.msp_id, '00000000-0000-0000-0000-000000000000') as msp_id, c.expires_on as day, count(*) as n
      from client c
      where c.mssp_id = of
      and c.status = 'active'
      and c.expires_on is not null
      group by 1, 2),
    differing as materialized (
      select coalesce(f.msp_id, e.msp_id) as msp_id, coalesce(f.day, e.day) as day, f.n
      from fresh f
      full join (
        select k.msp_id, k.day, k.n
        from client_end k
        where k.mssp_id = of) e on e.msp_id = f.msp_id and e.day = f.day
      where e.n is distinct from f.n),
    gone as (
      delete from client_end e
      using differing d
      where d.n is null
      and e.mssp_id = of
      and e.msp_id = d.msp_id
      and e.day = d.day)
    insert into client_end as e (mssp_id, msp_id, day, n)
    select of, d.msp_id, d.day, d.n
    from differing d
    where d.n is not null
    on conflict on constraint client_end_pkey do update
    set n = excluded.n;
    select sum_client_ends(of)
  $$;
-- +goose StatementEnd
revoke execute on function sum_client_ends(uuid), count_client_ends(uuid) from public;
grant execute on function sum_client_ends(uuid) to portal_sync;

-- Every merge, also of an older server, gives its MSSP a new version. The ends are counted when it commits, after it has
-- written the clients.
-- +goose StatementBegin
create or replace function count_ends_of_version() returns trigger
  language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform count_client_ends(new.id);
  return null;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
do $$
begin
  if not exists (select from pg_trigger where tgrelid = 'mssp'::regclass and tgname = 'client_ends_counted') then
    create constraint trigger client_ends_counted after update of version on mssp
      deferrable initially deferred for each row when (new.version <> old.version) execute function count_ends_of_version();
  end if;
end $$;
-- +goose StatementEnd

-- The clients from before are counted in one transaction for each MSSP, which waits for a merge of that MSSP.
-- +goose StatementBegin
do $$
declare
  of uuid;
begin
  for of in select z.id from mssp z order by 1 loop
    perform from mssp z where z.id = of for no key update;
    perform count_client_ends(of);
    commit;
  end loop;
end $$;
-- +goose StatementEnd
