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
  growth: rangeFilter(() => t("msps.filter.growth"), true, true),
  exceeded: rangeFilter(() => t("msps.filter.exceeded"), false),
  next_expires_on: endFilter(() => t("customers.filter.nextEnd"), false),
  expiring_30: rangeFilter(() => t("msps.filter.expiring_30"), false),
  expiring_90: rangeFilter(() => t("msps.filter.expiring_90"), false),
  expired: rangeFilter(() => t("customers.filter.expiredClients"), false),
  expires_on: endFilter(() => t("customers.filter.firstEnd"), true),
  disabled: rangeFilter(() => t("msps.filter.disabled"), false),
  missing: rangeFilter(() => t("msps.filter.missing"), false),
  name: shared.name,
  type: shared.type,
  external_id: shared.external_id,
  first_seen_at: shared.first_seen_at,
  last_seen_at: shared.last_seen_at,
};
