import { t } from "../i18n/i18n";
import { layoutParameter, parseLayout, writeLayout } from "../parts/columnLayout";

/** What a list understands of an address, to find the parts of a saved view that the list does not have. */
export interface ListParameters {
  /** By the name of a filter: whether it understands a value. */
  filters: Record<string, (value: string) => boolean>;
  sorts: readonly string[];
  columns: readonly string[];
}

/** The filters of a table of filters, as ListParameters has them. */
export const filtersOf = (
  table: Record<string, { parse: (text: string) => string | undefined }>,
): ListParameters["filters"] =>
  Object.fromEntries(
    Object.entries(table).map(([name, { parse }]) => [name, (value) => parse(value) !== undefined]),
  );

const columnName = (column: string) => column.replace(/:.*/, "");
const sortField = (term: string) => term.replace(/^-/, "");

/** The parts of a query that the list does not understand, in words; none for a query that is whole. */
export function missingParts(query: URLSearchParams, known: ListParameters): string[] {
  return [...query].flatMap(([name, value]) => {
    const parts = value.split(",");
    if (name === "sort") {
      return parts
        .map(sortField)
        .filter((field) => !known.sorts.includes(field))
        .map((field) => t("views.missing.sort", { name: field }));
    }
    if (name === layoutParameter) {
      const { unknown } = parseLayout(value, [...known.columns]);
      return unknown.map((column) => t("views.missing.column", { name: columnName(column) }));
    }
    return known.filters[name]?.(value) ? [] : [t("views.missing.filter", { name })];
  });
}

/** The query without what the list does not understand. */
export function knownParts(query: URLSearchParams, known: ListParameters): URLSearchParams {
  const kept = new URLSearchParams();
  for (const [name, value] of query) {
    const left = knownValue(name, value, known);
    if (left !== "") kept.append(name, left);
  }
  return kept;
}

function knownValue(name: string, value: string, { filters, sorts, columns }: ListParameters): string {
  const parts = value.split(",");
  if (name === "sort") return parts.filter((term) => sorts.includes(sortField(term))).join(",");
  if (name === layoutParameter) return writeLayout(parseLayout(value, [...columns]).layout);
  return filters[name]?.(value) ? value : "";
}
