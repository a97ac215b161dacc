import { useCallback, useLayoutEffect, useRef, useState } from "react";

/** The height of a line of fields and chips. */
export const lineHeight = 34;

/** Whether an element inside box is on a later line than its first child. */
export function isWrapped(element: Element, box: HTMLElement): boolean {
  const child = [...box.children].find((one) => one.contains(element));
  const [first] = box.children;
  return (
    child instanceof HTMLElement &&
    first instanceof HTMLElement &&
    child.offsetTop - first.offsetTop > lineHeight / 2
  );
}

/** Measures whether the children of the returned ref need more than one line, and how many that match are not on it. */
export function useWrapped(selector: string) {
  const box = useRef<HTMLDivElement>(null);
  const [state, setState] = useState({ wraps: false, hidden: 0 });
  const measure = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const later = [...element.children].filter((child) => isWrapped(child, element));
    const wraps = later.length > 0;
    const hidden = later.filter((child) => child.matches(selector) || child.querySelector(selector)).length;
    setState((before) => (before.wraps === wraps && before.hidden === hidden ? before : { wraps, hidden }));
  }, [selector]);
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
  return { box, ...state };
}
