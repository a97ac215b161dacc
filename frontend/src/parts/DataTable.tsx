import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import LinearProgress from "@mui/material/LinearProgress";
import {
  DataGrid,
  type GridColDef,
  type GridRowSelectionModel,
  type GridSortModel,
  useGridApiRef,
} from "@mui/x-data-grid";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type { Problem } from "../bridge/problem";
import { absent, formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import { EmptyState } from "./EmptyState";
import { ErrorPanel } from "./ErrorPanel";
import { SearchOffIcon } from "./icons";
import { OutOfDate } from "./OutOfDate";
import { TableFoot } from "./TableFoot";
import { useRoom } from "./tableRoom";

/** Whether a column is left out, since there is no room for it. */
export type Hides = (field: string) => boolean;

/** One column. Give text (ellipsis, the whole on hover), number (right, grouped) or render (anything). */
export interface Column<Row> {
  /** Unique; also the word the API sorts by where sortable. */
  field: string;
  /** The header, never empty. */
  name: string;
  text?: (row: Row) => string | null | undefined;
  number?: (row: Row) => number | null | undefined;
  render?: (row: Row, hides: Hides) => ReactNode;
  /** How many columns this cell of a row takes; all where that is more than there are. */
  span?: (row: Row) => number;
  sortable?: boolean;
  align?: "left" | "right";
  width?: number;
  minWidth?: number;
  flex?: number;
  /** Left out while the table is narrower than this many pixels: what matters less makes room. */
  from?: number;
  /** May be left out where there is no room for all: the highest rank goes first. Without one it always stays. */
  rank?: number;
}

export interface DataTableProps<Row extends { id: string }> {
  /** The table's accessible name: "Clients". */
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  /** How many rows there are in all, loaded or not; null where nobody counts. */
  total: number | null;
  /** How many of the rows count towards the total; all unless given. */
  shown?: number;
  loading: boolean;
  refreshing?: boolean;
  problem: Problem | null;
  hasMore?: boolean;
  loadingMore?: boolean;
  onMore?: () => void;
  onRetry?: () => void;
  /** When the data was last good; shown at the foot. */
  dataAsOf?: string | null;
  /** A column's field, descending with a leading minus. */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  /** A click on a row, or Enter on one of its cells. */
  onOpen?: (row: Row) => void;
  /** A key pressed on a cell; true where that was all it should do. */
  onKey?: (row: Row, field: string, key: string) => boolean;
  /** What a row is, where it is not one of the list itself: one that belongs to the row above, or a line of text. */
  kindOf?: (row: Row) => "child" | "note" | undefined;
  /** The row that is open beside the table. */
  selectedId?: string | undefined;
  /** What stands here when the list is empty although nothing narrows it. */
  empty: ReactNode;
  /** What was looked for, in words: shown when nothing matches. Undefined: nothing narrows the list. */
  asked?: string | undefined;
  onClear?: () => void;
  rowHeight?: 36 | 44;
}

/** Rows of one list: sorted by the server, loaded page by page while scrolling, virtualised, every state designed. */
export function DataTable<Row extends { id: string }>(props: DataTableProps<Row>) {
  const { rows, loading, problem, asked } = props;
  if (!loading && problem && rows.length === 0) {
    return (
      <Frame>
        <ErrorPanel problem={problem} {...(props.onRetry && { onRetry: props.onRetry })} />
      </Frame>
    );
  }
  if (!loading && rows.length === 0) {
    return (
      <Frame>{asked === undefined ? props.empty : <NoMatch asked={asked} onClear={props.onClear} />}</Frame>
    );
  }
  return (
    <Frame>
      {problem && (
        <OutOfDate flush problem={problem} text={t("parts.table.staleProblem")} onRetry={props.onRetry} />
      )}
      <Grid {...props} />
      <TableFoot {...props} shown={props.shown ?? rows.length} />
    </Frame>
  );
}

function Frame({ children }: { children: ReactNode }) {
  return (
    <Box
      sx={(theme) => ({
        display: "flex",
        flexDirection: "column",
        flex: 1,
        minWidth: 0,
        minHeight: 200,
        border: `1px solid ${theme.vars.palette.divider}`,
        borderRadius: "8px",
        overflow: "hidden",
      })}
    >
      {children}
    </Box>
  );
}

function NoMatch({ asked, onClear }: { asked: string; onClear: (() => void) | undefined }) {
  return (
    <EmptyState
      icon={<SearchOffIcon />}
      title={t("parts.table.noMatch")}
      text={asked ? t("parts.table.noMatchText", { asked }) : t("parts.table.noMatchPlain")}
      action={onClear && <Button onClick={onClear}>{t("parts.actions.clear")}</Button>}
    />
  );
}

interface Around {
  /** Whether the table can be sorted. */
  sorts: boolean;
  hides: Hides;
  /** How many columns there are. */
  count: number;
}

function toColDef<Row extends { id: string }>(column: Column<Row>, around: Around): GridColDef<Row> {
  const { sorts, hides, count } = around;
  const { field, name, text, number, render, sortable, width, minWidth, flex, span } = column;
  const align = column.align ?? (number ? "right" : "left");
  return {
    field,
    headerName: name,
    sortable: sorts && sortable === true,
    align,
    headerAlign: align,
    ...(width !== undefined && { width }),
    ...(flex !== undefined && { flex }),
    minWidth: minWidth ?? Math.min(width ?? 80, 80),
    valueGetter: (_, row) => (number ? number(row) : (text?.(row) ?? null)),
    valueFormatter: (value: unknown) => {
      if (typeof value === "number") return formatNumber(value);
      return typeof value === "string" && value !== "" ? value : absent;
    },
    ...(span && { colSpan: (_: unknown, row: Row) => Math.min(span(row), count) }),
    ...(render && {
      display: "flex" as const,
      renderCell: ({ row }: { row: Row }) => <Cut>{render(row, hides)}</Cut>,
    }),
  };
}

/** Content too wide for its cell ends in an ellipsis. */
function Cut({ children }: { children: ReactNode }) {
  return (
    <Box component="span" sx={{ minWidth: 0, overflow: "hidden", textOverflow: "ellipsis" }}>
      {children}
    </Box>
  );
}

const toSortModel = (sort: string | undefined): GridSortModel =>
  sort ? [{ field: sort.replace(/^-/, ""), sort: sort.startsWith("-") ? "desc" : "asc" }] : [];

const fromSortModel = (model: GridSortModel): string => {
  const first = model[0];
  return first ? `${first.sort === "desc" ? "-" : ""}${first.field}` : "";
};

/** True once waiting has lasted 150 ms. */
function useLasting(waiting: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!waiting) return setLasting(false);
    const timer = setTimeout(() => setLasting(true), 150);
    return () => clearTimeout(timer);
  }, [waiting]);
  return waiting && lasting;
}

