// How the user arranged the columns of a list, as text in the address: "name:240,status,seats_total", or "auto,name:240"
// where only widths are chosen and the width of the window decides which columns are shown.

interface PlacedColumn {
  field: string;
  /** In pixels at the usual text size; undefined for the column's own width. */
  width?: number;
}

export interface ColumnLayout {
  /** Whether the width of the window decides which columns are shown, in their own order. */
  automatic: boolean;
  columns: PlacedColumn[];
}

/** The name of the parameter in the address. */
export const layoutParameter = "columns";

const automaticWord = "auto";

/** The least and the greatest width of a column. */
const bounds = { least: 50, most: 1600 };

const boundedWidth = (width: number) => Math.round(Math.min(bounds.most, Math.max(bounds.least, width)));

export interface ParsedLayout {
  /** Undefined where no column of the list is named. */
  layout: ColumnLayout | undefined;
  /** What was named and is no column of the list. */
  unknown: string[];
}

/** Reads a layout. What is unknown is left out, and only the first place of a column counts. */
export function parseLayout(text: string | undefined, fields: string[]): ParsedLayout {
  const terms = (text ?? "").split(",").filter((term) => term !== "");
  const automatic = terms[0] === automaticWord;
  const columns = new Map<string, PlacedColumn>();
  const unknown: string[] = [];
  for (const term of automatic ? terms.slice(1) : terms) {
    const [, field = "", width] = /^(\w+)(?::(\d{1,5}))?$/.exec(term) ?? [];
    if (!fields.includes(field)) unknown.push(term);
    else if (!columns.has(field)) {
      columns.set(field, { field, ...(width && { width: boundedWidth(Number(width)) }) });
    }
  }
  return { layout: columns.size > 0 ? { automatic, columns: [...columns.values()] } : undefined, unknown };
}

/** The text of a layout; "" for none. */
export function writeLayout(layout: ColumnLayout | undefined): string {
  if (!layout || layout.columns.length === 0) return "";
  const terms = layout.columns.map(({ field, width }) => (width ? `${field}:${width}` : field));
  return [...(layout.automatic ? [automaticWord] : []), ...terms].join(",");
}

/** The layout with another width of a column. */
export function withWidth(layout: ColumnLayout | undefined, field: string, width: number): ColumnLayout {
  const { automatic, columns } = layout ?? { automatic: true, columns: [] };
  const placed = { field, width: boundedWidth(width) };
  const known = columns.some((column) => column.field === field);
  if (!known && !automatic) return { automatic, columns };
  return {
    automatic,
    columns: known
      ? columns.map((column) => (column.field === field ? placed : column))
      : [...columns, placed],
  };
}

/** The layout that shows exactly these columns in this order; widths stay. */
export function withFields(layout: ColumnLayout | undefined, fields: string[]): ColumnLayout {
  const widths = new Map(layout?.columns.map((column) => [column.field, column]));
  return { automatic: false, columns: fields.map((field) => widths.get(field) ?? { field }) };
}

/** The list with an item moved by a step; the same list where it cannot move further. */
export function moved<Item>(items: Item[], item: Item, step: 1 | -1): Item[] {
  const at = items.indexOf(item);
  const to = at + step;
  if (at < 0 || to < 0 || to >= items.length) return items;
  return items.toSpliced(at, 1).toSpliced(to, 0, item);
}

interface Sized {
  field: string;
  width?: number;
  minWidth?: number;
  flex?: number;
}

/** The columns in the order of a layout, the chosen ones first, with its widths. */
export function arranged<Column extends Sized>(
  columns: Column[],
  layout: ColumnLayout | undefined,
): Column[] {
  if (!layout) return columns;
  const widths = new Map(layout.columns.map(({ field, width }) => [field, width]));
  const order = layout.columns.map(({ field }) => field);
  const placeOf = ({ field }: Sized) => (order.includes(field) ? order.indexOf(field) : order.length);
  const sorted = layout.automatic ? columns : columns.toSorted((a, b) => placeOf(a) - placeOf(b));
  return sorted.map((column) => {
    const width = widths.get(column.field);
    if (width === undefined) return column;
    const { flex: _, ...fixed } = column;
    return { ...fixed, width: Math.max(width, column.minWidth ?? 0) } as Column;
  });
}

/** The fields that a layout shows, in its order; undefined where the window decides. */
export const chosenFields = (layout: ColumnLayout | undefined): string[] | undefined =>
  layout && !layout.automatic ? layout.columns.map(({ field }) => field) : undefined;

/** The columns that an export of the list holds, for the layout in the address. */
export function listedColumns<Column extends { field: string; optional?: boolean }>(
  columns: Column[],
  text: string | undefined,
): Column[] {
  const { layout } = parseLayout(
    text,
    columns.map(({ field }) => field),
  );
  const fields = chosenFields(layout);
  if (!fields) return columns.filter(({ optional }) => optional !== true);
  return fields.flatMap((field) => columns.filter((column) => column.field === field));
}
