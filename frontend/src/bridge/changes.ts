import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import type { NewInvite, OrganisationChange, OwnSession, Page, UserChange, UserItem } from "./models";
import { portal } from "./portal";
import { toProblem } from "./problem";
import { keys } from "./queries";

// What a screen may change. Each asks anew for what it made stale.

/**
 * Starts a sync of a connection, or of the one that has waited longest where none is named; rejects with sync_running
 * while one is under way, no_product without anything to sync, conflict for a paused one.
 */
export function useStartSync(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (connectionID: string | undefined) => portal().startSync(connectionID),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: keys.connections(grant) });
      return queries.invalidateQueries({ queryKey: keys.syncs(grant) });
    },
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

/** Gives an invite a fresh code; the answer is the only place it is ever in. */
export function useResendInvite(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => portal().resendInvite(id),
    gcTime: 0,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.invites(grant) }),
  });
}

// The rows on screen follow at once; whether the person still belongs into the list is asked anew.
function refresh(queries: QueryClient, grant: string, id: string, change: (user: UserItem) => UserItem) {
  const changed = (page: Page<UserItem>) => ({
    ...page,
    items: page.items.map((user) => (user.id === id ? change(user) : user)),
  });
  queries.setQueriesData<InfiniteData<Page<UserItem>>>(
    { queryKey: keys.users(grant) },
    (list) => list && { ...list, pages: list.pages.map(changed) },
  );
}

// After the rows have been drawn as changed: whoever drops out of the list is still seen as they are now.
const askAnew = (queries: QueryClient, grant: string) =>
  void setTimeout(() => void queries.invalidateQueries({ queryKey: keys.users(grant) }));

/** Changes what a person may do; rejects with conflict for the last administrator and for oneself. */
export function useChangeUser(grant: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: UserChange) => portal().changeUser(id, change),
    onSuccess: (changed) => refresh(queries, grant, id, () => changed),
    onSettled: () => {
      askAnew(queries, grant);
      // A deactivation revokes the person's open invites.
      void queries.invalidateQueries({ queryKey: keys.invites(grant) });
    },
  });
}

/** Ends every session of a person. */
export function useSignOutUser(grant: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => portal().signOutUser(id),
    onSuccess: () => refresh(queries, grant, id, (user) => ({ ...user, sessions: 0 })),
    onSettled: () => askAnew(queries, grant),
  });
}

/** Changes the MSSP; days, expiry and the trend may be others then, so everything is asked for again. */
export function useChangeOrganisation(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: OrganisationChange) => portal().changeOrganisation(change),
    onSuccess: (changed) => {
      queries.setQueryData(keys.organisation(grant), changed);
      void queries.invalidateQueries({ queryKey: keys.all(grant) });
    },
  });
}

/** The grants of whoever is signed in are the session's to load again. */
export function useClaimInvite(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (code: string) => portal().claimInvite(code),
    onSuccess: () => void queries.invalidateQueries({ queryKey: keys.all(grant) }),
  });
}

// Whoever ended it before us: it has ended.
const endOne = ({ id }: OwnSession) =>
  portal()
    .endSession(id)
    .catch((problem) => {
      if (toProblem(problem).code !== "not_found") throw problem;
    });

/** Ends sessions of one's own, one after the other; what has ended stays so where a later one fails. */
export function useEndSessions(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (sessions: OwnSession[]) => {
      for (const session of sessions) await endOne(session);
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: keys.sessions(grant) }),
  });
}