/** Asks for more once rows near the end of what is loaded are drawn. */
function useMoreOnScroll(loaded: number, onMore: (() => void) | undefined) {
  const api = useGridApiRef();
  const latest = useRef({ loaded, onMore });
  latest.current = { loaded, onMore };
  useEffect(
    () =>
      api.current?.subscribeEvent("renderedRowsIntervalChange", ({ lastRowIndex }) => {
        if (lastRowIndex >= latest.current.loaded - 20) latest.current.onMore?.();
      }),
    [api],
  );
  return api;
}

const empty = () => null;

function Grid<Row extends { id: string }>(props: DataTableProps<Row>) {
  const { label, rows, total, loading, refreshing = false, sort, onSort, onOpen, selectedId } = props;
  const { columns, hasMore, onMore, onKey, kindOf, rowHeight = 36 } = props;
  const api = useMoreOnScroll(rows.length, hasMore ? onMore : undefined);
  useEffect(() => {
    // The answer to another question is read from its first row.
    if (refreshing) api.current?.scroll({ top: 0 });
  }, [api, refreshing]);
  const { box, visible } = useRoom(columns);
  const skeleton = useLasting(loading);
  const updating = useLasting(refreshing);
  const sorts = onSort !== undefined;
  const columnDefs = useMemo(() => {
    const around = { sorts, hides: (field: string) => visible[field] === false, count: columns.length };
    return columns.map((column) => toColDef(column, around));
  }, [columns, sorts, visible]);
  // A model that is new on each draw would send the grid back to its first row.
  const sortModel = useMemo(() => toSortModel(sort), [sort]);
  const selection = useMemo<GridRowSelectionModel>(
    () => ({ type: "include", ids: new Set(selectedId ? [selectedId] : []) }),
    [selectedId],
  );
  return (
    <Box ref={box} sx={{ flex: 1, minHeight: 0, position: "relative" }}>
      {updating && (
        <LinearProgress
          aria-label={t("parts.table.refreshing")}
          sx={{ position: "absolute", insetInline: 0, top: 0, height: 2, zIndex: 2 }}
        />
      )}
      <DataGrid<Row>
        apiRef={api}
        aria-label={label}
        rows={rows}
        columns={columnDefs}
        columnVisibilityModel={visible}
        rowCount={total ?? -1}
        rowHeight={rowHeight}
        columnHeaderHeight={36}
        // Server paging without a page model shows all rows given: cursors do the paging.
        paginationMode="server"
        sortingMode="server"
        filterMode="server"
        sortingOrder={["asc", "desc"]}
        sortModel={sortModel}
        onSortModelChange={(model) => onSort?.(fromSortModel(model))}
        rowSelectionModel={selection}
        disableRowSelectionOnClick
        disableMultipleRowSelection
        disableColumnMenu
        disableColumnFilter
        disableColumnSelector
        hideFooter
        loading={skeleton}
        slots={{ noRowsOverlay: empty }}
        slotProps={{ loadingOverlay: { variant: "skeleton", noRowsVariant: "skeleton" } }}
        onRowClick={({ row }) => onOpen?.(row)}
        onCellKeyDown={({ row, field }, event) => {
          const inside = event.target instanceof Element && event.target.closest("button, a");
          const opens = event.key === "Enter" && onOpen !== undefined && !inside;
          if (!opens && !onKey?.(row, field, event.key)) return;
          event.defaultMuiPrevented = true;
          event.preventDefault();
          if (opens) onOpen(row);
        }}
        getRowClassName={({ row }) => kindOf?.(row) ?? ""}
        sx={{
          "& .MuiDataGrid-row": { cursor: onOpen ? "pointer" : "default" },
          "& .note": { cursor: "default" },
          "& .child, & .note": { bgcolor: "var(--mui-palette-frame)" },
          // Rows of the former question do not pass for the answer to this one.
          "& .MuiDataGrid-virtualScrollerContent": { opacity: updating ? 0.5 : 1 },
        }}
      />
    </Box>
  );
}
