// The sync calls of the fake. A connection has one active run at a time.
import { run as newRun } from "./fakeRecords";
import { reviewItems, reviewTotals } from "./fakeReviews";
import type { World } from "./fakeWorld";
import type {
  ChangeKind,
  Client,
  Me,
  Page,
  PageQuery,
  ReviewFilter,
  RunChange,
  RunChangeFilter,
  SyncRun,
} from "./models";
import { Problem } from "./problem";
import { isActive, isMerged } from "./runs";

interface Tools {
  world: World;
  /** Returns the viewer; throws forbidden where their role lacks the permission. */
  need: (permission: Me["permissions"][number]) => Me;
  page: <Item>(items: Item[], query: PageQuery, dataAsOf: string | null) => Page<Item>;
  emit: (run: SyncRun) => void;
}

const fields = [
  { field: "seats_total", before: "40", after: "60" },
  { field: "expires_on", before: "2027-01-31", after: "2028-01-31" },
  { field: "name", before: "Old Name Ltd", after: "New Name Ltd" },
  { field: "products", before: "Threat Prevention", after: "Threat Prevention, Patch Management" },
];

function changeOf(run: SyncRun, kind: ChangeKind, client: Client, n: number): RunChange {
  const place = { before: "Baltic Managed Systems", after: client.msp_name };
  const bare = { field: null, before: null, after: null };
  const what =
    kind === "changed" ? fields[n % fields.length] : kind === "moved" ? { field: "msp", ...place } : bare;
  return {
    at: run.finished_at ?? run.created_at,
    kind,
    run_id: run.id,
    reason: null,
    actor: run.reviewer_name === null ? null : { name: run.reviewer_name },
    entity: "client",
    entity_id: client.id,
    name: client.name,
    msp_name: client.msp_name,
    seats_total: client.seats_total,
    ...(what ?? bare),
  };
}

/** As many changes as the counts of a run, ordered by kind. */
function changesOf(run: SyncRun, world: World): RunChange[] {
  if (!isMerged(run)) return [];
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
    Array.from({ length: Math.max(0, count) }, (_, n) => {
      const client = world.clients[at++ % world.clients.length] as Client;
      return changeOf(run, kind, client, n);
    }),
  );
}

const alreadyDecided = new Problem("conflict", {
  message: "This sync no longer waits for a decision: it was decided or a later sync replaced it.",
});

export function fakeSyncs({ world, need, page, emit }: Tools) {
  const watches = new Map<string, { count: number; timer: ReturnType<typeof setInterval> }>();

  const known = (id: string): SyncRun => {
    const run = world.runs.find((one) => one.id === id);
    if (!run) throw new Problem("not_found", { message: "No such run." });
    return run;
  };

  function put(run: SyncRun): SyncRun {
    world.runs = world.runs.map((one) => (one.id === run.id ? run : one));
    return run;
  }

  function queue(connectionID: string): SyncRun {
    const now = new Date().toISOString();
    const bare = {
      seen: 0,
      msps: 0,
      clients: 0,
      other: 0,
      added: 0,
      changed: 0,
      calls: 0,
      finished_at: null,
    };
    const run = newRun(1, {
      ...bare,
      id: crypto.randomUUID(),
      connection_id: connectionID,
      trigger: "manual",
      requester_name: need("run_sync").user.name,
      status: "running",
      created_at: now,
      started_at: now,
    });
    world.runs = [run, ...world.runs];
    return run;
  }

  const busy = (id: string) => world.runs.some((run) => run.connection_id === id && isActive(run));

  function chosen(id: string): string {
    const connection = world.connections.find((one) => one.id === id);
    if (!connection) throw new Problem("not_found", { message: "No such connection." });
    if (connection.paused) {
      throw new Problem("conflict", { message: "This connection is paused. Resume it first, then sync it." });
    }
    return id;
  }

  function longestWaiting(): string {
    const able = world.connections.filter(({ paused }) => !paused);
    const connection = able.find(({ id }) => !busy(id)) ?? able[0];
    if (!connection) throw new Problem("no_product", { message: "Nothing to sync." });
    return connection.id;
  }

  function start(connectionID?: string): SyncRun {
    need("run_sync");
    const id = connectionID ? chosen(connectionID) : longestWaiting();
    if (busy(id)) throw new Problem("sync_running", { message: "A sync is under way." });
    return queue(id);
  }

  function inReview(id: string): { run: SyncRun; by: Pick<SyncRun, "reviewed_by" | "reviewer_name"> } {
    const { user } = need("run_sync");
    const run = known(id);
    if (run.status !== "needs_review") throw alreadyDecided;
    return { run, by: { reviewed_by: user.id, reviewer_name: user.name } };
  }

  function accept(id: string): SyncRun {
    const { run, by } = inReview(id);
    if (world.runs.some(isActive)) throw new Problem("sync_running", { message: "A sync is under way." });
    return put({
      ...run,
      status: "queued",
      ...by,
      reviewed_at: new Date().toISOString(),
      error: null,
    });
  }

  function discard(id: string): SyncRun {
    const { run, by } = inReview(id);
    const now = new Date().toISOString();
    return put({ ...run, status: "discarded", ...by, reviewed_at: now, finished_at: now });
  }

  function unwatch(id: string) {
    const watch = watches.get(id);
    if (!watch) return;
    watch.count -= 1;
    if (watch.count > 0) return;
    clearInterval(watch.timer);
    watches.delete(id);
  }

  function watch(id: string) {
    need("see_syncs");
    const run = known(id);
    const before = watches.get(id);
    if (before) {
      before.count += 1;
      return emit(run);
    }
    let sent = JSON.stringify(run);
    const sendChange = () => {
      const now = world.runs.find((one) => one.id === id);
      if (!now || JSON.stringify(now) === sent) return;
      sent = JSON.stringify(now);
      emit(now);
      if (!isActive(now)) clearInterval(timer);
    };
    const timer = setInterval(sendChange, 50);
    watches.set(id, { count: 1, timer });
    emit(run);
  }

  return {
    queue,
    put,
    start,
    accept,
    discard,
    watch,
    unwatch,
    list: (query: PageQuery) => {
      need("see_syncs");
      return page(world.runs, query, world.dataAsOf);
    },
    one: (id: string) => {
      need("see_syncs");
      return known(id);
    },
    changes: (id: string, query: RunChangeFilter & PageQuery) => {
      need("see_syncs");
      const lines = changesOf(known(id), world).filter(({ kind }) => !query.kind || kind === query.kind);
      return { ...page(lines, query, null), total: null };
    },
    review: (id: string, { q, kind, msp_id, effect, ...query }: ReviewFilter & PageQuery) => {
      need("see_syncs");
      const items = reviewItems(known(id), world, { q, kind, msp_id, effect });
      return page(items, query, null);
    },
    reviewTotals: (id: string) => {
      need("see_syncs");
      return reviewTotals(known(id), world);
    },
  };
}
