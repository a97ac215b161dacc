import Box from "@mui/material/Box";
import type { KeyboardEvent, MouseEvent, SyntheticEvent } from "react";
import { limits } from "../bridge/limits";
import { t } from "../i18n/i18n";
import { pressed } from "./shortcuts";
import { VisuallyHidden } from "./VisuallyHidden";

// A list is sorted by up to three columns: "name,-clients". A click on a header sorts by that column alone; with Shift
// it is added, then reversed, then removed. The grid itself sorts by one column only.

const fieldOf = (term: string) => term.replace(/^-/, "");

/** The sort after Shift+click on a column. */
export function withColumn(sort: string, field: string): string {
  const terms = sort === "" ? [] : sort.split(",");
  const at = terms.findIndex((term) => fieldOf(term) === field);
  if (at < 0) return [...terms.slice(0, limits.sorts - 1), field].join(",");
  if (terms[at] === field) return terms.with(at, `-${field}`).join(",");
  return terms.length === 1 ? field : terms.toSpliced(at, 1).join(",");
}

/** The place of a column in a sort by several, from 1; undefined for a sort by one, or by others. */
export interface SortPlace {
  place: number;
  descending: boolean;
}

export function sortPlace(sort: string | undefined, field: string): SortPlace | undefined {
  const terms = sort?.split(",") ?? [];
  const at = terms.findIndex((term) => fieldOf(term) === field);
  return terms.length < 2 || at < 0 ? undefined : { place: at + 1, descending: terms[at] !== field };
}

/** The place of a column in a sort by several, in words. */
export const placeText = ({ place, descending }: SortPlace) =>
  t(descending ? "parts.table.sortedDown" : "parts.table.sortedUp", { place });

/** A header with its place in the sort. The grid shows the direction of the first itself. */
export function SortedHeader({ name, place, descending }: SortPlace & { name: string }) {
  return (
    <Box component="span" sx={{ display: "inline-flex", minWidth: 0, gap: 0.5, fontWeight: 500 }}>
      <Box component="span" sx={{ overflow: "hidden", textOverflow: "ellipsis" }}>
        {name}
      </Box>
      <Box component="span" aria-hidden sx={{ color: "text.secondary", whiteSpace: "nowrap" }}>
        {place === 1 ? place : `${place}${descending ? "↓" : "↑"}`}
      </Box>
      <VisuallyHidden>{placeText({ place, descending })}</VisuallyHidden>
    </Box>
  );
}

/** The column of the header in which an event happened; null outside of headers. */
export const headerOf = ({ target }: SyntheticEvent) =>
  target instanceof Element
    ? (target.closest("[role=columnheader]")?.getAttribute("data-field") ?? null)
    : null;

/** Handlers for Shift+click and Shift+Enter on a header, for an element around the grid. */
export function multiSortHandlers(
  sort: string | undefined,
  sortable: (field: string) => boolean,
  onSort: ((sort: string) => void) | undefined,
) {
  const add = (event: SyntheticEvent) => {
    const field = headerOf(event);
    if (!onSort || field === null || !sortable(field)) return;
    event.stopPropagation();
    event.preventDefault();
    onSort(withColumn(sort ?? "", field));
  };
  return {
    onClickCapture: (event: MouseEvent) => event.shiftKey && add(event),
    onKeyDownCapture: (event: KeyboardEvent) => pressed(event, "sortAlso") && add(event),
  };
}
