import { useCallback, useMemo } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { layoutParameter } from "./columnLayout";

type Changes = Record<string, string | undefined>;

function changed(before: URLSearchParams, changes: Changes): URLSearchParams {
  const next = new URLSearchParams(before);
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}

/** What remains when the filters are cleared. */
const keptParameters = ["sort", "group", layoutParameter];

/** The filter of a list and its open row, kept in the address, so that back and forward work. */
export interface ListAddress {
  /** The value of a parameter; undefined where it is missing. */
  get: (name: string) => string | undefined;
  /** Changes parameters; undefined or "" removes one. replace: replaces the history entry. */
  set: (changes: Changes, replace?: boolean) => void;
  /** Removes all parameters but the sort, the grouping and the layout of the columns. */
  clear: () => void;
  openId: string | undefined;
  /** Opens a row and changes parameters. It replaces the history entry of another open row. */
  open: (id: string, changes?: Changes) => void;
  close: () => void;
}

/** The address of a list whose rows open at path/id. */
export function useListAddress(path: string): ListAddress {
  const [params, setParams] = useSearchParams();
  const { id } = useParams();
  const navigate = useNavigate();
  const set = useCallback<ListAddress["set"]>(
    (changes, replace = false) => setParams((before) => changed(before, changes), { replace }),
    [setParams],
  );
  const clear = useCallback(
    () =>
      setParams((before) => {
        const kept = [...before].filter(([name]) => keptParameters.includes(name));
        return new URLSearchParams(kept);
      }),
    [setParams],
  );
  return useMemo(() => {
    const search = params.toString();
    return {
      get: (name) => params.get(name) || undefined,
      set,
      clear,
      openId: id,
      open: (other, changes = {}) =>
        void navigate(
          { pathname: `${path}/${other}`, search: changed(params, changes).toString() },
          // Going back from a panel leads to the list, not through every row that was looked at.
          { replace: id !== undefined },
        ),
      close: () => void navigate({ pathname: path, search }),
    };
  }, [params, set, clear, id, navigate, path]);
}

/** Returns value if it is one of the given ones, otherwise undefined. */
export const oneOf = <Value extends string>(
  value: string | undefined,
  values: readonly Value[],
): Value | undefined => values.find((known) => known === value);
