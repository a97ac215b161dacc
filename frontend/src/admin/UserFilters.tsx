import { useCallback } from "react";
import { roles, userStatuses } from "../bridge/enums";
import type { UserFilter } from "../bridge/models";
import { MSPChip, useMSPText } from "../customers/MSPChip";
import { formatList } from "../i18n/format";
import { t } from "../i18n/i18n";
import { FilterBar, FilterChip, SearchField } from "../parts/FilterBar";
import type { ListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";

/** The filter as a sentence; undefined for no filter. */
export function useFilterText(filter: UserFilter): string | undefined {
  const msp = useMSPText(filter.msp_id);
  const part = (name: string, value: string | undefined) =>
    value ? [t("users.filterText.value", { name, value })] : [];
  const parts = [
    ...(filter.q ? [t("users.filterText.q", { q: filter.q })] : []),
    ...part(t("users.filter.status"), filter.status && t(`words.user.${filter.status}`)),
    ...part(t("users.filter.role"), filter.role && t(`words.role.${filter.role}`)),
    ...part(t("customers.filter.msp"), msp),
  ];
  return parts.length > 0 ? formatList(parts) : undefined;
}

export function UserFilters({ address, filter }: { address: ListAddress; filter: UserFilter }) {
  const { set } = address;
  const { grant, me } = useSession();
  const filterText = useFilterText(filter);
  const search = useCallback((q: string) => set({ q }, true), [set]);
  const status = (
    <FilterChip
      label={t("users.filter.status")}
      value={filter.status}
      options={userStatuses.map((status) => ({ value: status, label: t(`words.user.${status}`) }))}
      onChange={(status) => set({ status })}
    />
  );
  const role = (
    <FilterChip
      label={t("users.filter.role")}
      value={filter.role}
      options={roles
        .filter((role) => role === filter.role || me.may_invite.includes(role))
        .map((role) => ({ value: role, label: t(`words.role.${role}`) }))}
      onChange={(role) => set({ role })}
    />
  );
  const msp = <MSPChip value={filter.msp_id} onChange={(msp_id) => set({ msp_id })} />;
  const chips = [
    { name: "status", set: filter.status !== undefined, chip: status },
    { name: "role", set: filter.role !== undefined, chip: role },
    ...(grant.scope.level === "mssp"
      ? [{ name: "msp_id", set: filter.msp_id !== undefined, chip: msp }]
      : []),
  ];
  return (
    <FilterBar chips={chips} onClear={filterText === undefined ? undefined : address.clear}>
      <SearchField label={t("users.search")} value={filter.q ?? ""} onChange={search} />
    </FilterBar>
  );
}
