import { formulaStarts } from "../bridge/limits";
import type { Column } from "./tableColumn";

/** How a formula begins, also behind a tab or line break, which spreadsheets skip. */
const formulaStart = new RegExp(`^[${formulaStarts}\\t\\r\\n]`);

/** A text that no spreadsheet runs as a formula: an apostrophe precedes one that begins like it. */
export const neutral = (text: string) => (formulaStart.test(text) ? `'${text}` : text);

/** Whether the cells of a column have a text to copy. */
export const isCopied = <Row>({ copy, number, text }: Column<Row>) => (copy ?? number ?? text) !== undefined;

/** The text of a cell: without the notes beside it, numbers without groups, days and moments as in ISO 8601. */
export function cellText<Row>({ copy, number, text }: Column<Row>, row: Row): string {
  const value = (copy ?? number ?? text)?.(row) ?? "";
  return typeof value === "number" ? String(value) : neutral(value);
}

/** Rows for a spreadsheet: tabs between the cells, the names of the columns first. */
export function tabSeparated<Row>(columns: Column<Row>[], rows: Row[]): string {
  const copied = columns.filter(isCopied);
  const line = (cells: string[]) => cells.map((cell) => cell.replace(/[\t\r\n]+/g, " ")).join("\t");
  return [
    line(copied.map(({ name }) => neutral(name))),
    ...rows.map((row) => line(copied.map((column) => cellText(column, row)))),
  ].join("\n");
}
