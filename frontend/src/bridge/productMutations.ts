import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { ConnectionChange, ConnectionTrial, FieldMapChange, NewConnection } from "./models";
import { getPortal } from "./portal";
import { fieldMapQuery, keys, syncQuery } from "./queries";
import { refreshAfterRun } from "./runs";

// What an administrator may change about products and runs. gcTime 0: API keys must not stay in the cache.

/** Tests a connection; a refusal by the product is a result, not an error. */
export function useTestConnection() {
  return useMutation({
    mutationFn: (trial: ConnectionTrial) => getPortal().testConnection(trial),
    gcTime: 0,
  });
}

/** Saves a connection that the product accepts; its first run is queued. */
export function useCreateConnection(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (connection: NewConnection) => getPortal().createConnection(connection),
    gcTime: 0,
    onSuccess: () => refreshAfterRun(queries, grant),
  });
}

/** Changes a connection; a new key, customer or address is tested first and synced at once. */
export function useChangeConnection(grant: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: ConnectionChange) => getPortal().changeConnection(id, change),
    gcTime: 0,
    onSettled: () => {
      for (const noun of [keys.connections, keys.syncs, keys.overview]) {
        void queries.invalidateQueries({ queryKey: noun(grant) });
      }
    },
  });
}

/** Changes which path fills which field; a run that uses the change is queued. */
export function useChangeFieldMap(grant: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: FieldMapChange) => getPortal().changeFieldMap(id, change),
    onSuccess: (map) => {
      queries.setQueryData(fieldMapQuery(grant, id).queryKey, map);
      refreshAfterRun(queries, grant);
    },
  });
}

/** Changes whether clients see a field; no run is queued. */
export function useShareField(grant: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ path, shared }: { path: string; shared: boolean }) =>
      getPortal().changeFieldMap(id, { fields: {}, shared: { [path]: shared } }),
    onSuccess: (map) => queries.setQueryData(fieldMapQuery(grant, id).queryKey, map),
  });
}

/** Marks the field map of a run as seen, which removes it from the overview. */
export function useFieldMapSeen(grant: string, id: string, runID: string | null | undefined) {
  const queries = useQueryClient();
  useEffect(() => {
    if (!runID) return;
    // If this fails, the overview keeps showing it.
    getPortal()
      .seeFieldMap(id, runID)
      .then(() => queries.invalidateQueries({ queryKey: keys.overview(grant) }))
      .catch(() => undefined);
  }, [queries, grant, id, runID]);
}

/** Accepts or discards a run in review; rejects with conflict when it is no longer in review. */
export function useDecideSync(grant: string, id: string, decision: "accept" | "discard") {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => (decision === "accept" ? getPortal().acceptSync(id) : getPortal().discardSync(id)),
    onSuccess: (run) => queries.setQueryData(syncQuery(grant, id).queryKey, run),
    onSettled: () => refreshAfterRun(queries, grant),
  });
}
