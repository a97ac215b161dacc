import { statusReasons, yesNo } from "../bridge/enums";
import type { CustomerStatus, StatusReason, YesNo } from "../bridge/models";
import { t } from "../i18n/i18n";
import { type FilterRow, optionFilter, rangeFilter, textFilter } from "../parts/filters";
import { statuses } from "./status";

// The filters that the lists of MSPs and of clients share.

const search: FilterRow<string> = {
  name: () => "",
  parse: (text) => text.slice(0, 100),
  label: (q) => t("customers.filter.q", { q }),
  choice: { kind: "other" },
};

const status: FilterRow<CustomerStatus> = {
  ...optionFilter(
    () => t("customers.filter.status"),
    statuses,
    (value) => t(`words.status.${value}`),
  ),
  resets: "status_reason",
};

const reason: FilterRow<StatusReason> = optionFilter(
  () => t("customers.filter.reason"),
  [...statusReasons],
  (value) => t(`words.reason.${value}`),
);

const spla: FilterRow<YesNo> = optionFilter(
  () => t("customers.filter.spla"),
  [...yesNo],
  (value) => t(`words.yesNo.${value}`),
);

const licenceType = textFilter(() => t("customers.filter.licenceType"), 100, [
  { value: "none", label: () => t("customers.filter.noLicenceType") },
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

/** The filters to hide: a reason belongs to status "disabled" only. */
export const needlessReason = ({ status }: { status?: CustomerStatus }): "status_reason"[] =>
  status === "disabled" ? [] : ["status_reason"];

/** Every sort that the API accepts for these fields. */
export const sortsOf = (fields: string[]) => fields.flatMap((field) => [field, `-${field}`]);
