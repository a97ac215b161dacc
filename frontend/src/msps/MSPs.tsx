import Button from "@mui/material/Button";
import { useCallback, useMemo, useState } from "react";
import { Link as RouterLink } from "react-router";
import type { MSPFilter } from "../bridge/models";
import { paths } from "../bridge/paths";
import { mspFacetsQuery } from "../bridge/queries";
import { ClientPanel } from "../customers/ClientPanel";
import { needlessReason } from "../customers/filters";
import { useFacet } from "../customers/useFacet";
import { ExportButton } from "../export/ExportButton";
import { SelectionExport } from "../export/SelectionExport";
import type { ListExport } from "../export/useExport";
import { t } from "../i18n/i18n";
import { layoutParameter, listedColumns } from "../parts/columnLayout";
import { DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FilterBar, SearchField } from "../parts/FilterBar";
import { filterChips, filterSentence } from "../parts/filters";
import { ClientsIcon, MspsIcon } from "../parts/icons";
import type { ListAddress } from "../parts/listAddress";
import { PageHeader } from "../parts/PageHeader";
import { SplitView } from "../parts/SidePanel";
import { useSession } from "../session/session";
import { usePortalLink } from "../session/usePortalLink";
import { ViewNotice } from "../views/ViewNotice";
import { ViewsMenu } from "../views/ViewsMenu";
import { mspColumns } from "./columns";
import { mspFilters } from "./filters";
import { MSPPanel } from "./MSPPanel";
import { type ClientsOf, OpenedClients } from "./OpenedClients";
import { OwnFigures } from "./OwnFigures";
import { mspParameters } from "./parameters";
import { customerOf, type Row, rowsOf } from "./rows";
import { mspFigures } from "./scorecard";
import { useMSPs } from "./useMSPs";
import { useOpened } from "./useOpened";

/** The MSPs in scope. Each can be expanded to show its clients; an MSP's own users see theirs expanded. */
export default function MSPs() {
  const { grant } = useSession();
  const own = grant.scope.level === "msp" ? grant.scope.msp_id : undefined;
  const portalLink = usePortalLink();
  const { address, filter, sort, list } = useMSPs();
  const opened = useOpened(address, own);
  const clients = useClientsOf();
  const { hasExpiry } = list;
  const byDefault = own && hasExpiry ? "next_expires_on" : "name";
  const columns = useMemo(
    () =>
      mspColumns({
        expiry: hasExpiry,
        onToggle: ({ id }, open) => opened.set(id, open),
      }),
    [hasExpiry, opened],
  );
  const rows = useMemo(
    () => rowsOf(list.rows, opened.ids, clients.lists),
    [list.rows, opened.ids, clients.lists],
  );
  const title = t(own ? "msps.own" : "msps.title");
  const clientId = address.get("client");
  const exported: ListExport = {
    list: "msps",
    filter,
    sort: sort ?? byDefault,
    columns: listedColumns(columns, address.get(layoutParameter)),
    offered: columns,
    total: list.total,
    filterText: filterText(filter),
    dataAsOf: list.dataAsOf,
  };
  return (
    <>
      <PageHeader
        title={title}
        actions={
          <>
            {!own && <ViewsMenu list="msps" title={title} known={mspParameters} />}
            <ExportButton of={exported} />
            {own && <OwnClients />}
          </>
        }
      />
      {!own && <ViewNotice list="msps" known={mspParameters} />}
      {own && <OwnFigures msp={list.rows[0]} withExpiry={hasExpiry} />}
      {!own && <Filters address={address} filter={filter} hasExpiry={hasExpiry} />}
      {opened.ids.map((id) => (
        <OpenedClients key={id} id={id} sort={clientSort(sort, own !== undefined)} onList={clients.onList} />
      ))}
      <SplitView>
        <DataTable
          label={title}
          list={paths.msps()}
          columns={columns}
          {...list}
          rows={rows}
          shown={list.rows.length}
          kindOf={({ kind }) => (kind === "client" ? "child" : kind === "note" ? "note" : undefined)}
          sort={sort ?? byDefault}
          onSort={(next) => address.set({ sort: next })}
          portalLinkOf={(row) => portalLink(row.kind === "client" ? "client" : "msp", row.id)}
          {...(!own && { onFilter: address.set })}
          select={{
            key: JSON.stringify(filter),
            nameOf: (row) => customerOf(row)?.name ?? "",
            actions: (chosen) => <SelectionExport of={exported} chosen={chosen} />,
          }}
          onOpen={(row) => openRow(address, row)}
          onKey={(row, field, key) => field === "name" && toggleByArrow(row, key, opened.set)}
          selectedId={clientId ?? address.openId}
          empty={<NoMSPs own={own !== undefined} onRetry={list.onRetry} />}
          filterText={own ? undefined : filterText(filter)}
          onClear={address.clear}
        />
        <Panel address={address} rows={rows} clientId={clientId} withExpiry={hasExpiry} />
      </SplitView>
    </>
  );
}

