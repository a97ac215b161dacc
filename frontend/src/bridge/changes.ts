import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { NewInvite } from "./models";
import { portal } from "./portal";
import { keys } from "./queries";

// What a screen may change. Each asks anew for what it made stale.

/** Starts a sync; rejects with sync_running while one is under way, no_product without anything to sync. */
export function useStartSync(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => portal().startSync(),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.syncs(grant) }),
  });
}

/** Creates an invite; the answer is the only place its code is ever in. */
export function useCreateInvite(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (invite: NewInvite) => portal().createInvite(invite),
    // The code is not kept once the dialog is gone.
    gcTime: 0,
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.invites(grant) }),
  });
}

export function useRevokeInvite(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => portal().revokeInvite(id),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.invites(grant) }),
  });
}
