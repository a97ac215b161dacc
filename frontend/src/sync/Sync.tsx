import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { Link as RouterLink } from "react-router";
import type { ConnectionItem, SyncFilter, SyncRun } from "../bridge/models";
import { paths } from "../bridge/paths";
import { connectionsQuery } from "../bridge/queries";
import { useRunList, useRuns } from "../bridge/runs";
import { formatDateTime } from "../i18n/format";
import { t } from "../i18n/i18n";
import { DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { filterFrom, filterSentence } from "../parts/filters";
import { AddIcon, SyncIcon } from "../parts/icons";
import { LinkTabs } from "../parts/LinkTabs";
import { useListAddress } from "../parts/listAddress";
import { PageHeader } from "../parts/PageHeader";
import { SplitView } from "../parts/SidePanel";
import { useSession } from "../session/session";
import { useAdminTabs } from "../session/useAdminTabs";
import { usePortalLink } from "../session/usePortalLink";
import { Connections } from "./Connections";
import { runColumns } from "./columns";
import { connectionName, useRunNames } from "./connectionName";
import { runFilters } from "./filters";
import { RunFilters } from "./RunFilters";
import { RunPanel } from "./RunPanel";
import { RunProgress } from "./RunProgress";
import { reviewTitle } from "./run";

/** The connections to products, and the sync runs with their progress. */
export default function Sync() {
  const { grant, can } = useSession();
  const manages = can("manage_products");
  const { active, rows } = useRuns(grant.id);
  const nameOf = useRunNames();
  const products = useQuery({ ...connectionsQuery(grant.id), enabled: manages });
  const [adding, setAdding] = useState(false);
  // The card of a connection shows its run; the others are shown above the cards.
  const withoutCard = active.filter(
    (run) => !products.data?.items.some(({ last_run }) => last_run?.id === run.id),
  );
  const waiting = rows.filter(({ status }) => status === "needs_review");
  return (
    <>
      <PageHeader
        title={t("sync.title")}
        text={t("sync.text")}
        actions={
          manages && (
            <Button startIcon={<AddIcon />} disabled={!products.data} onClick={() => setAdding(true)}>
              {t("products.add")}
            </Button>
          )
        }
      />
      <LinkTabs label={t("admin.sections")} tabs={useAdminTabs()} />
      {waiting.map((run) => (
        <InReview key={run.id} run={run} name={nameOf?.(run)} />
      ))}
      {withoutCard.map((run) => (
        <RunProgress key={run.id} run={run} name={nameOf?.(run) ?? null} />
      ))}
      {manages && <Connections adding={adding} onAdd={setAdding} />}
      <Typography variant="h2" sx={{ mb: 1 }}>
        {t("sync.runs")}
      </Typography>
      <Runs nameOf={nameOf} connections={products.data?.items} settled={!manages || !products.isPending} />
    </>
  );
}

interface RunsProps {
  connections: ConnectionItem[] | undefined;
  nameOf: ReturnType<typeof useRunNames>;
  /** Whether the content above has its final height. */
  settled: boolean;
}

/** The runs, with the open one beside them, which is scrolled into view. */
function Runs({ connections = [], nameOf, settled }: RunsProps) {
  const { grant, can } = useSession();
  const portalLink = usePortalLink();
  const address = useListAddress(paths.syncs);
  const { openId, open, close } = address;
  const filter: SyncFilter = filterFrom(runFilters, address.get);
  const list = useRunList(grant.id, filter);
  const connection = connections.find(({ id }) => id === filter.connection_id);
  const named = connections.map((item) => ({ id: item.id, name: connectionName(item) }));
  const columns = useMemo(() => runColumns(nameOf), [nameOf]);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (openId && settled) place.current?.scrollIntoView({ block: "nearest" });
  }, [openId, settled]);
  // The panel of a run has most of the window, whatever is above it.
  const height = openId ? "max(420px, 78vh)" : 364;
  return (
    <Box
      ref={place}
      sx={{ display: "flex", flex: "1 0 auto", minHeight: height, height, flexDirection: "column" }}
    >
      <RunFilters address={address} filter={filter} connections={named.length > 1 ? named : []} />
      <SplitView>
        <DataTable
          label={t("sync.runs")}
          list={paths.syncs}
          columns={columns}
          {...list}
          portalLinkOf={({ id }) => portalLink("run", id)}
          select={{
            key: JSON.stringify(filter),
            nameOf: (run) => formatDateTime(run.started_at ?? run.created_at),
          }}
          onOpen={(run) => open(run.id)}
          selectedId={openId}
          onFilter={address.set}
          empty={<NoRuns mayStart={can("run_sync")} onRetry={list.onRetry} />}
          filterText={filterSentence(runFilters, filter, {
            connection_id: connection && connectionName(connection),
          })}
          onClear={address.clear}
        />
        {openId && (
          <RunPanel
            key={openId}
            id={openId}
            row={list.rows.find((run) => run.id === openId)}
            onClose={close}
          />
        )}
      </SplitView>
    </Box>
  );
}

/** A run in review. */
function InReview({ run, name }: { run: SyncRun; name: string | null | undefined }) {
  const { can } = useSession();
  return (
    <Alert
      severity="warning"
      sx={{ mb: 1.5 }}
      action={
        <Button variant="text" color="inherit" component={RouterLink} to={paths.syncReview(run.id)}>
          {t("sync.waiting.open")}
        </Button>
      }
    >
      {name && `${name}: `}
      <strong>{t("sync.waiting.title", { what: reviewTitle(run) })}.</strong>{" "}
      {t(can("run_sync") ? "sync.waiting.text" : "sync.waiting.staff")}
    </Alert>
  );
}

function NoRuns({ mayStart, onRetry }: { mayStart: boolean; onRetry: () => void }) {
  return (
    <EmptyState
      icon={<SyncIcon />}
      title={t("sync.empty.title")}
      text={`${t("sync.empty.text")} ${t(mayStart ? "sync.empty.start" : "sync.empty.staff")}`}
      action={<Button onClick={onRetry}>{t("sync.empty.again")}</Button>}
    />
  );
}
