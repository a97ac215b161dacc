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
import { CutText, useCutTooltip } from "./CutText";
import { EmptyState } from "./EmptyState";
import { ErrorPanel } from "./ErrorPanel";
import { SearchOffIcon } from "./icons";
import { multiSortHandlers, SortedHeader, sortPlace } from "./multiSort";
import { useRowSize } from "./rowSize";
import { StaleAlert } from "./StaleAlert";
import { TableFooter } from "./TableFooter";
import { useRowMoves } from "./useRowMoves";
import { useScrollPlace } from "./useScrollPlace";
import { useVisibleColumns } from "./visibleColumns";

/** Whether a column is hidden because there is no room for it. */
export type Hides = (field: string) => boolean;

/** One column. Give text (cut with an ellipsis, complete on hover), number (right-aligned, grouped) or render. */
export interface Column<Row> {
  /** Unique; also the API's name for the sort where sortable. */
  field: string;
  /** The header, never empty. */
  name: string;
  text?: (row: Row) => string | null | undefined;
  number?: (row: Row) => number | null | undefined;
  render?: (row: Row, hides: Hides) => ReactNode;
  /** How many columns the cell of this row spans, limited to the number of columns. */
  span?: (row: Row) => number;
  sortable?: boolean;
  align?: "left" | "right";
  width?: number;
  minWidth?: number;
  flex?: number;
  /** Hidden while the table is narrower than this many pixels. */
  from?: number;
  /**
   * Where there is no room for all columns, the highest rank is hidden first. A column without a rank is never hidden.
   */
  rank?: number;
}

export interface DataTableProps<Row extends { id: string }> {
  /** The table's accessible name: "Clients". */
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  /** How many rows the list has, loaded or not; null where they are not counted. */
  total: number | null;
  /** How many of the rows count towards the total; default all. */
  shown?: number;
  loading: boolean;
  refreshing?: boolean;
  problem: Problem | null;
  hasMore?: boolean;
  loadingMore?: boolean;
  onMore?: () => void;
  onRetry?: () => void;
  /** When the last complete sync ended; shown in the footer unless the top bar shows the same. */
  dataAsOf?: string | null;
  /** The fields of up to three columns, descending with a leading minus: "name,-clients". */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  /** A click on a row, or Enter on one of its cells. */
  onOpen?: (row: Row) => void;
  /** Handles a key pressed on a cell; true stops the default handling. */
  onKey?: (row: Row, field: string, key: string) => boolean;
  /** The kind of a row that is not an item of the list: a child of the row above, or a note. */
  kindOf?: (row: Row) => "child" | "note" | undefined;
  /** The row whose panel is open. */
  selectedId?: string | undefined;
  /** Shown when the list is empty without a filter. */
  empty: ReactNode;
  /** The filter as a sentence, shown when nothing matches. Undefined: the list is not filtered. */
  filterText?: string | undefined;
  onClear?: () => void;
  rowHeight?: 36 | 44;
}

