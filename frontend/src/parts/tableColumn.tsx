import type { GridColDef, GridSortModel } from "@mui/x-data-grid";
import type { ReactNode } from "react";
import { absent, formatNumber } from "../i18n/format";
import { ColumnHeader } from "./ColumnHeader";
import { CutText } from "./CutText";
import { sortPlace } from "./multiSort";

/** Whether a column is hidden because there is no room for it, or because the user did not choose it. */
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
  /** What is copied of a cell, where it is neither the number nor the text: days and moments as the API has them. */
  copy?: (row: Row) => string | number | null | undefined;
  /**
   * The filter that a row's own value passes, as changes of the address; undefined where there is none. zone is the time
   * zone of days.
   */
  filter?: (row: Row, zone: string | undefined) => Record<string, string> | undefined;
  /** The value of the filter as text, where it is not what is copied of the cell. */
  filterText?: (row: Row, zone: string | undefined) => string;
  /** The columns that the cell of this row covers where they follow it directly. */
  covers?: (row: Row) => string[] | "all";
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
  /** Shown only where the user chooses it. */
  optional?: boolean;
}

interface TableContext {
  /** Whether the table can be sorted. */
  sorts: boolean;
  hides: Hides;
  /** The fields of the visible columns, in their order. */
  visible: string[];
  sort: string | undefined;
}

export function toColDef<Row extends { id: string }>(
  column: Column<Row>,
  table: TableContext,
): GridColDef<Row> {
  const { sorts, hides, visible } = table;
  const { field, name, text, number, render, sortable, width, minWidth, flex, covers } = column;
  const align = column.align ?? (number ? "right" : "left");
  const place = sortPlace(table.sort, field);
  return {
    field,
    headerName: name,
    renderHeader: ({ colDef }) => <ColumnHeader name={name} place={place} width={colDef.computedWidth} />,
    sortable: sorts && sortable === true,
    align,
    headerAlign: align,
    // The grid keeps what is not given, for example the flex of a column that now has a width.
    width: width ?? 100,
    flex: flex ?? 0,
    minWidth: minWidth ?? Math.min(width ?? 80, 80),
    valueGetter: (_, row) => (number ? number(row) : (text?.(row) ?? null)),
    valueFormatter: (value: unknown) => {
      if (typeof value === "number") return formatNumber(value);
      return typeof value === "string" && value !== "" ? value : absent;
    },
    ...(covers && { colSpan: (_: unknown, row: Row) => spanOf(field, covers(row), visible) }),
    // Also for plain text: the grid would give it a native tooltip that repeats what can be read.
    display: "flex" as const,
    renderCell: ({ row, formattedValue }: { row: Row; formattedValue?: ReactNode }) => (
      <CutText>{render ? render(row, hides) : formattedValue}</CutText>
    ),
  };
}

/** How many columns a cell spans that covers others where they follow it directly. */
export function spanOf(field: string, covered: string[] | "all", visible: string[]): number {
  const behind = visible.slice(visible.indexOf(field) + 1);
  if (covered === "all") return behind.length + 1;
  const end = behind.findIndex((one) => !covered.includes(one));
  return (end < 0 ? behind.length : end) + 1;
}

/** No sort where the list is sorted by what no column shows: the grid would report that the sort is gone. */
export function toSortModel(sort: string | undefined, columns: { field: string }[]): GridSortModel {
  const field = sort?.replace(/^-/, "").replace(/,.*/, "");
  if (!sort || !field || !columns.some((column) => column.field === field)) return [];
  return [{ field, sort: sort.startsWith("-") ? "desc" : "asc" }];
}

export const fromSortModel = (model: GridSortModel): string => {
  const first = model[0];
  return first ? `${first.sort === "desc" ? "-" : ""}${first.field}` : "";
};
