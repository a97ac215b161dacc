import { useCallback, useLayoutEffect, useRef, useState } from "react";

/** The height of a line of fields and chips. */
export const lineHeight = 34;

/** Matches the chip of a filter that is set. */
const setChip = "[data-chosen]";

/** Whether an element inside box is on a later line than its first child. */
export function isWrapped(element: Element | null, box: HTMLElement): boolean {
  const child = [...box.children].find((one) => one.contains(element));
  const [first] = box.children;
  return (
    child instanceof HTMLElement &&
    first instanceof HTMLElement &&
    child.offsetTop - first.offsetTop > lineHeight / 2
  );
}

/** How many children of box are on later lines, and how many of those are filters that are set. */
export function wrappedIn(box: HTMLElement) {
  const later = [...box.children].filter((child) => isWrapped(child, box));
  const set = later.filter((child) => child.matches(setChip) || child.querySelector(setChip));
  return { all: later.length, set: set.length };
}

/** Whether a menu or dialog of an element in box is open. */
export const hasPopup = (box: HTMLElement) => box.querySelector("[aria-expanded=true]") !== null;

/**
 * Measures whether the children of the returned ref need more than one line, and how many filters that are set are not on
 * it. While the menu or dialog of one is open, the last measures are kept.
 */
export function useWrapped() {
  const box = useRef<HTMLDivElement>(null);
  const [state, setState] = useState({ wraps: false, hidden: 0 });
  const measure = useCallback(() => {
    const element = box.current;
    if (!element || hasPopup(element)) return;
    const { all, set } = wrappedIn(element);
    const next = { wraps: all > 0, hidden: set };
    setState((before) => (before.wraps === next.wraps && before.hidden === next.hidden ? before : next));
  }, []);
  // The texts of the children may have changed.
  useLayoutEffect(measure);
  useLayoutEffect(() => {
    const element = box.current;
    const frame = element?.parentElement;
    if (!element || !frame) return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    observer.observe(frame);
    return () => observer.disconnect();
  }, [measure]);
  return { box, measure, ...state };
}
