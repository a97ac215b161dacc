import { isDay } from "../bridge/filterValue";
import { dayIn, formatDate } from "../i18n/format";
import { t } from "../i18n/i18n";
import type { Column } from "./tableColumn";

/** The day of a day or of a moment in a time zone. */
const dayOf = (value: string, zone: string | undefined) =>
  isDay(value) ? value : dayIn(zone, new Date(value));

/**
 * The filter of a column of days or moments: the row's own day, for each of the parameters. none is the value for rows
 * without a day, where the list can be filtered by that.
 */
export function dayFilter<Row>(
  get: (row: Row) => string | null | undefined,
  parameters: string[],
  none?: string,
): Required<Pick<Column<Row>, "filter" | "filterText">> {
  return {
    filter: (row, zone) => {
      const value = get(row);
      const day = value ? dayOf(value, zone) : value === null ? none : undefined;
      return day === undefined ? undefined : Object.fromEntries(parameters.map((name) => [name, day]));
    },
    filterText: (row, zone) => {
      const value = get(row);
      return value ? formatDate(dayOf(value, zone)) : t("parts.cell.none");
    },
  };
}
