import { useCallback } from "react";
import type { ClientFilter, Facets } from "../bridge/models";
import { needlessReason } from "../customers/filters";
import { MSPChip, useMSPText } from "../customers/MSPChip";
import { t } from "../i18n/i18n";
import { FilterBar, SearchField } from "../parts/FilterBar";
import { FilterChips, filterSentence } from "../parts/filters";
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
  facets: Facets | undefined;
  /** Whether any client has an expiry date. */
  hasExpiry: boolean;
}

export function ClientFilters({ address, filter, facets, hasExpiry }: Props) {
  const { set } = address;
  const { grant } = useSession();
  const filterText = useFilterText(filter);
  const search = useCallback((q: string) => set({ q }, true), [set]);
  const withMSP = grant.scope.level === "mssp";
  return (
    <FilterBar onClear={filterText === undefined ? undefined : address.clear}>
      <SearchField label={t("clients.search")} value={filter.q ?? ""} onChange={search} />
      <FilterChips
        table={clientFilters}
        filter={filter}
        set={set}
        server={{ type: facets?.types, licence_type: facets?.licence_types }}
        hidden={[...needlessReason(filter), ...(hasExpiry ? [] : ["expires_on" as const])]}
        other={{
          msp_id: withMSP && (
            <MSPChip key="msp_id" withDirect value={filter.msp_id} onChange={(msp_id) => set({ msp_id })} />
          ),
        }}
      />
    </FilterBar>
  );
}
