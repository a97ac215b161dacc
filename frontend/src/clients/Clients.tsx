import Button from "@mui/material/Button";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link as RouterLink, useParams } from "react-router";
import type { LinkKind } from "../bridge/models";
import { paths } from "../bridge/paths";
import { clientFacetsQuery } from "../bridge/queries";
import { ClientPanel } from "../customers/ClientPanel";
import { ExportButton } from "../export/ExportButton";
import { SelectionExport } from "../export/SelectionExport";
import type { ListExport } from "../export/useExport";
import { t } from "../i18n/i18n";
import { layoutParameter, listedColumns } from "../parts/columnLayout";
import { DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { ClientsIcon } from "../parts/icons";
import { PageHeader } from "../parts/PageHeader";
import { SplitView } from "../parts/SidePanel";
import { useSession } from "../session/session";
import { usePortalLink } from "../session/usePortalLink";
import { ViewNotice } from "../views/ViewNotice";
import { ViewsMenu } from "../views/ViewsMenu";
import { ClientFilters, useFilterText } from "./ClientFilters";
import { clientColumns } from "./columns";
import { GroupSwitch, groupedColumns, type Row, rowsOf } from "./groups";
import { clientParameters } from "./parameters";
import { useClients } from "./useClients";

/** The clients in scope; a client's own users see theirs alone. */
export default function Clients() {
  const { grant } = useSession();
  const { level, client_id: own } = grant.scope;
  const { id = own } = useParams();
  if (level !== "client" || !own) return <ClientList withMSP={level === "mssp"} />;
  return (
    <>
      <PageHeader title={t("clients.own")} />
      <ClientPanel key={id} id={id ?? own} />
    </>
  );
}

/** The list, filtered and sorted by the server. A row opens in a panel beside it. */
function ClientList({ withMSP }: { withMSP: boolean }) {
  const { grant } = useSession();
  const { address, filter, sort, grouped, list } = useClients();
  const portalLink = usePortalLink();
  const facets = useQuery(clientFacetsQuery(grant.id, { columns: "type" })).data;
  const filterText = useFilterText(filter);
  const manyTypes = facets !== undefined && facets.types.length > 1;
  const { hasExpiry } = list;
  const { set } = address;
  const columns = useMemo(() => {
    const onMSP = withMSP && !grouped ? (msp_id: string) => set({ msp_id }) : undefined;
    return clientColumns({ onMSP, type: manyTypes, expiry: hasExpiry });
  }, [withMSP, grouped, set, manyTypes, hasExpiry]);
  const listed = listedColumns(columns, address.get(layoutParameter));
  const rowColumns = useMemo(() => groupedColumns(columns), [columns]);
  const rows = useMemo(
    () => rowsOf(list.rows, grouped ? list.groups : undefined),
    [list.rows, list.groups, grouped],
  );
  const exported: ListExport = {
    list: "clients",
    filter,
    sort: grouped ? `msp_name,${sort ?? "name"}` : (sort ?? "name"),
    columns: grouped ? [mspOfExport, ...listed] : listed,
    offered: columns,
    total: list.total,
    filterText,
    dataAsOf: list.dataAsOf,
  };
  return (
    <>
      <PageHeader
        title={t("clients.title")}
        actions={
          <>
            {withMSP && (
              <GroupSwitch on={grouped} onChange={(on) => set({ group: on ? "msp" : undefined })} />
            )}
            <ViewsMenu list="clients" title={t("clients.title")} known={clientParameters} />
            <ExportButton of={exported} />
          </>
        }
      />
      <ViewNotice list="clients" known={clientParameters} />
      <ClientFilters address={address} filter={filter} manyTypes={manyTypes} hasExpiry={hasExpiry} />
      <SplitView>
        <DataTable
          label={t("clients.title")}
          list={paths.clients()}
          columns={rowColumns}
          {...list}
          rows={rows}
          shown={list.rows.length}
          kindOf={kindOf}
          sort={sort ?? "name"}
          onSort={(next) => address.set({ sort: next })}
          portalLinkOf={(row) => {
            const detail = detailOf(row);
            return detail && portalLink(...detail);
          }}
          onFilter={set}
          select={{
            key: JSON.stringify(filter),
            nameOf: (row) => (row.kind === "client" ? row.client.name : ""),
            actions: (chosen) => <SelectionExport of={exported} chosen={chosen} />,
          }}
          onOpen={(row) => row.kind === "client" && address.open(row.id)}
          selectedId={address.openId}
          empty={<NoClients onRetry={list.onRetry} />}
          filterText={filterText}
          onClear={address.clear}
        />
        {address.openId && (
          <ClientPanel
            key={address.openId}
            id={address.openId}
            row={list.rows.find((client) => client.id === address.openId)}
            withExpiry={hasExpiry}
            onClose={address.close}
          />
        )}
      </SplitView>
    </>
  );
}

/** Headers of groups are not clients. */
const kindOf = (row: Row) => (row.kind === "group" ? "note" : undefined);

/** Customers directly under the MSSP are a group without a portal link. */
function detailOf(row: Row): [kind: LinkKind, id: string] | undefined {
  if (row.kind === "client") return ["client", row.id];
  return row.group.msp_id === null ? undefined : ["msp", row.group.msp_id];
}

/** Groups become a column of an export. */
const mspOfExport = { field: "msp_name", name: t("clients.column.msp") };

function NoClients({ onRetry }: { onRetry: () => void }) {
  const { grant, can } = useSession();
  return (
    <EmptyState
      icon={<ClientsIcon />}
      title={t("clients.empty.title")}
      text={
        grant.scope.level === "mssp"
          ? t("clients.empty.text")
          : t("clients.empty.textScoped", { node: grant.node })
      }
      action={
        can("see_syncs") ? (
          <Button component={RouterLink} to={paths.syncs}>
            {t("clients.empty.syncs")}
          </Button>
        ) : (
          <Button onClick={onRetry}>{t("clients.empty.again")}</Button>
        )
      }
    />
  );
}
