// The changes of the fake: as many as the counts of its merged runs, in the scope of the viewer.
import { changeFields, changeKinds } from "./enums";
import { isChosen } from "./fakeFilters";
import { page } from "./fakeLists";
import type { FakeVisit, World } from "./fakeWorld";
import type {
  ChangeFilter,
  ChangeKind,
  ChangeVisit,
  Client,
  ListedChange,
  Me,
  PageQuery,
  Scope,
  SyncRun,
} from "./models";
import { Problem } from "./problem";
import { isMerged } from "./runs";

interface Tools {
  world: World;
  /** Returns the viewer; throws forbidden where their role lacks the permission. */
  need: (permission: Me["permissions"][number]) => Me;
  scope: () => Scope;
}

/** A visit ends this long after it was saved. */
const visitLasts = 30 * 60_000;

/** A group of more changes than this is one line of a grouped list. */
const few = 3;

/** Where clients move from, by turns. */
const formerMSPs = [1, 0];

const fields = [
  { field: "seats_total", before: "40", after: "60" },
  { field: "expires_on", before: "2027-01-31", after: "2028-01-31" },
  { field: "name", before: "Old Name Ltd", after: "New Name Ltd" },
  { field: "products", before: "Threat Prevention", after: "Threat Prevention, Patch Management" },
];

/** A change with the MSPs that it belongs to. */
type Made = ListedChange & { msps: string[] };

function changeOf(run: SyncRun, kind: ChangeKind, client: Client, n: number, world: World): Made {
  const from = world.msps[formerMSPs[n % 2] ?? 0];
  const bare = { field: null, before: null, after: null };
  const moved = { field: "msp", before: from?.name ?? null, after: client.msp_name };
  const what = (kind === "moved" ? moved : kind === "changed" ? fields[n % fields.length] : bare) ?? bare;
  const under = client.msp_id ?? "none";
  const msps = kind === "moved" ? [from?.id ?? "none", under] : [under];
  return {
    id: `${run.id} ${kind} ${n}`,
    at: run.finished_at ?? run.created_at,
    kind,
    run_id: run.id,
    reason: null,
    elsewhere: null,
    actor: run.reviewer_name === null ? null : { name: run.reviewer_name },
    entity: "client",
    entity_id: client.id,
    name: client.name,
    left: false,
    msp_id: kind === "moved" ? null : client.msp_id,
    msp_name: kind === "moved" ? null : client.msp_name,
    seats_total: client.seats_total,
    group_id: [run.id, kind, what.field, ...msps].join(" "),
    alike: 1,
    msps,
    ...what,
  };
}

function changesOf(run: SyncRun, world: World): Made[] {
  const counts: [ChangeKind, number][] = [
    ["added", run.added],
    ["changed", run.changed - run.moved - run.returned],
    ["missing", run.missing],
    ["moved", run.moved],
    ["removed", run.removed],
    ["returned", run.returned],
  ];
  let at = 0;
  return counts.flatMap(([kind, count]) =>
    Array.from({ length: Math.max(0, count) }, (_, n) =>
      changeOf(run, kind, world.clients[at++ % world.clients.length] as Client, n, world),
    ),
  );
}

/**
 * A change as users of one of its MSPs see it. Of a move they know neither the other MSP nor how many others there were,
 * and of a client that left its name.
 */
function seenBy(mspId: string, change: Made): Made[] {
  if (!change.msps.includes(mspId)) return [];
  if (change.kind !== "moved") return [change];
  const came = change.msps[1] === mspId;
  const seen: Made = {
    ...change,
    ...(came ? { before: null, elsewhere: "before" } : { after: null, elsewhere: "after", left: true }),
    seats_total: came ? change.seats_total : null,
    group_id: `${change.run_id} ${came ? "came" : "left"} ${mspId}`,
    msps: [mspId],
  };
  return [seen];
}

/** All changes that the users of an MSP see, or those of the MSSP, those of a group together, with ids for the groups. */
function allChanges(world: World, mspId: string | undefined): Made[] {
  const runs = world.runs
    .filter(isMerged)
    .toSorted((a, b) => String(b.finished_at).localeCompare(String(a.finished_at)));
  const groups = new Map<string, Made[]>();
  const seen = runs
    .flatMap((run) => changesOf(run, world))
    .flatMap((change) => (mspId ? seenBy(mspId, change) : change));
  for (const change of seen) {
    groups.set(change.group_id, [...(groups.get(change.group_id) ?? []), change]);
  }
  return [...groups.values()].flatMap((group, n) =>
    group.map((change) => ({
      ...change,
      group_id: `0195a000-0000-7000-c000-${String(n).padStart(12, "0")}`,
    })),
  );
}

