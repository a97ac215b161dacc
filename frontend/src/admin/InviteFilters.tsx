import { useCallback } from "react";
import { inviteStatuses } from "../bridge/enums";
import type { InviteFilter } from "../bridge/models";
import { MSPChip, useMSPText } from "../customers/MSPChip";
import { t } from "../i18n/i18n";
import { FilterBar, FilterChip, SearchField } from "../parts/FilterBar";
import { filterChips, filterSentence } from "../parts/filters";
import type { ListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";
import { inviteFilters } from "./filters";

/** The filter as a sentence; undefined for no filter. */
export function useInviteText(filter: InviteFilter): string | undefined {
  return filterSentence(inviteFilters, filter, { msp_id: useMSPText(filter.msp_id) });
}

export function InviteFilters({ address, filter }: { address: ListAddress; filter: InviteFilter }) {
  const { set } = address;
  const { grant } = useSession();
  const text = useInviteText(filter);
  const search = useCallback((q: string) => set({ q }, true), [set]);
  const status = (
    <FilterChip
      label={t("admin.filter.status")}
      value={filter.status}
      options={inviteStatuses.map((value) => ({ value, label: t(`words.invite.${value}`) }))}
      onChange={(next) => set({ status: next })}
    />
  );
  const msp_id = grant.scope.level === "mssp" && {
    chip: <MSPChip value={filter.msp_id} onChange={(next) => set({ msp_id: next })} />,
  };
  const chips = filterChips({
    table: inviteFilters,
    filter,
    set,
    other: { status: { chip: status }, msp_id },
  });
  return (
    <FilterBar chips={chips} onClear={text === undefined ? undefined : address.clear}>
      <SearchField label={t("admin.search")} value={filter.q ?? ""} onChange={search} />
    </FilterBar>
  );
}
