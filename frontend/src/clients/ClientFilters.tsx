import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import type { Client, ClientFilter } from "../bridge/models";
import { mspQuery } from "../bridge/queries";
import { formatList } from "../i18n/format";
import { t } from "../i18n/i18n";
import { FilterBar, FilterChip, SearchField } from "../parts/FilterBar";
import type { ListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";
import { spans, statuses } from "./useClients";

const within = (days: number) => t("clients.filter.within", { count: days });

/** The name of the MSP the list is narrowed to; undefined where it is not, or not known yet. */
function useMSPName(id: string | undefined): string | undefined {
  const { grant } = useSession();
  const enabled = id !== undefined && id !== "none";
  const msp = useQuery({ ...mspQuery(grant.id, id ?? ""), enabled });
  if (id === "none") return t("clients.filter.directly");
  return enabled ? (msp.data?.name ?? t("clients.filter.thisMSP")) : undefined;
}

/** What was looked for, in words: “bakery”, Status Missing and Expires within 30 days. Undefined: everything. */
export function useAsked(filter: ClientFilter): string | undefined {
  const msp = useMSPName(filter.msp_id);
  const said = (name: string, value: string | undefined) =>
    value ? [t("clients.asked.filter", { name, value })] : [];
  const parts = [
    ...(filter.q ? [t("clients.asked.q", { q: filter.q })] : []),
    ...said(t("clients.filter.status"), filter.status && t(`words.customer.${filter.status}`)),
    ...said(t("clients.filter.msp"), msp),
    ...said(t("clients.filter.type"), filter.type),
    ...said(t("clients.filter.expires"), filter.expires_within ? within(filter.expires_within) : undefined),
  ];
  return parts.length > 0 ? formatList(parts) : undefined;
}

interface Props {
  address: ListAddress;
  filter: ClientFilter;
  /** What is shown now: its types are on offer. */
  rows: Client[];
}

export function ClientFilters({ address, filter, rows }: Props) {
  const { set } = address;
  const { grant } = useSession();
  const asked = useAsked(filter);
  const search = useCallback((q: string) => set({ q }, true), [set]);
  return (
    <FilterBar onClear={asked === undefined ? undefined : address.clear}>
      <SearchField label={t("clients.search")} value={filter.q ?? ""} onChange={search} />
      <FilterChip
        label={t("clients.filter.status")}
        value={filter.status}
        options={statuses.map((status) => ({ value: status, label: t(`words.customer.${status}`) }))}
        onChange={(status) => set({ status })}
      />
      {grant.scope.level === "mssp" && (
        <MSPChip value={filter.msp_id} onChange={(msp_id) => set({ msp_id })} />
      )}
      <TypeChip value={filter.type} rows={rows} onChange={(type) => set({ type })} />
      <FilterChip
        label={t("clients.filter.expires")}
        value={filter.expires_within}
        options={[...new Set([...spans, ...(filter.expires_within ? [filter.expires_within] : [])])].map(
          (days) => ({ value: days, label: within(days) }),
        )}
        onChange={(days) => set({ expires_within: days?.toString() })}
      />
    </FilterBar>
  );
}

interface ChipProps {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** A link from an MSP narrows to it; by hand one can ask for those directly under the MSSP. */
function MSPChip({ value, onChange }: ChipProps) {
  const name = useMSPName(value);
  const direct = { value: "none", label: t("clients.filter.directly") };
  const chosen = value && value !== "none" ? [{ value, label: name ?? "" }] : [];
  return (
    <FilterChip
      label={t("clients.filter.msp")}
      value={value}
      options={[...chosen, direct]}
      onChange={onChange}
    />
  );
}

/** Types are the product's own words: those met so far are on offer. */
function TypeChip({ value, rows, onChange }: ChipProps & { rows: Client[] }) {
  const met = new Set(["CORP", ...(value ? [value] : []), ...rows.map((row) => row.type)]);
  return (
    <FilterChip
      label={t("clients.filter.type")}
      value={value}
      options={[...met].sort().map((type) => ({ value: type, label: type }))}
      onChange={onChange}
    />
  );
}
