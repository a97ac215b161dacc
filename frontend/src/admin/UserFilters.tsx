import { useCallback } from "react";
import { roles, userStatuses } from "../bridge/enums";
import type { UserFilter } from "../bridge/models";
import { MSPChip, useMSPText } from "../customers/MSPChip";
import { t } from "../i18n/i18n";
import { FilterBar, FilterChip, SearchField } from "../parts/FilterBar";
import { filterChips, filterSentence } from "../parts/filters";
import type { ListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";
import { userFilters } from "./filters";

/** The filter as a sentence; undefined for no filter. */
export function useFilterText(filter: UserFilter): string | undefined {
  return filterSentence(userFilters, filter, { msp_id: useMSPText(filter.msp_id) });
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
      options={userStatuses.map((value) => ({ value, label: t(`words.user.${value}`) }))}
      onChange={(next) => set({ status: next })}
    />
  );
  const role = (
    <FilterChip
      label={t("users.filter.role")}
      value={filter.role}
      options={roles
        .filter((value) => value === filter.role || me.may_invite.includes(value))
        .map((value) => ({ value, label: t(`words.role.${value}`) }))}
      onChange={(next) => set({ role: next })}
    />
  );
  const msp_id = grant.scope.level === "mssp" && {
    chip: <MSPChip value={filter.msp_id} onChange={(next) => set({ msp_id: next })} />,
  };
  const chips = filterChips({
    table: userFilters,
    filter,
    set,
    other: { status: { chip: status }, role: { chip: role }, msp_id },
  });
  return (
    <FilterBar chips={chips} onClear={filterText === undefined ? undefined : address.clear}>
      <SearchField label={t("users.search")} value={filter.q ?? ""} onChange={search} />
    </FilterBar>
  );
}
