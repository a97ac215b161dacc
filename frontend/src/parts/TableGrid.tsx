import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import { DataGrid, type GridRowSelectionModel, type useGridApiRef } from "@mui/x-data-grid";
import { type KeyboardEvent, type RefObject, useEffect, useMemo } from "react";
import { t } from "../i18n/i18n";
import { useCutTooltip } from "./CutText";
import { type ColumnLayout, withWidth } from "./columnLayout";
import { onHeaderKey } from "./headerKeys";
import { multiSortHandlers } from "./multiSort";
import { useRowSize } from "./rowSize";
import { selectColumn } from "./selectColumn";
import { firstPressed, pressed } from "./shortcuts";
import { type Column, fromSortModel, toColDef, toSortModel } from "./tableColumn";
import type { DataTableProps } from "./tableProps";
import { useCellMenu } from "./useCellMenu";
import { useDelayed } from "./useDelayed";
import { useRowMoves } from "./useRowMoves";
import { useScrollPlace } from "./useScrollPlace";
import type { Selection } from "./useSelection";

type Api = ReturnType<typeof useGridApiRef>;

interface Props<Row extends { id: string }> extends DataTableProps<Row> {
  api: Api;
  box: RefObject<HTMLDivElement | null>;
  /** Which columns are hidden, by field. */
  hidden: Record<string, boolean>;
  /** The fields of the visible columns, in their order. */
  visible: string[];
  layout: ColumnLayout | undefined;
  widthOf: (field: string) => number;
  onLayout: (layout: ColumnLayout) => void;
  selection: Selection<Row> | undefined;
  /** Whether there is room for a column of checkboxes. */
  boxes: boolean;
}

const empty = () => null;

/** The grid of a table that has rows or loads them. Its columns are already scaled and in their order. */
export function TableGrid<Row extends { id: string }>(props: Props<Row>) {
  const {
    label,
    columns,
    rows,
    total,
    loading,
    refreshing = false,
    sort,
    onSort,
    onOpen,
    selectedId,
  } = props;
  const { hasMore, loadingMore, onMore, onKey, kindOf, api, box, hidden, visible } = props;
  const { layout, widthOf, onLayout, list, selection, boxes } = props;
  const { scale, rowHeight, headerHeight } = useHeights(props.rowHeight);
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
    onMore: hasMore ? onMore : undefined,
  });
  const moves = useRowMoves(api, {
    rows: useMemo(() => rows.filter((row) => kindOf?.(row) === undefined), [rows, kindOf]),
    selectedId,
    onOpen,
  });
  const cut = useCutTooltip();
  const skeleton = useDelayed(loading);
  const updating = useDelayed(refreshing);
  const columnDefs = useColumnDefs({ columns, hidden, visible, sorts: onSort !== undefined, sort, boxes });
  // A new model on each render would scroll the grid back to its first row.
  const sortModel = useMemo(() => toSortModel(sort, columns), [sort, columns]);
  const opened = useMemo<GridRowSelectionModel>(
    () => ({ type: "include", ids: new Set(selectedId ? [selectedId] : []) }),
    [selectedId],
  );
  const multiSort = multiSortHandlers(
    sort,
    (field) => columns.some((one) => one.field === field && one.sortable),
    onSort,
  );
  const shown = useMemo(() => columns.filter(({ field }) => visible.includes(field)), [columns, visible]);
  const cellMenu = useCellMenu({ ...props, columns: shown, onOpen: moves.onOpen });
  const headers = { layout, visible, widthOf, onChange: onLayout };
  return (
    <Box
      ref={box}
      {...cut.handlers}
      {...multiSort}
      onContextMenu={cellMenu.onContextMenu}
      onKeyDownCapture={(event) =>
        cellMenu.onKeyDownCapture(event) ||
        (list !== undefined && onHeaderKey(event, headers)) ||
        multiSort.onKeyDownCapture(event)
      }
      onScrollCapture={() => {
        cut.hide();
        rememberPlace();
      }}
      sx={{ flex: 1, minHeight: 0, position: "relative" }}
    >
      {cut.tooltip}
      {cellMenu.menu}
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
        columnVisibilityModel={hidden}
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
        rowSelectionModel={opened}
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
        onColumnWidthChange={({ colDef, width }) => {
          if (list !== undefined) onLayout(withWidth(layout, colDef.field, width / scale));
        }}
        onRowClick={({ row }) => moves.onOpen?.(row)}
        onCellKeyDown={({ row, field }, event) => {
          const inside = event.target instanceof Element && event.target.closest("button, a");
          const opens = pressed(event, "open") && onOpen !== undefined && !inside;
          if (selection && onSelectKey(event, row, selection)) return;
          if (!opens && !onKey?.(row, field, event.key) && !moves.onKey(row, field, event)) return;
          event.defaultMuiPrevented = true;
          event.preventDefault();
          if (opens) moves.onOpen?.(row);
        }}
        getRowClassName={({ row }) => kindOf?.(row) ?? (selection?.has(row.id) ? "chosen" : "")}
        sx={{
          "& .MuiDataGrid-row": { cursor: onOpen ? "pointer" : "default" },
          "& .note": { cursor: "default" },
          "& .chosen, & .MuiDataGrid-row.chosen:hover": { bgcolor: "action.selected" },
          "& .child, & .note": { bgcolor: "var(--mui-palette-frame)" },
          // Dims the rows of the previous filter while those of the new one load.
          "& .MuiDataGrid-virtualScrollerContent": { opacity: updating ? 0.5 : 1 },
        }}
      />
    </Box>
  );
}

interface DefOptions<Row> {
  columns: Column<Row>[];
  hidden: Record<string, boolean>;
  visible: string[];
  sorts: boolean;
  sort: string | undefined;
  boxes: boolean;
}

function useColumnDefs<Row extends { id: string }>(options: DefOptions<Row>) {
  const { columns, hidden, visible, sorts, sort, boxes } = options;
  return useMemo(() => {
    const table = { sorts, hides: (field: string) => hidden[field] === false, visible, sort };
    return [...(boxes ? [selectColumn<Row>()] : []), ...columns.map((column) => toColDef(column, table))];
  }, [columns, sorts, hidden, visible, sort, boxes]);
}

/** The keys on a cell that change the selection. Returns whether the key was one of these. */
function onSelectKey<Row extends { id: string }>(
  event: KeyboardEvent & { defaultMuiPrevented?: boolean },
  { id }: Row,
  selection: Selection<Row>,
): boolean {
  const inside = event.target instanceof Element && event.target.closest("button, a");
  const name = firstPressed(event, ["select", "selectRange", "selectAll"]);
  if (!name || (name !== "selectAll" && (inside || !selection.takes(id)))) return false;
  event.defaultMuiPrevented = true;
  event.preventDefault();
  if (name === "selectAll") selection.selectLoaded();
  else selection.toggle(id, name === "selectRange");
  return true;
}

/** The heights for the user's density and text size. */
function useHeights(rowHeight = 36) {
  const { compact, scale } = useRowSize();
  const saved = compact ? 8 : 0;
  return {
    scale,
    rowHeight: Math.round((rowHeight - saved) * scale),
    headerHeight: Math.round((36 - saved) * scale),
  };
}
