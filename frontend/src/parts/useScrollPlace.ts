import type { useGridApiRef } from "@mui/x-data-grid";
import { useEffect, useRef } from "react";
import { useLocation, useNavigationType } from "react-router";
import { layoutParameter } from "./columnLayout";
import { useListPlaces } from "./listPlaces";

type Api = ReturnType<typeof useGridApiRef>;

interface List {
  /** The table's accessible name. */
  label: string;
  rowHeight: number;
  /** The number of loaded rows; 0 while they belong to another filter. */
  count: number;
  hasMore: boolean;
  loadingMore: boolean;
  onMore: (() => void) | undefined;
}

/** More rows than these are not loaded to return to a place. */
const mostRows = 1000;

/** Frames for which a grid that has not measured its rows yet is asked again. */
const mostFrames = 60;

/** Returns a list to where it was scrolled when it was left. The returned function remembers where it is. */
export function useScrollPlace(api: Api, list: List) {
  const scrolled = useListPlaces()?.scrolled;
  const { search } = useLocation();
  const action = useNavigationType();
  const key = `${list.label} ${withoutLayout(search)}`;
  const wanted = useRef(scrolled?.get(key) ?? 0);
  const shown = useRef(key);
  if (shown.current !== key) {
    shown.current = key;
    // A filter that was chosen begins at its first row; one that the user went back to does not.
    wanted.current = (action === "POP" && scrolled?.get(key)) || 0;
  }
  const { rowHeight, count, hasMore, loadingMore, onMore } = list;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter has another place
  useEffect(() => {
    if (wanted.current === 0 || count === 0) return;
    const rows = Math.min(Math.ceil(wanted.current / rowHeight) + 1, mostRows);
    if (hasMore && count < rows) {
      if (!loadingMore) onMore?.();
      return;
    }
    return scrollTo(api, wanted.current, () => {
      wanted.current = 0;
    });
  }, [api, key, rowHeight, count, hasMore, loadingMore]);
  return () => {
    const { top = 0 } = api.current?.getScrollPosition() ?? {};
    if (wanted.current === 0) scrolled?.set(shown.current, top);
  };
}

/** The filter in an address: another layout of the columns has the same place. */
function withoutLayout(search: string): string {
  const params = new URLSearchParams(search);
  params.delete(layoutParameter);
  const text = params.toString();
  return text && `?${text}`;
}

/** Scrolls once the grid is high enough; returns a function that gives up. */
function scrollTo(api: Api, top: number, onDone: () => void) {
  let frames = 0;
  let next = 0;
  const attempt = () => {
    api.current?.scroll({ top });
    const reached = Math.abs((api.current?.getScrollPosition().top ?? 0) - top) <= 1;
    frames += 1;
    if (reached || frames >= mostFrames) return onDone();
    next = requestAnimationFrame(attempt);
  };
  attempt();
  return () => cancelAnimationFrame(next);
}
