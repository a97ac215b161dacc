import { useCallback, useEffect, useMemo } from "react";
import { useSearchParams } from "react-router";
import {
  type ColumnLayout,
  layoutParameter,
  type ParsedLayout,
  parseLayout,
  writeLayout,
} from "./columnLayout";
import { useListPlaces } from "./listPlaces";

interface UsedLayout extends ParsedLayout {
  /** Changes the layout; undefined returns to that of the list itself. */
  change: (layout: ColumnLayout | undefined) => void;
}

/**
 * The layout of a list's columns, which is in the address. Where the address has none, it is the one that the list had
 * last. list is the path of the list; undefined for a table whose columns cannot be chosen.
 */
export function useColumnLayout(list: string | undefined, columns: { field: string }[]): UsedLayout {
  const layouts = useListPlaces()?.layouts;
  const [params, setParams] = useSearchParams();
  const inAddress = params.get(layoutParameter) ?? "";
  const last = (list && layouts?.get(list)) || "";
  const text = list === undefined ? "" : inAddress || last;
  const put = useCallback(
    (next: string) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          if (next) after.set(layoutParameter, next);
          else after.delete(layoutParameter);
          return after;
        },
        { replace: true },
      ),
    [setParams],
  );
  useEffect(() => {
    if (list === undefined || text === "") return;
    layouts?.set(list, text);
    if (inAddress === "") put(text);
  }, [list, layouts, text, inAddress, put]);
  const fields = columns.map(({ field }) => field).join(" ");
  const parsed = useMemo(() => parseLayout(text, fields.split(" ")), [text, fields]);
  const change = useCallback(
    (layout: ColumnLayout | undefined) => {
      const next = writeLayout(layout);
      if (list !== undefined && next) layouts?.set(list, next);
      else if (list !== undefined) layouts?.delete(list);
      put(next);
    },
    [list, layouts, put],
  );
  return { ...parsed, change };
}
