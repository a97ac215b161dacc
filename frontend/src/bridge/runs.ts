import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { type List, useList } from "./lists";
import type { SyncRun } from "./models";
import { keys, syncsQuery } from "./queries";

export interface Runs extends List<SyncRun> {
  /** The run that is queued or under way. */
  moving: SyncRun | undefined;
}

const moves = (run: SyncRun) => run.status === "queued" || run.status === "running";

/**
 * The sync runs, asked again every two seconds while one is under way. When it ends, everything it may have
 * changed is asked anew.
 */
export function useRuns(grant: string, enabled = true): Runs {
  const queries = useQueryClient();
  const list = useList({
    ...syncsQuery(grant),
    enabled,
    refetchInterval: ({ state }) => (state.data?.pages[0]?.items.some(moves) ? 2_000 : false),
  });
  const moving = list.rows.find(moves);
  const now = moving?.id;
  const watched = useRef<string | undefined>(undefined);
  useEffect(() => {
    const ended = watched.current !== undefined && now === undefined;
    watched.current = now;
    if (!ended) return;
    for (const noun of [keys.overview, keys.msps, keys.clients]) {
      void queries.invalidateQueries({ queryKey: noun(grant) });
    }
  }, [now, grant, queries]);
  return { ...list, moving };
}
