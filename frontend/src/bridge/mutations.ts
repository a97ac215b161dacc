import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import type {
  CustomerKind,
  NewInvite,
  OrganisationChange,
  OwnSession,
  Page,
  UserChange,
  UserItem,
} from "./models";
import { getPortal } from "./portal";
import { toProblem } from "./problem";
import { keys } from "./queries";

// The mutations of the screens. Each invalidates the queries that it makes stale.

/**
 * Starts a sync of a connection, by default of the one that has waited longest; rejects with sync_running while a sync
 * is under way, no_product where there is nothing to sync, and conflict for a paused connection.
 */
export function useStartSync(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (connectionID: string | undefined) => getPortal().startSync(connectionID),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: keys.connections(grant) });
      return queries.invalidateQueries({ queryKey: keys.syncs(grant) });
    },
  });
}

/** Opens the dashboard of a customer's product in the browser. */
export const useOpenDashboard = () =>
  useMutation({
    mutationFn: ({ kind, id }: { kind: CustomerKind; id: string }) => getPortal().openDashboard(kind, id),
  });

/** Opens the page of those who manage this computer in the browser. */
export const useOpenManagedBy = () => useMutation({ mutationFn: () => getPortal().openManagedBy() });

/** Creates an invite; only the result holds its code. */
export function useCreateInvite(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (invite: NewInvite) => getPortal().createInvite(invite),
    // The code must not stay in the cache after the dialog has closed.
    gcTime: 0,
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.invites(grant) }),
  });
}

export function useRevokeInvite(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => getPortal().revokeInvite(id),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.invites(grant) }),
  });
}

/** Replaces the code of an invite; only the result holds the new one. */
export function useResendInvite(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => getPortal().resendInvite(id),
    gcTime: 0,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.invites(grant) }),
  });
}

// Shows the change in the loaded rows at once. Whether the user still belongs in the list is known after a refetch.
function updateCached(queries: QueryClient, grant: string, id: string, change: (user: UserItem) => UserItem) {
  const changed = (page: Page<UserItem>) => ({
    ...page,
    items: page.items.map((user) => (user.id === id ? change(user) : user)),
  });
  queries.setQueriesData<InfiniteData<Page<UserItem>>>(
    { queryKey: keys.users(grant) },
    (list) => list && { ...list, pages: list.pages.map(changed) },
  );
}

// Refetches after the changed rows were drawn, so that a user who drops out of the list is still shown as changed.
const refetchUsers = (queries: QueryClient, grant: string) =>
  void setTimeout(() => void queries.invalidateQueries({ queryKey: keys.users(grant) }));

/** Changes the access of a user; rejects with conflict for the last administrator and for oneself. */
export function useChangeUser(grant: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: UserChange) => getPortal().changeUser(id, change),
    onSuccess: (changed) => updateCached(queries, grant, id, () => changed),
    onSettled: () => {
      refetchUsers(queries, grant);
      // A deactivation revokes the user's open invites.
      void queries.invalidateQueries({ queryKey: keys.invites(grant) });
    },
  });
}

/** Ends every session of a user. */
export function useSignOutUser(grant: string, id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => getPortal().signOutUser(id),
    onSuccess: () => updateCached(queries, grant, id, (user) => ({ ...user, sessions: 0 })),
    onSettled: () => refetchUsers(queries, grant),
  });
}

/** Changes the MSSP. Days, expiry and the trend may change with it, so everything is refetched. */
export function useChangeOrganisation(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: OrganisationChange) => getPortal().changeOrganisation(change),
    onSuccess: (changed) => {
      queries.setQueryData(keys.organisation(grant), changed);
      void queries.invalidateQueries({ queryKey: keys.all(grant) });
    },
  });
}

/** Claims a further invite. The session has to reload the user's grants. */
export function useClaimInvite(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (code: string) => getPortal().claimInvite(code),
    onSuccess: () => void queries.invalidateQueries({ queryKey: keys.all(grant) }),
  });
}

// not_found: the session has ended already.
const endOne = ({ id }: OwnSession) =>
  getPortal()
    .endSession(id)
    .catch((problem) => {
      if (toProblem(problem).code !== "not_found") throw problem;
    });

/** Ends some of the user's own sessions one by one; those that have ended stay ended where a later one fails. */
export function useEndSessions(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (sessions: OwnSession[]) => {
      for (const session of sessions) await endOne(session);
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: keys.sessions(grant) }),
  });
}
