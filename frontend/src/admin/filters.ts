import { inviteStatuses, providerIDs, roles, userStatuses } from "../bridge/enums";
import type { InviteFilter, UserFilter } from "../bridge/models";
import { shared } from "../customers/filters";
import { t } from "../i18n/i18n";
import { daysFilter, type FilterRow, type FilterTable, optionFilter } from "../parts/filters";

/** A filter by one value of an enumeration. */
const oneFilter = <Value extends string>(
  name: () => string,
  values: readonly Value[],
  label: (value: Value) => string,
): FilterRow => ({
  name,
  parse: (text) => values.find((value) => value === text),
  label: (value) => label(value as Value),
  choice: { kind: "other" },
});

const msp: FilterRow = {
  name: () => t("customers.filter.msp"),
  parse: (text) => (/^[0-9a-f-]{36}$/i.test(text) ? text : undefined),
  label: () => t("customers.filter.thisMSP"),
  choice: { kind: "other" },
};

const provider = optionFilter(
  () => t("users.column.provider"),
  [...providerIDs],
  (id) => t(`words.provider.${id}`),
);

/** Every filter of the list of users, in the order of its chips. */
export const userFilters: FilterTable<Omit<UserFilter, "sort">> = {
  q: shared.q,
  status: oneFilter(
    () => t("users.filter.status"),
    userStatuses,
    (status) => t(`words.user.${status}`),
  ),
  role: oneFilter(
    () => t("users.filter.role"),
    roles,
    (role) => t(`words.role.${role}`),
  ),
  msp_id: msp,
  provider,
  last_login_at: daysFilter(() => t("users.column.lastLogin"), {
    more: ["none"],
    labelOf: () => t("users.filter.never"),
    accepts: (value) => value === "none",
  }),
};

/** Every filter of the list of invites, in the order of its chips. */
export const inviteFilters: FilterTable<InviteFilter> = {
  q: shared.q,
  status: oneFilter(
    () => t("admin.filter.status"),
    inviteStatuses,
    (status) => t(`words.invite.${status}`),
  ),
  role: optionFilter(
    () => t("admin.column.role"),
    [...roles],
    (role) => t(`words.role.${role}`),
  ),
  msp_id: msp,
  provider,
  expires_at: daysFilter(() => t("admin.column.expires")),
  created_at: daysFilter(() => t("admin.column.created")),
};
