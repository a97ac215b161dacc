import type { MSPFilter } from "../bridge/models";
import { endFilter, shared } from "../customers/filters";
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
  next_expires_on: endFilter(() => t("customers.filter.nextEnd"), false),
  expired: rangeFilter(() => t("customers.filter.expiredClients"), false),
  expires_on: endFilter(() => t("customers.filter.firstEnd"), true),
  name: shared.name,
  type: shared.type,
  external_id: shared.external_id,
  first_seen_at: shared.first_seen_at,
  last_seen_at: shared.last_seen_at,
};
