import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { selectFrom, selectWidth } from "./selectColumn";

interface Sized {
  field: string;
  width?: number;
  minWidth?: number;
  flex?: number;
  from?: number;
  rank?: number;
  optional?: boolean;
}

/** The width of the frame and a scroll bar. */
const frameWidth = 16;

const leastWidth = ({ width = 100, minWidth = 80, flex }: Sized) => (flex === undefined ? width : minWidth);

/** The optional columns, and those for which a table of this width has no room. The highest rank is hidden first. */
export function hiddenColumns(columns: Sized[], width: number): string[] {
  const left = new Set(
    columns.filter(({ from = 0, optional }) => optional || from > width).map(({ field }) => field),
  );
  const kept = columns.filter(({ field }) => !left.has(field));
  let needed = kept.reduce((all, column) => all + leastWidth(column), frameWidth);
  const ranked = kept.filter(({ rank }) => rank !== undefined);
  for (const column of ranked.sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0))) {
    if (needed <= width) break;
    left.add(column.field);
    needed -= leastWidth(column);
  }
  return columns.filter(({ field }) => left.has(field)).map(({ field }) => field);
}

interface Options {
  /** A panel beside the table changes its width at once when it opens or closes. */
  besidePanel: boolean;
  /** The columns that the user chose, which are visible whatever the width. */
  chosen: string[] | undefined;
  /** Whether rows can be selected, by checkboxes where there is room. */
  selects: boolean;
}

/** Measures the element of the returned ref, and returns which columns are visible in it, and whether one of checkboxes is. */
export function useVisibleColumns(columns: Sized[], { besidePanel, chosen, selects }: Options) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(Number.POSITIVE_INFINITY);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the panel changes the width
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setWidth(element.clientWidth || Number.POSITIVE_INFINITY);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [besidePanel]);
  const boxes = selects && width >= selectFrom;
  const hidden = chosen
    ? columns.map(({ field }) => field).filter((field) => !chosen.includes(field))
    : hiddenColumns(columns, boxes ? width - selectWidth : width);
  const key = hidden.join(" ");
  const visible = useMemo<Record<string, boolean>>(
    () => Object.fromEntries(key === "" ? [] : key.split(" ").map((field) => [field, false])),
    [key],
  );
  return { box, boxes, visible };
}