/** The rows of one list: sorted by the server, loaded page by page while scrolling, virtualised. */
export function DataTable<Row extends { id: string }>(props: DataTableProps<Row>) {
  const { rows, loading, problem, filterText } = props;
  if (!loading && problem && rows.length === 0) {
    return (
      <Frame>
        <ErrorPanel problem={problem} {...(props.onRetry && { onRetry: props.onRetry })} />
      </Frame>
    );
  }
  if (!loading && rows.length === 0) {
    return (
      <Frame>
        {filterText === undefined ? props.empty : <NoMatch filterText={filterText} onClear={props.onClear} />}
      </Frame>
    );
  }
  return (
    <Frame>
      {problem && (
        <StaleAlert flush problem={problem} text={t("parts.table.staleProblem")} onRetry={props.onRetry} />
      )}
      <Grid {...props} />
      <TableFooter {...props} shown={props.shown ?? rows.length} />
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

function NoMatch({ filterText, onClear }: { filterText: string; onClear: (() => void) | undefined }) {
  return (
    <EmptyState
      icon={<SearchOffIcon />}
      title={t("parts.table.noMatch")}
      text={filterText ? t("parts.table.noMatchText", { filter: filterText }) : t("parts.table.noMatchPlain")}
      action={onClear && <Button onClick={onClear}>{t("parts.actions.clear")}</Button>}
    />
  );
}

interface TableContext {
  /** Whether the table can be sorted. */
  sorts: boolean;
  hides: Hides;
  /** The number of columns. */
  count: number;
  sort: string | undefined;
}

function toColDef<Row extends { id: string }>(column: Column<Row>, table: TableContext): GridColDef<Row> {
  const { sorts, hides, count } = table;
  const { field, name, text, number, render, sortable, width, minWidth, flex, span } = column;
  const align = column.align ?? (number ? "right" : "left");
  const place = sortPlace(table.sort, field);
  return {
    field,
    headerName: name,
    ...(place && { renderHeader: () => <SortedHeader name={name} {...place} /> }),
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
    // Also for plain text: the grid would give it a native tooltip that repeats what can be read.
    display: "flex" as const,
    renderCell: ({ row, formattedValue }: { row: Row; formattedValue?: ReactNode }) => (
      <CutText>{render ? render(row, hides) : formattedValue}</CutText>
    ),
  };
}

/** No sort where the list is sorted by what no column shows: the grid would report that the sort is gone. */
function toSortModel(sort: string | undefined, columns: { field: string }[]): GridSortModel {
  const field = sort?.replace(/^-/, "").replace(/,.*/, "");
  if (!sort || !field || !columns.some((column) => column.field === field)) return [];
  return [{ field, sort: sort.startsWith("-") ? "desc" : "asc" }];
}

const fromSortModel = (model: GridSortModel): string => {
  const first = model[0];
  return first ? `${first.sort === "desc" ? "-" : ""}${first.field}` : "";
};

/** Whether waiting has lasted for 150 ms. */
function useDelayed(waiting: boolean): boolean {
  const [delayed, setDelayed] = useState(false);
  useEffect(() => {
    if (!waiting) return setDelayed(false);
    const timer = setTimeout(() => setDelayed(true), 150);
    return () => clearTimeout(timer);
  }, [waiting]);
  return waiting && delayed;
}

/** Calls onMore when rows near the end of the loaded ones are rendered. */
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

/** The columns and heights for the user's density and text size. */
function useScaled<Row extends { id: string }>({ columns, rowHeight = 36 }: DataTableProps<Row>) {
  const { compact, scale } = useRowSize();
  const scaled = useMemo(() => {
    const px = (value: number | undefined) => (value === undefined ? undefined : Math.round(value * scale));
    return columns.map((column): Column<Row> => {
      const width = px(column.width);
      const minWidth = px(column.minWidth);
      return { ...column, ...(width && { width }), ...(minWidth && { minWidth }) };
    });
  }, [columns, scale]);
  const saved = compact ? 8 : 0;
  return {
    columns: scaled,
    rowHeight: Math.round((rowHeight - saved) * scale),
    headerHeight: Math.round((36 - saved) * scale),
  };
}

function Grid<Row extends { id: string }>(props: DataTableProps<Row>) {
  const { label, rows, total, loading, refreshing = false, sort, onSort, onOpen, selectedId } = props;
  const { hasMore, loadingMore, onMore, onKey, kindOf } = props;
  const { columns, rowHeight, headerHeight } = useScaled(props);
  const api = useMoreOnScroll(rows.length, hasMore ? onMore : undefined);
  useEffect(() => {
    // The result of a new filter starts at its first row.
    if (refreshing) api.current?.scroll({ top: 0 });
  }, [api, refreshing]);
  const rememberPlace = useScrollPlace(api, {
    label,
    rowHeight,
    count: refreshing ? 0 : rows.length,
    hasMore: hasMore === true,
    loadingMore: loadingMore === true,
    onMore,
  });
  const moves = useRowMoves(api, {
    rows: useMemo(() => rows.filter((row) => kindOf?.(row) === undefined), [rows, kindOf]),
    selectedId,
    onOpen,
  });
  const cut = useCutTooltip();
  const { box, visible } = useVisibleColumns(columns, selectedId !== undefined);
  const skeleton = useDelayed(loading);
  const updating = useDelayed(refreshing);
  const sorts = onSort !== undefined;
  const columnDefs = useMemo(() => {
    const table = { sorts, hides: (field: string) => visible[field] === false, count: columns.length, sort };
    return columns.map((column) => toColDef(column, table));
  }, [columns, sorts, visible, sort]);
  // A new model on each render would scroll the grid back to its first row.
  const sortModel = useMemo(() => toSortModel(sort, columns), [sort, columns]);
  const selection = useMemo<GridRowSelectionModel>(
    () => ({ type: "include", ids: new Set(selectedId ? [selectedId] : []) }),
    [selectedId],
  );
  return (
    <Box
      ref={box}
      {...cut.handlers}
      {...multiSortHandlers(
        sort,
        (field) => columns.some((one) => one.field === field && one.sortable),
        onSort,
      )}
      onScrollCapture={() => {
        cut.hide();
        rememberPlace();
      }}
      sx={{ flex: 1, minHeight: 0, position: "relative" }}
    >
      {cut.tooltip}
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
        columnHeaderHeight={headerHeight}
        // Server paging without a page model shows all given rows; cursors do the paging.
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
        resizeThrottleMs={0}
        onRowClick={({ row }) => moves.onOpen?.(row)}
        onCellKeyDown={({ row, field }, event) => {
          const inside = event.target instanceof Element && event.target.closest("button, a");
          const opens = event.key === "Enter" && onOpen !== undefined && !inside;
          if (!opens && !onKey?.(row, field, event.key) && !moves.onKey(row, field, event)) return;
          event.defaultMuiPrevented = true;
          event.preventDefault();
          if (opens) moves.onOpen?.(row);
        }}
        getRowClassName={({ row }) => kindOf?.(row) ?? ""}
        sx={{
          "& .MuiDataGrid-row": { cursor: onOpen ? "pointer" : "default" },
          "& .note": { cursor: "default" },
          "& .child, & .note": { bgcolor: "var(--mui-palette-frame)" },
          // Dims the rows of the previous filter while those of the new one load.
          "& .MuiDataGrid-virtualScrollerContent": { opacity: updating ? 0.5 : 1 },
        }}
      />
    </Box>
  );
}
