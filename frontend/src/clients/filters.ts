import { yesNo } from "../bridge/enums";
import type { ClientFilter } from "../bridge/models";
import { shared } from "../customers/filters";
import { t } from "../i18n/i18n";
import { type FilterRow, type FilterTable, optionFilter, textFilter } from "../parts/filters";

const msp: FilterRow<string> = {
  name: () => t("customers.filter.msp"),
  parse: (text) => (/^(none|[0-9a-f-]{36})$/i.test(text) ? text : undefined),
  label: (id) => t(id === "none" ? "customers.filter.directly" : "customers.filter.thisMSP"),
  choice: { kind: "other" },
};

const expires: FilterRow<string> = {
  name: () => t("customers.filter.expires"),
  parse: (text) => (/^(expired|none|\d{1,4}d)$/.test(text) && !(daysOf(text) > 3660) ? text : undefined),
  label: (value) => {
    if (value === "expired") return t("customers.filter.expired");
    if (value === "none") return t("customers.filter.noEnd");
    return t("customers.filter.within", { count: daysOf(value) });
  },
  whole: (value) => (value === "expired" ? t("customers.filter.expired") : undefined),
  choice: { kind: "options", options: ["expired", "30d", "60d", "90d", "none"] },
};

/** The number in a value such as "30d"; NaN for others. */
const daysOf = (value: string) => Number(value.replace(/d$/, ""));

const exceeded = optionFilter(
  () => t("customers.filter.exceeded"),
  [...yesNo],
  (value) => t(`words.yesNo.${value}`),
);

/** Every filter of the list of clients, in the order of its chips. */
export const clientFilters: FilterTable<ClientFilter> = {
  q: shared.q,
  status: shared.status,
  status_reason: shared.status_reason,
  msp_id: msp,
  type: textFilter(() => t("customers.filter.type"), 64),
  licence_type: shared.licence_type,
  spla: shared.spla,
  seats_used: shared.seats_used,
  seats_total: shared.seats_total,
  seats_exceeded: exceeded,
  expires_on: expires,
};
