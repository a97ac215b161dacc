// The sync calls of the fake. A connection has one active run at a time.
import { matchingRuns } from "./fakeFilters";
import { run as newRun } from "./fakeRecords";
import { reviewItems, reviewTotals } from "./fakeReviews";
import type { World } from "./fakeWorld";
import type { Me, Page, PageQuery, ReviewFilter, SyncFilter, SyncRun } from "./models";
import { Problem } from "./problem";
import { isActive } from "./runs";

interface Tools {
  world: World;
  /** Returns the viewer; throws forbidden where their role lacks the permission. */
  need: (permission: Me["permissions"][number]) => Me;
  page: <Item>(items: Item[], query: PageQuery, dataAsOf: string | null) => Page<Item>;
  emit: (run: SyncRun) => void;
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
    list: (query: SyncFilter & PageQuery) => {
      need("see_syncs");
      return page(matchingRuns(world.runs, query), query, world.dataAsOf);
    },
    one: (id: string) => {
      need("see_syncs");
      return known(id);
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
