import type { useGridApiRef } from "@mui/x-data-grid";
import { useEffect, useRef } from "react";
import { stepOf, useSplit } from "./SidePanel";
import { selectField } from "./selectColumn";

type Api = ReturnType<typeof useGridApiRef>;

interface List<Row> {
  /** The rows that can be opened, in their order. */
  rows: Row[];
  selectedId: string | undefined;
  onOpen: ((row: Row) => void) | undefined;
}

/**
 * Moves through the rows while a panel is open beside them: the panel follows the arrows and J and K in the grid, and J
 * and K in the panel. A closed panel returns the focus to its row. Returns the handler for a key on a cell; it returns
 * whether it has handled the key.
 */
export function useRowMoves<Row extends { id: string }>(api: Api, list: List<Row>) {
  const split = useSplit();
  const { rows, selectedId, onOpen } = list;
  const beside = (id: string | undefined, step: 1 | -1) => {
    const at = rows.findIndex((row) => row.id === id);
    return at < 0 ? undefined : rows[at + step];
  };
  const open = (row: Row | undefined, follows: boolean) => {
    if (!row || !onOpen) return;
    if (split) split.follows.current = follows;
    onOpen(row);
  };
  const show = (row: Row | undefined) => {
    if (!row || !api.current) return;
    const rowIndex = api.current.getRowIndexRelativeToVisibleRows(row.id);
    if (rowIndex >= 0) api.current.scrollToIndexes({ rowIndex });
  };
  useEffect(() => {
    if (!split) return;
    split.move.current = (step) => {
      const row = beside(selectedId, step);
      open(row, false);
      show(row);
    };
    return () => {
      split.move.current = null;
    };
  });
  useNeighbours(beside(selectedId, -1) !== undefined, beside(selectedId, 1) !== undefined);
  useReturnedFocus(api, rows, selectedId);
  return {
    onOpen: onOpen && ((row: Row) => open(row, false)),
    onKey: (row: Row, field: string, event: React.KeyboardEvent): boolean => {
      const step = stepOf(event);
      // The grid itself moves the focus by the arrows.
      const typed = event.key.length === 1;
      const next = step && beside(row.id, step);
      if (!next) return false;
      if (selectedId) open(next, true);
      if (!typed) return false;
      show(next);
      api.current?.setCellFocus(next.id, field);
      return true;
    },
  };
}

/** Makes known to the panel which rows there are beside the open one. */
function useNeighbours(previous: boolean, next: boolean) {
  const setNeighbours = useSplit()?.setNeighbours;
  useEffect(() => setNeighbours?.({ previous, next }), [setNeighbours, previous, next]);
}

/** Focuses the row of a panel that was closed, unless the focus has gone elsewhere. */
function useReturnedFocus(api: Api, rows: { id: string }[], selectedId: string | undefined) {
  const before = useRef(selectedId);
  const latest = useRef(rows);
  latest.current = rows;
  useEffect(() => {
    const closed = selectedId === undefined ? before.current : undefined;
    before.current = selectedId;
    const grid = api.current?.rootElementRef?.current;
    const at = document.activeElement;
    const free = at === null || at === document.body || grid?.contains(at) === true;
    if (!closed || !api.current || !free) return;
    const row = latest.current.find(({ id }) => id === closed) ?? latest.current[0];
    const field = api.current.getVisibleColumns().find((column) => column.field !== selectField)?.field;
    if (row && field) api.current.setCellFocus(row.id, field);
  }, [api, selectedId]);
}
