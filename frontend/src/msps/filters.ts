import type { MSPFilter } from "../bridge/models";
import { shared } from "../customers/filters";
import { t } from "../i18n/i18n";
import { type FilterTable, rangeFilter } from "../parts/filters";

/** Every filter of the list of MSPs, in the order of its chips. */
export const mspFilters: FilterTable<MSPFilter> = {
  q: shared.q,
  status: shared.status,
  status_reason: shared.status_reason,
  licence_type: shared.licence_type,
  spla: shared.spla,
  clients: rangeFilter(() => t("customers.filter.clients"), false),
  seats_used: shared.seats_used,
  seats_total: shared.seats_total,
};
