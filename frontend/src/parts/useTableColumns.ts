import type { useGridApiRef } from "@mui/x-data-grid";
import { useCallback, useMemo } from "react";
import { arranged, chosenFields } from "./columnLayout";
import { useRowSize } from "./rowSize";
import type { Column } from "./tableColumn";
import { useColumnLayout } from "./useColumnLayout";
import { useVisibleColumns } from "./visibleColumns";

type Api = ReturnType<typeof useGridApiRef>;

interface Options<Row> {
  /** The path of the list; undefined for a table whose columns cannot be chosen. */
  list: string | undefined;
  columns: Column<Row>[];
  besidePanel: boolean;
  /** Whether rows can be selected. */
  selects: boolean;
}

/** The columns of a table in their layout, scaled to the user's text size, and which of them are visible. */
export function useTableColumns<Row>(api: Api, { list, columns, besidePanel, selects }: Options<Row>) {
  const { scale } = useRowSize();
  const { layout, unknown, change } = useColumnLayout(list, columns);
  const scaled = useMemo(() => {
    const px = (value: number | undefined) => (value === undefined ? undefined : Math.round(value * scale));
    return arranged(columns, layout).map((column): Column<Row> => {
      const width = px(column.width);
      const minWidth = px(column.minWidth);
      return { ...column, ...(width && { width }), ...(minWidth && { minWidth }) };
    });
  }, [columns, layout, scale]);
  const chosen = chosenFields(layout);
  const { box, boxes, visible: hidden } = useVisibleColumns(scaled, { besidePanel, chosen, selects });
  const visible = useMemo(
    () => scaled.map(({ field }) => field).filter((field) => hidden[field] !== false),
    [scaled, hidden],
  );
  const widthOf = useCallback(
    (field: string) => Math.round((api.current?.getColumn(field)?.computedWidth ?? 100) / scale),
    [api, scale],
  );
  return { columns: scaled, layout, unknown, change, box, boxes, hidden, visible, widthOf };
}
