import { useCallback } from "react";
import type { ClientFilter } from "../bridge/models";
import { clientFacetsQuery } from "../bridge/queries";
import { needlessReason } from "../customers/filters";
import { MSPChip, useMSPText } from "../customers/MSPChip";
import { useFacet } from "../customers/useFacet";
import { t } from "../i18n/i18n";
import { FilterBar, SearchField } from "../parts/FilterBar";
import { filterChips, filterSentence } from "../parts/filters";
import type { ListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";
import { clientFilters } from "./filters";

/** The filter as a sentence; undefined for no filter. */
export function useFilterText(filter: ClientFilter): string | undefined {
  const msp = useMSPText(filter.msp_id);
  return filterSentence(clientFilters, filter, { msp_id: msp });
}

interface Props {
  address: ListAddress;
  filter: ClientFilter;
  /** Whether the clients have more than one type. */
  manyTypes: boolean;
  /** Whether any client has an expiry date. */
  hasExpiry: boolean;
}

export function ClientFilters({ address, filter, manyTypes, hasExpiry }: Props) {
  const { set } = address;
  const { grant } = useSession();
  const filterText = useFilterText(filter);
  const counting = useFacet(clientFacetsQuery, filter);
  const search = useCallback((q: string) => set({ q }, true), [set]);
  const withMSP = grant.scope.level === "mssp";
  const chips = filterChips({
    table: clientFilters,
    filter,
    set,
    counting,
    hidden: [
      ...needlessReason(filter),
      ...(hasExpiry ? [] : ["expires_on" as const]),
      ...(manyTypes ? [] : ["type" as const]),
      ...(withMSP ? [] : ["msp_name" as const]),
    ],
    other: {
      msp_id: withMSP && {
        chip: <MSPChip many value={filter.msp_id} onChange={(msp_id) => set({ msp_id })} />,
      },
    },
  });
  return (
    <FilterBar chips={chips} onClear={filterText === undefined ? undefined : address.clear}>
      <SearchField label={t("clients.search")} value={filter.q ?? ""} onChange={search} />
    </FilterBar>
  );
}
