import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { Link } from "react-router";
import { links } from "../bridge/links";
import type { List } from "../bridge/lists";
import type { SyncRun } from "../bridge/models";
import { connectionsQuery } from "../bridge/queries";
import { useRuns } from "../bridge/runs";
import { formatDateTime } from "../i18n/format";
import { t } from "../i18n/i18n";
import { DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { AddIcon, SyncIcon } from "../parts/icons";
import { LinkTabs } from "../parts/LinkTabs";
import { useListAddress } from "../parts/listAddress";
import { PageHeader } from "../parts/PageHeader";
import { SplitView } from "../parts/SidePanel";
import { useSession } from "../session/session";
import { useAdminTabs } from "../session/useAdminTabs";
import { useLinkTo } from "../session/useLinks";
import { Connections } from "./Connections";
import { runColumns } from "./columns";
import { useRunNames } from "./connectionName";
import { RunPanel } from "./RunPanel";
import { RunProgress } from "./RunProgress";
import { reviewTitle } from "./run";

/** The connections to products, and the sync runs with their progress. */
export default function Sync() {
  const { grant, can } = useSession();
  const manages = can("manage_products");
  const { active, ...list } = useRuns(grant.id);
  const nameOf = useRunNames();
  const products = useQuery({ ...connectionsQuery(grant.id), enabled: manages });
  const [adding, setAdding] = useState(false);
  // The card of a connection shows its run; the others are shown above the cards.
  const withoutCard = active.filter(
    (run) => !products.data?.items.some(({ last_run }) => last_run?.id === run.id),
  );
  const waiting = list.rows.filter(({ status }) => status === "needs_review");
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
      <Runs list={list} nameOf={nameOf} settled={!manages || !products.isPending} />
    </>
  );
}

interface RunsProps {
  list: List<SyncRun>;
  nameOf: ReturnType<typeof useRunNames>;
  /** Whether the content above has its final height. */
  settled: boolean;
}

/** The runs, with the open one beside them, which is scrolled into view. */
function Runs({ list, nameOf, settled }: RunsProps) {
  const { can } = useSession();
  const linkTo = useLinkTo();
  const { openId, open, close } = useListAddress(links.syncs);
  const columns = useMemo(() => runColumns(nameOf), [nameOf]);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (openId && settled) place.current?.scrollIntoView({ block: "nearest" });
  }, [openId, settled]);
  // The panel of a run has most of the window, whatever is above it.
  const height = openId ? "max(420px, 78vh)" : 320;
  return (
    <Box
      ref={place}
      sx={{ display: "flex", flex: "1 0 auto", minHeight: height, height, flexDirection: "column" }}
    >
      <SplitView>
        <DataTable
          label={t("sync.runs")}
          list={links.syncs}
          columns={columns}
          {...list}
          linkOf={({ id }) => linkTo("run", id)}
          select={{ key: "", nameOf: (run) => formatDateTime(run.started_at ?? run.created_at) }}
          onOpen={(run) => open(run.id)}
          selectedId={openId}
          empty={<NoRuns mayStart={can("run_sync")} onRetry={list.onRetry} />}
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
        <Button variant="text" color="inherit" component={Link} to={links.syncReview(run.id)}>
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
