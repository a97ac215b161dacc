import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { ConnectionChange, ConnectionTrial, FieldMapChange, NewConnection } from "./models";
import { portal } from "./portal";
import { fieldMapQuery, keys, syncQuery } from "./queries";
import { refreshAfterRun } from "./runs";

// What an administrator may do about products and their runs. API keys are not kept once a dialog is gone: gcTime 0.

/** Asks the product what it says to a connection; that it refuses is an answer. */
export function useTestConnection() {
  return useMutation({
    mutationFn: (trial: ConnectionTrial) => portal().testConnection(trial),
    gcTime: 0,
  });
}

/** Saves a connection the product accepts; its first run is queued. */
export function useCreateConnection(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (connection: NewConnection) => portal().createConnection(connection),
    gcTime: 0,
    onSuccess: () => refreshAfterRun(queries, grant),
  });
}

/** Changes a connection; what the product must accept is tried first, and synced at once. */
export function useChangeConnection(grant: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: ConnectionChange) => portal().changeConnection(id, change),
    gcTime: 0,
    onSettled: () => {
      for (const noun of [keys.connections, keys.syncs, keys.overview]) {
        void queries.invalidateQueries({ queryKey: noun(grant) });
      }
    },
  });
}

/** Changes which path fills which field; a run that uses it is queued. */
export function useChangeFieldMap(grant: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: FieldMapChange) => portal().changeFieldMap(id, change),
    onSuccess: (map) => {
      queries.setQueryData(fieldMapQuery(grant, id).queryKey, map);
      refreshAfterRun(queries, grant);
    },
  });
}

/** Says whether clients see a field; no run is queued. */
export function useShareField(grant: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ path, shared }: { path: string; shared: boolean }) =>
      portal().changeFieldMap(id, { fields: {}, shared: { [path]: shared } }),
    onSuccess: (map) => queries.setQueryData(fieldMapQuery(grant, id).queryKey, map),
  });
}

/** Notes that the field map of a run is being looked at, so that the overview stops asking for it. */
export function useFieldMapSeen(grant: string, id: string, runID: string | null | undefined) {
  const queries = useQueryClient();
  useEffect(() => {
    if (!runID) return;
    // If this fails, the overview goes on asking; nothing else is lost.
    portal()
      .seeFieldMap(id, runID)
      .then(() => queries.invalidateQueries({ queryKey: keys.overview(grant) }))
      .catch(() => undefined);
  }, [queries, grant, id, runID]);
}

/** An admin's word on a run in review; rejects with conflict when somebody or a later run was faster. */
export function useDecideSync(grant: string, id: string, word: "accept" | "discard") {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => (word === "accept" ? portal().acceptSync(id) : portal().discardSync(id)),
    onSuccess: (run) => queries.setQueryData(syncQuery(grant, id).queryKey, run),
    onSettled: () => refreshAfterRun(queries, grant),
  });
}
