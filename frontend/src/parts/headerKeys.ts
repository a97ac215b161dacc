import type { KeyboardEvent } from "react";
import { type ColumnLayout, moved, withFields, withWidth } from "./columnLayout";
import { headerOf } from "./multiSort";

interface Table {
  layout: ColumnLayout | undefined;
  /** The fields of the visible columns, in their order. */
  visible: string[];
  widthOf: (field: string) => number;
  onChange: (layout: ColumnLayout) => void;
}

const steps: Record<string, 1 | -1> = { ArrowLeft: -1, ArrowRight: 1 };

/** By how many pixels a key changes a width. */
export const widthStep = 20;

/**
 * Shift with an arrow on a header changes the width of its column, with Ctrl or ⌘ its place. Returns whether the key was
 * one of these. Alt with an arrow is the way back through the screens.
 */
export function onHeaderKey(event: KeyboardEvent, { layout, visible, widthOf, onChange }: Table): boolean {
  const field = headerOf(event);
  const step = steps[event.key];
  if (!step || field === null || !event.shiftKey || event.altKey) return false;
  event.preventDefault();
  event.stopPropagation();
  if (event.ctrlKey || event.metaKey) onChange(withFields(layout, moved(visible, field, step)));
  else onChange(withWidth(layout, field, widthOf(field) + step * widthStep));
  return true;
}
