import type { ReactNode } from "react";
import type { Problem } from "../bridge/problem";
import type { Column } from "./tableColumn";
import type { ChosenRows, SelectOptions } from "./useSelection";

export interface DataTableProps<Row extends { id: string }> {
  /** The table's accessible name: "Clients". */
  label: string;
  /** The path of the list, or another name of it, for which the layout of its columns is kept; without it they cannot be chosen. */
  list?: string;
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
  /** Changes the filter in the address to that of a cell. */
  onFilter?: (changes: Record<string, string>) => void;
  /** The link that opens the app at a row; undefined where there is none. */
  portalLinkOf?: (row: Row) => string | undefined;
  /** What can be selected; nothing without it. */
  select?: SelectOptions<Row> & {
    /** What else than a copy can be made of the selection, undefined for every row of the list. */
    actions?: (chosen: ChosenRows | undefined) => ReactNode;
  };
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
