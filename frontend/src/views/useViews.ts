import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useNavigate, useSearchParams } from "react-router";
import type { View, ViewList } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { viewsQuery } from "../bridge/queries";
import { differs, noView, savedParameters, viewAddress } from "../bridge/viewQuery";
import { useSession } from "../session/session";
import { knownParts, type ListParameters, missingParts } from "./parameters";

export interface Views {
  /** The views of the list; undefined while they load and where they could not be loaded. */
  all: View[] | undefined;
  problem: Problem | null;
  onRetry: () => void;
  /** The view in use; undefined for none. */
  current: View | undefined;
  /** The address names a view that is not there. */
  gone: boolean;
  /** Whether the address differs from the view in use. */
  changed: boolean;
  /** What the view in use names and the list does not have, in words. */
  missing: string[];
  /** What a view saves of the address as it is. */
  query: string;
  /** Shows the list under a view, as it was saved; without one, all its rows. */
  show: (view?: View) => void;
  /** Names the view of the address without changing its other parameters; without one, none. */
  name: (id: string | undefined) => void;
}

/** The views of a list, and which one the address shows. */
export function useViews(list: ViewList, known: ListParameters): Views {
  const { grant } = useSession();
  const views = useQuery(viewsQuery(grant.id));
  const navigate = useNavigate();
  const [address, setAddress] = useSearchParams();
  const named = address.get("view");
  const all = useMemo(() => views.data?.filter((view) => view.list === list), [views.data, list]);
  const current = all?.find(({ id }) => id === named);
  return {
    all,
    problem: all ? null : views.error,
    onRetry: () => void views.refetch(),
    current,
    gone: all !== undefined && named !== null && named !== noView && current === undefined,
    changed: current !== undefined && differs(address, current),
    missing: current ? missingParts(savedParameters(new URLSearchParams(current.query)), known) : [],
    query: knownParts(savedParameters(address), known).toString(),
    show: (view) => void navigate(viewAddress(list, view)),
    name: (id) =>
      setAddress(
        (before) => {
          const next = new URLSearchParams(before);
          if (id) next.set("view", id);
          else next.delete("view");
          return next;
        },
        { replace: true },
      ),
  };
}
