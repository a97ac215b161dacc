import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ConnectionChange, ConnectionTrial, NewConnection } from "./models";
import { portal } from "./portal";
import { keys, syncQuery } from "./queries";
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

/** An admin's word on a run in review; rejects with conflict when somebody or a later run was faster. */
export function useDecideSync(grant: string, id: string, word: "accept" | "discard") {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => (word === "accept" ? portal().acceptSync(id) : portal().discardSync(id)),
    onSuccess: (run) => queries.setQueryData(syncQuery(grant, id).queryKey, run),
    onSettled: () => refreshAfterRun(queries, grant),
  });
}
