import { parseFilter } from "../bridge/filterValue";
import type { ClientFilter } from "../bridge/models";
import { endFilter, shared, yesNoFilter } from "../customers/filters";
import { mspsLabel } from "../customers/MSPChip";
import { t } from "../i18n/i18n";
import { type FilterRow, type FilterTable, textFilter } from "../parts/filters";

const isMSP = (text: string) => /^(none|[0-9a-f-]{36})$/i.test(text);

const msp: FilterRow = {
  name: () => t("customers.filter.msp"),
  parse: (text) => (parseFilter(text)?.terms.every((term) => isMSP(term.text)) ? text : undefined),
  label: (value) => mspsLabel(value, undefined),
  choice: { kind: "other" },
};

/** Every filter of the list of clients, in the order of its chips. */
export const clientFilters: FilterTable<ClientFilter> = {
  q: shared.q,
  status: shared.status,
  status_reason: shared.status_reason,
  msp_id: msp,
  type: shared.type,
  licence_type: shared.licence_type,
  spla: shared.spla,
  seats_used: shared.seats_used,
  seats_total: shared.seats_total,
  seats_exceeded: yesNoFilter(() => t("customers.filter.exceeded")),
  expires_on: endFilter(() => t("customers.filter.expires"), true),
  products: shared.products,
  name: shared.name,
  msp_name: textFilter(() => t("customers.filter.mspName"), true),
  external_id: shared.external_id,
  first_seen_at: shared.first_seen_at,
  last_seen_at: shared.last_seen_at,
};