/**
 * Clients are sorted like the MSPs, by name where they lack the fields. By default an MSP's own users see first what ends
 * first.
 */
function clientSort(sort: string | undefined, own: boolean): string {
  if (sort === undefined) return own ? "expires_on,name" : "name";
  const terms = sort.replace("next_expires_on", "expires_on").split(",");
  const shared = terms.filter(
    (term, n) => !mspFigures.includes(term.replace(/^-/, "")) && terms.indexOf(term) === n,
  );
  return shared.join(",") || "name";
}

const OwnClients = () => (
  <Button component={RouterLink} to={paths.clients({ status: "active" })} startIcon={<ClientsIcon />}>
    {t("msps.panel.ownClients")}
  </Button>
);

/** The clients of the expanded MSPs, by the id of the MSP. */
function useClientsOf() {
  const [lists, setLists] = useState<Record<string, ClientsOf | undefined>>({});
  const onList = useCallback(
    (id: string, list: ClientsOf | undefined) => setLists((before) => ({ ...before, [id]: list })),
    [],
  );
  return { lists, onList };
}

function openRow(address: ListAddress, row: Row) {
  if (row.kind === "msp") address.open(row.id, { client: undefined });
  if (row.kind === "client") address.set({ client: row.id });
}

/** Arrow right on the name of an MSP expands it, arrow left collapses it. */
function toggleByArrow(row: Row, key: string, set: (id: string, open: boolean) => void): boolean {
  if (row.kind !== "msp" || key !== (row.open ? "ArrowLeft" : "ArrowRight")) return false;
  set(row.id, !row.open);
  return true;
}

interface PanelProps {
  address: ListAddress;
  rows: Row[];
  clientId: string | undefined;
  withExpiry: boolean;
}

/** The panel of the open client or MSP. */
function Panel({ address, rows, clientId, withExpiry }: PanelProps) {
  const id = clientId ?? address.openId;
  const row = rows.find((one) => one.id === id);
  if (clientId) {
    return (
      <ClientPanel
        key={clientId}
        id={clientId}
        row={row?.kind === "client" ? row.client : undefined}
        withExpiry={withExpiry}
        onClose={() => address.set({ client: undefined })}
      />
    );
  }
  if (!id) return null;
  return (
    <MSPPanel
      key={id}
      id={id}
      row={row?.kind === "msp" ? row.msp : undefined}
      withExpiry={withExpiry}
      onClose={address.close}
    />
  );
}

const filterText = (filter: MSPFilter) => filterSentence(mspFilters, filter);

/** The filters by licence ends. */
const ends = ["expires_on", "next_expires_on", "expiring_30", "expiring_90", "expired"] as const;

interface FiltersProps {
  address: ListAddress;
  filter: MSPFilter;
  hasExpiry: boolean;
}

function Filters({ address, filter, hasExpiry }: FiltersProps) {
  const { set } = address;
  const counting = useFacet(mspFacetsQuery, filter);
  const search = useCallback((q: string) => set({ q }, true), [set]);
  const chips = filterChips({
    table: mspFilters,
    filter,
    set,
    counting,
    hidden: [...needlessReason(filter), ...(hasExpiry ? [] : ends)],
  });
  return (
    <FilterBar chips={chips} onClear={filterText(filter) === undefined ? undefined : address.clear}>
      <SearchField label={t("msps.search")} value={filter.q ?? ""} onChange={search} />
    </FilterBar>
  );
}

function NoMSPs({ own, onRetry }: { own: boolean; onRetry: () => void }) {
  const { can } = useSession();
  const syncs = can("see_syncs") && (
    <Button component={RouterLink} to={paths.syncs}>
      {t("msps.empty.syncs")}
    </Button>
  );
  return (
    <EmptyState
      icon={<MspsIcon />}
      title={t("msps.empty.title")}
      text={t(own ? "msps.empty.textOwn" : "msps.empty.text")}
      action={syncs || <Button onClick={onRetry}>{t("msps.empty.again")}</Button>}
    />
  );
}
