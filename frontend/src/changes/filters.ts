import { changeFields, changeKinds } from "../bridge/enums";
import type { ChangeFilter } from "../bridge/models";
import { formatDate, formatMoment } from "../i18n/format";
import { t } from "../i18n/i18n";
import { type FilterRow, type FilterTable, optionFilter } from "../parts/filters";

const isID = (text: string) => /^[0-9a-f-]{36}$/i.test(text);

/** A date that exists, as the API reads it. */
export const isDay = (text: string) =>
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  text > "0001" &&
  new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;

const isMoment = (text: string) => /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));

/** The number in a value such as "7d"; NaN for others. */
const daysOf = (value: string) => (/^\d{1,4}d$/.test(value) ? Number.parseInt(value, 10) : Number.NaN);

/** The beginnings that the menu offers. */
export const spans = ["last_visit", "0d", "1d", "7d", "30d"];

const dayOrMoment = (value: string) => (isDay(value) ? formatDate(value) : formatMoment(value));

/** "my last visit", "yesterday", "7 days ago", "1 Nov 2026". */
export function sinceLabel(value: string): string {
  const days = daysOf(value);
  if (value === "last_visit") return t("changes.span.last_visit");
  if (Number.isNaN(days)) return dayOrMoment(value);
  if (days === 0) return t("changes.span.today");
  return days === 1 ? t("changes.span.yesterday") : t("changes.span.days", { count: days });
}

const since: FilterRow = {
  name: () => t("changes.span.since"),
  parse: (text) =>
    text === "last_visit" || daysOf(text) <= 3660 || isDay(text) || isMoment(text) ? text : undefined,
  label: sinceLabel,
  choice: { kind: "other" },
};

const until: FilterRow = {
  name: () => t("changes.span.until"),
  parse: (text) => (isDay(text) || isMoment(text) ? text : undefined),
  label: dayOrMoment,
  choice: { kind: "other" },
};

const byID = (name: () => string, none = false): FilterRow => ({
  name,
  parse: (text) => (isID(text) || (none && text === "none") ? text : undefined),
  label: () => t("changes.ofOne"),
  choice: { kind: "other" },
});

/** Every filter of the list, in the order of its chips. */
export const changeFilters: FilterTable<ChangeFilter> = {
  since,
  until,
  kind: optionFilter(
    () => t("changes.kind"),
    [...changeKinds],
    (kind) => t(`changes.kinds.${kind}`),
  ),
  field: optionFilter(
    () => t("changes.field"),
    [...changeFields],
    (field) => t(`history.field.${field}`),
  ),
  msp_id: byID(() => t("customers.filter.msp"), true),
  run_id: byID(() => t("changes.run")),
  group_id: byID(() => t("changes.group")),
  customer_id: byID(() => t("changes.customer")),
};
