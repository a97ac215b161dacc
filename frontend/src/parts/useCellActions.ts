import { t } from "../i18n/i18n";
import { cellText, tabSeparated } from "./cellText";
import type { Column } from "./tableColumn";
import type { DataTableProps } from "./tableProps";
import { useTimeZone } from "./timeZone";
import { useCopy } from "./useCopy";
import type { Selection } from "./useSelection";

export interface CellActions<Row extends { id: string }>
  extends Pick<DataTableProps<Row>, "rows" | "kindOf" | "onOpen" | "onFilter" | "portalLinkOf"> {
  /** The visible columns, in their order. */
  columns: Column<Row>[];
  selection: Selection<Row> | undefined;
}

interface CellAction {
  label: string;
  run: () => void;
  disabled?: boolean;
}

/** Texts longer than this are cut in menus and notices. */
const longest = 60;

const shortened = (text: string) => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** What can be done with the cell of a row and field. */
export function useCellActions<Row extends { id: string }>(actions: CellActions<Row>) {
  const { rows, columns, selection, kindOf } = actions;
  const put = useCopy();
  const zone = useTimeZone();
  const rowOf = (id: string) => rows.find((row) => row.id === id && kindOf?.(row) !== "note");
  const copyText = (text: string) =>
    text === "" ? undefined : void put(text, t("parts.cell.copied", { text: shortened(text) }));
  const copyRows = (chosen: Row[]) =>
    void put(tabSeparated(columns, chosen), t("parts.selection.copied", { count: chosen.length }));
  /** The rows to copy as one; only those that are loaded can be. */
  const chosen = selection && selection.count === selection.rows.length ? selection.rows : [];

  const copiesOf = (row: Row, text: string): CellAction[] => {
    const link = actions.portalLinkOf?.(row);
    const several = selection?.has(row.id) && chosen.length > 1;
    return [
      { label: t("parts.cell.copy"), disabled: text === "", run: () => copyText(text) },
      { label: t("parts.cell.copyRow"), run: () => copyRows([row]) },
      ...(several
        ? [{ label: t("parts.cell.copyRows", { count: chosen.length }), run: () => copyRows(chosen) }]
        : []),
      { label: t("parts.cell.copyID"), run: () => copyText(row.id) },
      ...(link ? [{ label: t("parts.cell.copyLink"), run: () => copyText(link) }] : []),
    ];
  };

  const othersOf = (row: Row, column: Column<Row> | undefined): CellAction[] => {
    const { onOpen, onFilter } = actions;
    const filter = kindOf?.(row) === undefined ? column?.filter?.(row, zone) : undefined;
    return [
      ...(onOpen ? [{ label: t("parts.cell.open"), run: () => onOpen(row) }] : []),
      ...(filter && column && onFilter
        ? [{ label: filterLabel(column, row, zone), run: () => onFilter(filter) }]
        : []),
      ...(selection?.takes(row.id)
        ? [
            {
              label: t(selection.has(row.id) ? "parts.cell.unselect" : "parts.cell.select"),
              run: () => selection.toggle(row.id, false),
            },
          ]
        : []),
    ];
  };

  const itemsOf = (id: string, field: string): (CellAction | "divider")[] => {
    const row = rowOf(id);
    if (!row) return [];
    const column = columns.find((one) => one.field === field);
    const others = othersOf(row, column);
    const copies = copiesOf(row, column ? cellText(column, row) : "");
    return [...others, ...(others.length > 0 ? ["divider" as const] : []), ...copies];
  };

  /** Copies the selected rows; without a selection the cell. */
  const copy = (id: string, field: string) => {
    const row = rowOf(id);
    const column = columns.find((one) => one.field === field);
    if (chosen.length > 0) copyRows(chosen);
    else if (row && column) copyText(cellText(column, row));
  };
  return { itemsOf, copy };
}

function filterLabel<Row>(column: Column<Row>, row: Row, zone: string | undefined): string {
  const text = column.filterText ? column.filterText(row, zone) : cellText(column, row);
  const value = shortened(text) || t("parts.cell.none");
  return t("parts.cell.filter", { name: column.name, value });
}
