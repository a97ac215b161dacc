import { type FocusEvent, type ReactNode, type RefObject, useLayoutEffect, useState } from "react";
import { hasPopup, isWrapped, wrappedIn } from "./useWrapped";

/** One filter of a FilterBar. */
export interface BarChip {
  /** Unique in its bar. */
  name: string;
  /** Whether the filter is set. */
  set: boolean;
  chip: ReactNode;
}

/** Matches a chip, and not the other children of its bar. */
const anyChip = "[aria-haspopup]";

/** The names of the chips, those that are set first. */
const setFirst = (chips: BarChip[]): string[] =>
  [...chips.filter(({ set }) => set), ...chips.filter(({ set }) => !set)].map(({ name }) => name);

/** The names in the given order; one that it lacks follows the name before it. */
export function arrange(names: string[], order: string[]): string[] {
  const arranged = order.filter((name) => names.includes(name));
  names.forEach((name, n) => {
    if (arranged.includes(name)) return;
    const before = names[n - 1];
    arranged.splice(before === undefined ? 0 : arranged.indexOf(before) + 1, 0, name);
  });
  return arranged;
}

interface Line {
  box: RefObject<HTMLElement | null>;
  /** Whether every line is visible. */
  expanded: boolean;
  /** Called when the focus is on a line that is hidden. */
  onHiddenFocus: () => void;
}

/**
 * Returns the chips with those first that are set. While one of them is used they keep their places, so that none moves
 * away under the pointer; unless one that is set would be hidden. React keeps the focus in a chip that it moves.
 */
export function useSetFirst(chips: BarChip[], { box, expanded, onHiddenFocus }: Line) {
  const [order, setOrder] = useState(() => setFirst(chips));
  const [used, setUsed] = useState(false);
  const wanted = setFirst(chips);
  const settle = (inUse: boolean) => {
    const line = box.current;
    if (!line || expanded || hasPopup(line)) return;
    const moves = wanted.join() !== order.join() && (!inUse || wrappedIn(line).set > 0);
    if (moves) setOrder(wanted);
    else if (isWrapped(document.activeElement, line)) onHiddenFocus();
  };
  useLayoutEffect(() => {
    // No event reports that a chip with the focus was removed.
    const removed = used && document.activeElement === document.body;
    if (removed) setUsed(false);
    else settle(used);
  });
  const byName = new Map(chips.map((chip) => [chip.name, chip]));
  return {
    ordered: arrange([...byName.keys()], order).flatMap((name) => byName.get(name) ?? []),
    onFocus: ({ target }: FocusEvent) => {
      const child = [...(box.current?.children ?? [])].find((one) => one.contains(target));
      // The menus and dialogs of the chips are not among the children.
      const inUse = child === undefined || child.matches(anyChip);
      setUsed(inUse);
      settle(inUse);
    },
    onBlur: ({ relatedTarget }: FocusEvent) => {
      // Where the window has lost the focus, it comes back to the chip.
      if (document.hasFocus() && !box.current?.contains(relatedTarget)) setUsed(false);
    },
  };
}
