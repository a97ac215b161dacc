import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import type { CustomerKind, Favourite, NewView, View, ViewChange } from "./models";
import { getPortal } from "./portal";
import { keys } from "./queries";

// The mutations of views, favourites and recents.

/** Shows a saved view at once; another one may have been the default before, so all are read again. */
function showView(queries: QueryClient, grant: string, saved: View) {
  queries.setQueryData<View[]>(keys.views(grant), (views) => [
    ...(views ?? []).filter(({ id }) => id !== saved.id),
    saved,
  ]);
}

const refetchViews = (queries: QueryClient, grant: string) =>
  void queries.invalidateQueries({ queryKey: keys.views(grant) });

/** Saves a view; rejects with conflict and the field name for a name in use. */
export function useCreateView(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (view: NewView) => getPortal().createView(view),
    onSuccess: (saved) => showView(queries, grant, saved),
    onSettled: () => refetchViews(queries, grant),
  });
}

export function useChangeView(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: ViewChange }) => getPortal().changeView(id, change),
    onSuccess: (saved) => showView(queries, grant, saved),
    onSettled: () => refetchViews(queries, grant),
  });
}

export function useDeleteView(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => getPortal().deleteView(id),
    onSuccess: (_, id) =>
      queries.setQueryData<View[]>(keys.views(grant), (views) => views?.filter((view) => view.id !== id)),
    onSettled: () => refetchViews(queries, grant),
  });
}

interface Mark {
  kind: CustomerKind;
  id: string;
  on: boolean;
}

/** Marks a favourite or removes the mark. */
export function useSetFavourite(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, id, on }: Mark) => getPortal().setFavourite(kind, id, on),
    onSuccess: (_, { id, on }) => {
      if (on) return;
      queries.setQueryData<Favourite[]>(keys.favourites(grant), (all) => all?.filter((one) => one.id !== id));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.favourites(grant) }),
  });
}

/** Saves that an MSP or client was opened. */
export function useSaveRecent(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, id }: { kind: CustomerKind; id: string }) => getPortal().saveRecent(kind, id),
    onSuccess: () => void queries.invalidateQueries({ queryKey: keys.recents(grant) }),
  });
}
