import type { KeyboardEvent } from "react";
import { type ColumnLayout, moved, withFields, withWidth } from "./columnLayout";
import { headerOf } from "./multiSort";
import { firstPressed } from "./shortcuts";

interface Table {
  layout: ColumnLayout | undefined;
  /** The fields of the visible columns, in their order. */
  visible: string[];
  widthOf: (field: string) => number;
  onChange: (layout: ColumnLayout) => void;
}

const steps = { narrower: -1, wider: 1, columnLeft: -1, columnRight: 1 } as const;

/** By how many pixels a key changes a width. */
export const widthStep = 20;

/**
 * The keys on a header change the width and the place of its column. Returns whether the key was one of these. Alt with
 * an arrow goes back or forward.
 */
export function onHeaderKey(event: KeyboardEvent, { layout, visible, widthOf, onChange }: Table): boolean {
  const field = headerOf(event);
  const name = firstPressed(event, ["narrower", "wider", "columnLeft", "columnRight"]);
  if (!name || field === null) return false;
  event.preventDefault();
  event.stopPropagation();
  const step = steps[name];
  const moves = name === "columnLeft" || name === "columnRight";
  if (moves) onChange(withFields(layout, moved(visible, field, step)));
  else onChange(withWidth(layout, field, widthOf(field) + step * widthStep));
  return true;
}