const isDate = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text);

const wrongSpan = (field: string, message: string) => new Problem("invalid", { field, message });

/** The time of a date, plus so many days, or of a time. */
function momentOf(field: "since" | "until", text: string, later: number): number {
  const at = Date.parse(text);
  if (Number.isNaN(at) || (!isDate(text) && !text.includes("T")))
    throw wrongSpan(field, `${field} is a date or a time.`);
  return isDate(text) ? at + later * 86_400_000 : at;
}

const matches = (change: Made, wanted: ChangeFilter) =>
  isChosen(change.kind, changeKinds, "kind", wanted.kind) &&
  isChosen(change.field ?? "", changeFields, "field", wanted.field) &&
  (!wanted.msp_id || change.msps.includes(wanted.msp_id)) &&
  (!wanted.run_id || change.run_id === wanted.run_id) &&
  (!wanted.group_id || change.group_id === wanted.group_id) &&
  (!wanted.customer_id || change.entity_id === wanted.customer_id);

/** One line for each group of more than a few. */
function grouped(changes: Made[]): Made[] {
  const sizes = new Map<string, number>();
  for (const { group_id } of changes) sizes.set(group_id, (sizes.get(group_id) ?? 0) + 1);
  return changes
    .filter(
      (change, n) => (sizes.get(change.group_id) ?? 0) <= few || changes[n - 1]?.group_id !== change.group_id,
    )
    .map((change) => {
      const alike = sizes.get(change.group_id) ?? 0;
      return alike > few ? { ...change, alike } : change;
    });
}

export function fakeChanges({ world, need, scope }: Tools) {
  const inScope = (): Made[] => {
    const { msp_id, client_id } = scope();
    const all = allChanges(world, client_id ? undefined : msp_id).map((change) =>
      client_id || msp_id ? { ...change, actor: null } : change,
    );
    if (client_id) return all.filter(({ kind, entity_id }) => kind !== "moved" && entity_id === client_id);
    return all;
  };

  const visitOf = (grantID: string): FakeVisit | undefined => {
    const before = world.visitedAt === null ? undefined : Date.parse(world.visitedAt);
    return (
      world.visits.get(grantID) ??
      (before === undefined ? undefined : { seenTo: before, since: null, touched: before })
    );
  };

  function lastVisit(): number | null {
    const visit = visitOf(need("see_clients").grant.id);
    if (!visit) return null;
    const seen = visit.touched < Date.now() - visitLasts ? visit.seenTo : visit.since;
    return seen === null ? null : seen + 1;
  }

  function sinceOf(text: string | undefined): number | null {
    if (!text) return null;
    if (text === "last_visit") return lastVisit();
    const days = /^(\d{1,4})d$/.exec(text);
    if (!days) return momentOf("since", text, 0);
    return Date.parse(new Date(Date.now() - Number(days[1]) * 86_400_000).toISOString().slice(0, 10));
  }

  function list(query: ChangeFilter & { grouped?: "yes" } & PageQuery) {
    need("see_clients");
    const since = sinceOf(query.since);
    const until = query.until ? momentOf("until", query.until, 1) : null;
    if (since !== null && until !== null && until <= since) {
      throw wrongSpan("until", "until must be later than since.");
    }
    const all = inScope();
    const found = all.filter((change) => {
      const at = Date.parse(change.at);
      return matches(change, query) && at >= (since ?? -Infinity) && at < (until ?? Infinity);
    });
    const lines = query.grouped && !query.customer_id ? grouped(found) : found;
    return {
      ...page<ListedChange>(
        lines.map(({ msps: _, ...change }) => change),
        query,
        world.dataAsOf,
      ),
      total: found.length,
      since: since === null ? null : new Date(since).toISOString(),
      newest_at: all[0]?.at ?? null,
    };
  }

  function visit({ seen_to }: ChangeVisit) {
    const { grant } = need("see_clients");
    const before = visitOf(grant.id);
    const seen = Math.min(Date.parse(seen_to), Date.now());
    const over = before !== undefined && before.touched < Date.now() - visitLasts;
    world.visits.set(grant.id, {
      since: over ? before.seenTo : (before?.since ?? null),
      seenTo: Math.max(before?.seenTo ?? 0, seen),
      touched: Date.now(),
    });
  }

  /** How many changes there are since the last visit; null before the first. */
  const sinceVisit = () => (lastVisit() === null ? null : list({ since: "last_visit" }).total);

  return { list, visit, sinceVisit };
}
