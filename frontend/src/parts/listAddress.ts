import { useCallback, useMemo } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";

type Changes = Record<string, string | undefined>;

function changed(before: URLSearchParams, changes: Changes): URLSearchParams {
  const next = new URLSearchParams(before);
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}

/** What a list is narrowed by, and which row is open beside it, as the address says: back and forward just work. */
export interface ListAddress {
  /** Undefined where the address does not say. */
  get: (name: string) => string | undefined;
  /** Changes some; undefined or "" takes one out. replace: without a step of its own in the history. */
  set: (changes: Changes, replace?: boolean) => void;
  /** Takes all out but the sort. */
  clear: () => void;
  openId: string | undefined;
  /** Opens a row, and changes some of the rest with it. */
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
        const sort = before.get("sort");
        return new URLSearchParams(sort ? { sort } : {});
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
        void navigate({ pathname: `${path}/${other}`, search: changed(params, changes).toString() }),
      close: () => void navigate({ pathname: path, search }),
    };
  }, [params, set, clear, id, navigate, path]);
}

/** The first of the words the address may hold that it does hold; whatever else stands there counts as nothing. */
export const oneOf = <Word extends string>(
  value: string | undefined,
  words: readonly Word[],
): Word | undefined => words.find((word) => word === value);
