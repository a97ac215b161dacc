import type { SyncFilter } from "../bridge/models";
import { t } from "../i18n/i18n";
import { FilterBar, FilterChip } from "../parts/FilterBar";
import { filterChips } from "../parts/filters";
import type { ListAddress } from "../parts/listAddress";
import { runFilters } from "./filters";

interface Props {
  address: ListAddress;
  filter: SyncFilter;
  /** The connections, where there are several. */
  connections: { id: string; name: string }[];
}

export function RunFilters({ address, filter, connections }: Props) {
  const { set } = address;
  const connection = (
    <FilterChip
      label={t("sync.column.connection")}
      value={filter.connection_id}
      options={connections.map(({ id, name }) => ({ value: id, label: name }))}
      onChange={(next) => set({ connection_id: next })}
    />
  );
  const chips = filterChips({
    table: runFilters,
    filter,
    set,
    other: { connection_id: connections.length > 0 && { chip: connection } },
  });
  return <FilterBar chips={chips} onClear={Object.keys(filter).length > 0 ? address.clear : undefined} />;
}
