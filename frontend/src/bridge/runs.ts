import { type InfiniteData, type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { type List, useList } from "./lists";
import type { ConnectionItem, Connections, Page, SyncRun } from "./models";
import { portal } from "./portal";
import { keys, syncQuery, syncsQuery } from "./queries";

export interface Runs extends List<SyncRun> {
  /** The runs that are queued or under way: one a connection at most. */
  moving: SyncRun[];
}

export const moves = (run: Pick<SyncRun, "status">) => run.status === "queued" || run.status === "running";

/** Whether a run has changed the portal: a partial one left alone what it could not read. */
export const merged = (run: Pick<SyncRun, "status">) => run.status === "complete" || run.status === "partial";

/** Whether a run failed because the field map has to say which field is the id or the type. */
export const unmapped = (run: Pick<SyncRun, "status" | "error_code">) =>
  run.status === "failed" && run.error_code === "unmapped";

/** Every place a run is kept in learns how it stands now. */
function know(queries: QueryClient, grant: string, run: SyncRun) {
  const swap = (page: Page<SyncRun>) => ({
    ...page,
    items: page.items.map((known) => (known.id === run.id ? run : known)),
  });
  queries.setQueryData<InfiniteData<Page<SyncRun>>>(
    syncsQuery(grant).queryKey,
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

/** Asks anew for everything a run that has ended may have changed. */
export function refreshAfterRun(queries: QueryClient, grant: string) {
  for (const noun of [keys.overview, keys.msps, keys.clients, keys.syncs, keys.connections, keys.fieldMaps]) {
    void queries.invalidateQueries({ queryKey: noun(grant) });
  }
}

/** Has each event of a run noted where the run is kept; the answer ends that. */
function watch(queries: QueryClient, grant: string, id: string): () => void {
  const stop = portal().on("sync:run", ({ run }) => {
    if (run.id === id) know(queries, grant, run);
  });
  // A run that cannot be watched is followed by asking for the lists again.
  const watching = portal()
    .watchSync(id)
    .then(
      () => true,
      () => false,
    );
  return () => {
    stop();
    void watching.then((watched) => {
      if (watched)
        portal()
          .unwatchSync(id)
          .catch(() => undefined);
    });
  };
}

/** Follows runs by their events while they are under way; after each, what it may have changed is asked anew. */
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

// While one is under way its events tell; asking is for when they do not come through, and for runs that begin by themselves.
const askWhileMoving = 15_000;
const askOtherwise = 60_000;

/** The sync runs, those under way followed by their events. */
export function useRuns(grant: string, enabled = true): Runs {
  const list = useList({
    ...syncsQuery(grant),
    enabled,
    refetchInterval: ({ state }) => (state.data?.pages[0]?.items.some(moves) ? askWhileMoving : askOtherwise),
  });
  const moving = list.rows.filter(moves);
  useWatch(
    grant,
    moving.map(({ id }) => id),
  );
  return { ...list, moving };
}

/** Follows the newest run of each connection by its events while it is under way. */
export function useLastRuns(grant: string, connections: ConnectionItem[] = []) {
  useWatch(
    grant,
    connections.flatMap(({ last_run: run }) => (run && moves(run) ? [run.id] : [])),
  );
}

/** One run, followed by its events while it is under way; row is what a list knows of it already. */
export function useRun(grant: string, id: string, row?: SyncRun) {
  const query = useQuery({ ...syncQuery(grant, id), enabled: row === undefined });
  const run = row ?? query.data;
  useWatch(grant, run && moves(run) ? [id] : []);
  return { run, query };
}
