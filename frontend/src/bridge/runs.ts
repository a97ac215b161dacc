import { type InfiniteData, type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { type List, useList } from "./lists";
import type { ConnectionItem, Connections, Page, SyncFilter, SyncRun } from "./models";
import { getPortal } from "./portal";
import { keys, syncQuery, syncsQuery } from "./queries";

export interface Runs extends List<SyncRun> {
  /** The runs that are queued or running, at most one per connection. */
  active: SyncRun[];
}

/** The age in milliseconds from which data is stale: several scheduled syncs were missed. */
export const staleAfter = 24 * 3_600_000;

/** Whether a run is queued or running. */
export const isActive = (run: Pick<SyncRun, "status">) => run.status === "queued" || run.status === "running";

/** Whether a run has changed the portal. A partial run did so for the customers that it could read. */
export const isMerged = (run: Pick<SyncRun, "status">) =>
  run.status === "complete" || run.status === "partial";

/** Whether a run failed because the field map does not say which field is the id or the type. */
export const isUnmapped = (run: Pick<SyncRun, "status" | "error_code">) =>
  run.status === "failed" && run.error_code === "unmapped";

/** Updates a run in every cached query that holds it. */
function updateCached(queries: QueryClient, grant: string, run: SyncRun) {
  const swap = (page: Page<SyncRun>) => ({
    ...page,
    items: page.items.map((cached) => (cached.id === run.id ? run : cached)),
  });
  queries.setQueriesData<InfiniteData<Page<SyncRun>>>(
    { queryKey: [...keys.syncs(grant), "list"] },
    (list) => list && { ...list, pages: list.pages.map(swap) },
  );
  queries.setQueryData(syncQuery(grant, run.id).queryKey, run);
  queries.setQueryData<Connections>(
    keys.connections(grant),
    (all) =>
      all && {
        ...all,
        items: all.items.map((item) => (item.last_run?.id === run.id ? { ...item, last_run: run } : item)),
      },
  );
}

/** Refetches everything that a finished run may have changed. */
export function refreshAfterRun(queries: QueryClient, grant: string) {
  for (const noun of [keys.overview, keys.msps, keys.clients, keys.syncs, keys.connections, keys.fieldMaps]) {
    void queries.invalidateQueries({ queryKey: noun(grant) });
  }
}

/** Updates the cache with each event of a run until the returned function is called. */
function watch(queries: QueryClient, grant: string, id: string): () => void {
  const stop = getPortal().on("sync:run", ({ run }) => {
    if (run.id === id) updateCached(queries, grant, run);
  });
  // Where watching fails, the refetch interval of the list keeps the run up to date.
  const watching = getPortal()
    .watchSync(id)
    .then(
      () => true,
      () => false,
    );
  return () => {
    stop();
    void watching.then((watched) => {
      if (watched)
        getPortal()
          .unwatchSync(id)
          .catch(() => undefined);
    });
  };
}

/** Watches running runs by their events, and refetches what a run may have changed once it has ended. */
function useWatch(grant: string, ids: string[]) {
  const queries = useQueryClient();
  const key = ids.toSorted().join(" ");
  const before = useRef(key);
  useEffect(() => {
    const ended = before.current.split(" ").some((id) => !key.split(" ").includes(id));
    before.current = key;
    if (ended) refreshAfterRun(queries, grant);
  }, [queries, grant, key]);
  useEffect(() => {
    const stops = key === "" ? [] : key.split(" ").map((id) => watch(queries, grant, id));
    return () => {
      for (const stop of stops) stop();
    };
  }, [queries, grant, key]);
}

// Events report the progress of a run. The list is refetched as well, in case events are lost and for scheduled runs.
const activeInterval = 15_000;
const idleInterval = 60_000;

/** The sync runs that match a filter, refetched more often while one of them is under way. */
export function useRunList(grant: string, filter: SyncFilter = {}, enabled = true): List<SyncRun> {
  return useList({
    ...syncsQuery(grant, filter),
    enabled,
    refetchInterval: ({ state }) =>
      state.data?.pages[0]?.items.some(isActive) ? activeInterval : idleInterval,
  });
}

/** All sync runs; those under way are watched by their events. */
export function useRuns(grant: string, enabled = true): Runs {
  const list = useRunList(grant, {}, enabled);
  const active = list.rows.filter(isActive);
  useWatch(
    grant,
    active.map(({ id }) => id),
  );
  return { ...list, active };
}

/** Watches the newest run of each connection while it is under way. */
export function useLastRuns(grant: string, connections: ConnectionItem[] = []) {
  useWatch(
    grant,
    connections.flatMap(({ last_run: run }) => (run && isActive(run) ? [run.id] : [])),
  );
}

/** One run, watched by its events while it is under way. row is the run where a list has it already. */
export function useRun(grant: string, id: string, row?: SyncRun) {
  const query = useQuery({ ...syncQuery(grant, id), enabled: row === undefined });
  const run = row ?? query.data;
  useWatch(grant, run && isActive(run) ? [id] : []);
  return { run, query };
}
