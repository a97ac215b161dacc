import { useLayoutEffect, useMemo, useRef, useState } from "react";

interface Sized {
  field: string;
  width?: number;
  minWidth?: number;
  flex?: number;
  from?: number;
  rank?: number;
}

/** What the frame and a scroll bar take of a table's width. */
const around = 16;

const least = ({ width = 100, minWidth = 80, flex }: Sized) => (flex === undefined ? width : minWidth);

/** The columns a table of this width has no room for: of those with a rank the highest go first. */
export function leftOut(columns: Sized[], width: number): string[] {
  const left = new Set(columns.filter(({ from = 0 }) => from > width).map(({ field }) => field));
  const kept = columns.filter(({ field }) => !left.has(field));
  let needed = kept.reduce((all, column) => all + least(column), around);
  const ranked = kept.filter(({ rank }) => rank !== undefined);
  for (const column of ranked.sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0))) {
    if (needed <= width) break;
    left.add(column.field);
    needed -= least(column);
  }
  return columns.filter(({ field }) => left.has(field)).map(({ field }) => field);
}

/** Which columns there is room for, in the box of this ref. */
export function useRoom(columns: Sized[]) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(Number.POSITIVE_INFINITY);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setWidth(element.clientWidth || Number.POSITIVE_INFINITY);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const key = leftOut(columns, width).join(" ");
  const visible = useMemo<Record<string, boolean>>(
    () => Object.fromEntries(key === "" ? [] : key.split(" ").map((field) => [field, false])),
    [key],
  );
  return { box, visible };
}
