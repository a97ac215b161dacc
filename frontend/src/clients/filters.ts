import type { ClientFilter } from "../bridge/models";
import { shared } from "../customers/filters";
import { t } from "../i18n/i18n";
import { type FilterRow, type FilterTable, textFilter } from "../parts/filters";

const msp: FilterRow<string> = {
  name: () => t("clients.filter.msp"),
  parse: (text) => (/^(none|[0-9a-f-]{36})$/i.test(text) ? text : undefined),
  label: (id) => t(id === "none" ? "clients.filter.directly" : "clients.filter.thisMSP"),
  choice: { kind: "other" },
};

const expires: FilterRow<number> = {
  name: () => t("customers.filter.expires"),
  parse: (text) => {
    const days = Number(text);
    return Number.isInteger(days) && days > 0 && days <= 3660 ? days : undefined;
  },
  label: (days) => t("customers.filter.within", { count: days }),
  choice: { kind: "options", options: [30, 60, 90] },
};

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
  expires_within: expires,
};
