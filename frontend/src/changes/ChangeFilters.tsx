import type { ChangeFilter, ListedChange } from "../bridge/models";
import { MSPChip, useMSPText } from "../customers/MSPChip";
import { formatMoment } from "../i18n/format";
import { t } from "../i18n/i18n";
import { FilterBar, FilterChip } from "../parts/FilterBar";
import { filterChips, filterSentence } from "../parts/filters";
import type { ListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";
import { changeFilters, sinceLabel } from "./filters";
import { SpanChip } from "./SpanChip";

/** The names of the ids in the filter, as far as the rows of the list have them. */
interface Known {
  msp_id: string | undefined;
  run_id: string | undefined;
  customer_id: string | undefined;
}

/** The texts for the ids in the filter. first is the first line of the list. */
export function useKnownNames(filter: ChangeFilter, first: ListedChange | undefined): Known {
  const msp = useMSPText(filter.msp_id);
  return {
    msp_id: msp,
    run_id: first && first.run_id === filter.run_id ? formatMoment(first.at) : undefined,
    customer_id: first && first.entity_id === filter.customer_id ? first.name || undefined : undefined,
  };
}

/** The filter as a sentence; undefined for no filter. */
export const filterText = (filter: ChangeFilter, known: Known) =>
  filterSentence(changeFilters, filter, { ...known });

interface Props {
  address: ListAddress;
  filter: ChangeFilter;
  known: Known;
}

export function ChangeFilters({ address, filter, known }: Props) {
  const { set } = address;
  const { grant } = useSession();
  const any = filterText(filter, known) !== undefined;
  const only = (name: "run_id" | "group_id" | "customer_id", text: string | undefined) => {
    const value = filter[name];
    if (value === undefined) return false;
    const options = [{ value, label: text ?? t("changes.ofOne") }];
    const onChange = (next: string | undefined) => set({ [name]: next });
    return {
      chip: (
        <FilterChip label={changeFilters[name].name()} value={value} options={options} onChange={onChange} />
      ),
    };
  };
  const since = {
    set: filter.since !== undefined || filter.until !== undefined,
    chip: (
      <SpanChip
        since={filter.since}
        until={filter.until}
        sinceText={filter.since && sinceLabel(filter.since)}
        untilText={filter.until && changeFilters.until.label(filter.until)}
        onChange={(span) => set({ ...span })}
      />
    ),
  };
  const msp_id = grant.scope.level === "mssp" && {
    chip: <MSPChip withDirect value={filter.msp_id} onChange={(msp_id) => set({ msp_id })} />,
  };
  const chips = filterChips({
    table: changeFilters,
    filter,
    set,
    other: {
      since,
      msp_id,
      run_id: only("run_id", known.run_id),
      group_id: only("group_id", undefined),
      customer_id: only("customer_id", known.customer_id),
    },
  });
  return <FilterBar chips={chips} onClear={any ? address.clear : undefined} />;
}
