import type { CustomerStatus, StatusReason, YesNo } from "../bridge/models";
import { t } from "../i18n/i18n";
import { type FilterRow, rangeFilter, textFilter, wordFilter } from "../parts/filters";
import { reasons, statuses } from "./status";

// The filters that lists of MSPs and of clients share.

const search: FilterRow<string> = {
  name: () => "",
  parse: (text) => text.slice(0, 100),
  words: (q) => t("customers.filter.q", { q }),
  choice: { kind: "other" },
};

const status: FilterRow<CustomerStatus> = {
  ...wordFilter(
    () => t("customers.filter.status"),
    statuses,
    (word) => t(`words.customer.${word}`),
  ),
  resets: "status_reason",
};

const reason: FilterRow<StatusReason> = wordFilter(
  () => t("customers.filter.reason"),
  reasons,
  (word) => t(`words.reason.${word}`),
);

const spla: FilterRow<YesNo> = wordFilter(
  () => t("customers.filter.spla"),
  ["yes", "no", "unknown"],
  (word) => t(`words.yesNo.${word}`),
);

const licenceType = textFilter(() => t("customers.filter.licenceType"), 100, [
  { value: "none", words: () => t("customers.filter.noLicenceType") },
]);

export const shared = {
  q: search,
  status,
  status_reason: reason,
  licence_type: licenceType,
  spla,
  seats_used: rangeFilter(() => t("customers.filter.used"), true),
  seats_total: rangeFilter(() => t("customers.filter.total"), true),
};

/** A reason belongs to one status alone: until that is chosen there is nothing to narrow. */
export const needlessReason = ({ status }: { status?: CustomerStatus }): "status_reason"[] =>
  status === "disabled" ? [] : ["status_reason"];

/** Every sort the API takes for a list, by its fields. */
export const sortsOf = (fields: string[]) => fields.flatMap((field) => [field, `-${field}`]);
