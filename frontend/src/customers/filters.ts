import { statusReasons, yesNo } from "../bridge/enums";
import { parseFilter } from "../bridge/filterValue";
import { limits } from "../bridge/limits";
import type { StatusReason } from "../bridge/models";
import { t } from "../i18n/i18n";
import {
  daysFilter,
  type FilterRow,
  optionFilter,
  rangeFilter,
  textFilter,
  wordFilter,
} from "../parts/filters";
import { statuses } from "./status";

// The filters that the lists of MSPs and of clients share.

const search: FilterRow = {
  name: () => "",
  parse: (text) => text.slice(0, limits.search),
  label: (q) => t("customers.filter.q", { q }),
  choice: { kind: "other" },
};

/** Whether a filter by status admits disabled customers only, or among others. */
const admitsDisabled = (status: string | undefined) => {
  const filter = status === undefined ? undefined : parseFilter(status);
  return filter !== undefined && !filter.negated && filter.terms.some(({ text }) => text === "disabled");
};

const status: FilterRow = {
  ...optionFilter(
    () => t("customers.filter.status"),
    statuses,
    (value) => t(`words.status.${value}`),
  ),
  resets: (value) => (admitsDisabled(value) ? undefined : "status_reason"),
};

const noReason = "none";

const reason = optionFilter<StatusReason | typeof noReason>(
  () => t("customers.filter.reason"),
  [...statusReasons, noReason],
  (value) => (value === noReason ? t("customers.filter.noReason") : t(`words.reason.${value}`)),
);

export const yesNoFilter = (name: () => string) =>
  optionFilter(name, [...yesNo], (value) => t(`words.yesNo.${value}`), [{ text: "none", as: "unknown" }]);

/** The number in a value such as "30d"; NaN for others. */
const daysOf = (value: string) => (/^\d{1,4}d$/.test(value) ? Number.parseInt(value, 10) : Number.NaN);

function endLabel(value: string): string {
  if (value === "expired") return t("customers.filter.expired");
  if (value === "none") return t("customers.filter.noEnd");
  return t("customers.filter.within", { count: daysOf(value) });
}

/** A filter by a licence end; expired: whether licences that have ended are among them. */
export const endFilter = (name: () => string, expired: boolean): FilterRow => ({
  ...daysFilter(name, {
    more: [...(expired ? ["expired"] : []), "30d", "60d", "90d", "none"],
    labelOf: endLabel,
    accepts: (value) => value === "expired" || value === "none" || daysOf(value) <= limits.expiryDays,
  }),
  whole: (value) => (value === "expired" ? t("customers.filter.expired") : undefined),
});

const none = () => t("customers.filter.none");

export const shared = {
  q: search,
  name: textFilter(() => t("customers.filter.name")),
  external_id: textFilter(() => t("customers.filter.externalId")),
  status,
  status_reason: reason,
  type: wordFilter(() => t("customers.filter.type"), none),
  licence_type: wordFilter(() => t("customers.filter.licenceType"), none),
  products: wordFilter(() => t("customers.filter.products"), none),
  spla: yesNoFilter(() => t("customers.filter.spla")),
  seats_used: rangeFilter(() => t("customers.filter.used"), true),
  seats_total: rangeFilter(() => t("customers.filter.total"), true),
  first_seen_at: daysFilter(() => t("customers.filter.firstSeen")),
  last_seen_at: daysFilter(() => t("customers.filter.lastSeen")),
};

/** The filters to hide: a reason belongs to disabled customers only. */
export const needlessReason = ({ status: value }: { status?: string }): "status_reason"[] =>
  admitsDisabled(value) ? [] : ["status_reason"];

/** Every sort that the API accepts for these fields. */
export const sortsOf = (fields: readonly string[]) => fields.flatMap((field) => [field, `-${field}`]);

/** A sort by up to three of the fields; undefined for anything else. */
export function sortFrom(text: string | undefined, sorts: string[]): string | undefined {
  const terms = text?.split(",") ?? [];
  const fields = new Set(terms.map((term) => term.replace(/^-/, "")));
  const known = terms.length > 0 && terms.length <= 3 && fields.size === terms.length;
  return known && terms.every((term) => sorts.includes(term)) ? text : undefined;
}
