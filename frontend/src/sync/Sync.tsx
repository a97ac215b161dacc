import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { useStartSync } from "../bridge/changes";
import { links } from "../bridge/links";
import type { SyncRun } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { useRuns } from "../bridge/runs";
import { t } from "../i18n/i18n";
import { DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { ProblemLine } from "../parts/FormDialog";
import { AddIcon, SyncIcon } from "../parts/icons";
import { LinkTabs } from "../parts/LinkTabs";
import { useListAddress } from "../parts/listAddress";
import { useNotify } from "../parts/Notices";
import { PageHeader } from "../parts/PageHeader";
import { Beside } from "../parts/SidePanel";
import { useSession } from "../session/session";
import { useAdminTabs } from "../session/useAdminTabs";
import { Connections } from "./Connections";
import { runColumns } from "./columns";
import { RunPanel } from "./RunPanel";
import { UnderWay } from "./UnderWay";

/** The connections to products, the sync runs and what starts one. While one is under way its events tell how far it is. */
export default function Sync() {
  const { grant, can } = useSession();
  const address = useListAddress(links.syncs);
  const { moving, ...list } = useRuns(grant.id);
  const columns = useMemo(runColumns, []);
  const notify = useNotify();
  const start = useStartSync(grant.id);
  const [adding, setAdding] = useState(false);
  const startNow = () => start.mutate(undefined, { onSuccess: () => notify({ text: t("sync.started") }) });
  const waiting = list.rows.filter(({ status }) => status === "needs_review");
  return (
    <>
      <PageHeader
        title={t("sync.title")}
        text={t("sync.text")}
        actions={
          <>
            {can("manage_products") && (
              <Button startIcon={<AddIcon />} onClick={() => setAdding(true)}>
                {t("products.add")}
              </Button>
            )}
            {can("run_sync") && (
              <Button
                variant="contained"
                startIcon={<SyncIcon />}
                loading={start.isPending}
                disabled={moving !== undefined}
                onClick={startNow}
              >
                {t("sync.start")}
              </Button>
            )}
          </>
        }
      />
      <LinkTabs label={t("admin.sections")} tabs={useAdminTabs()} />
      {start.error && <NotStarted problem={start.error} />}
      {moving && <UnderWay run={moving} />}
      {waiting.map((run) => (
        <Waiting key={run.id} run={run} />
      ))}
      {can("manage_products") && <Connections adding={adding} onAdd={setAdding} />}
      <Typography variant="h2" sx={{ mb: 1 }}>
        {t("sync.runs")}
      </Typography>
      <Box sx={{ display: "flex", flex: "1 0 auto", minHeight: 320, height: 320, flexDirection: "column" }}>
        <Beside>
          <DataTable
            label={t("sync.runs")}
            columns={columns}
            {...list}
            onOpen={(run) => address.open(run.id)}
            selectedId={address.openId}
            empty={<NoRuns onStart={can("run_sync") ? startNow : undefined} onRetry={list.onRetry} />}
          />
          {address.openId && (
            <RunPanel
              key={address.openId}
              id={address.openId}
              row={list.rows.find((run) => run.id === address.openId)}
              onClose={address.close}
            />
          )}
        </Beside>
      </Box>
    </>
  );
}

/** A run that waits for an admin's word. */
function Waiting({ run }: { run: SyncRun }) {
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
      <strong>{t("sync.waiting.title", { count: run.would_miss ?? 0 })}.</strong>{" "}
      {t(can("run_sync") ? "sync.waiting.text" : "sync.waiting.staff")}
    </Alert>
  );
}

/** Why nothing was started. One that is under way already is no failure. */
function NotStarted({ problem }: { problem: Problem }) {
  if (problem.code === "sync_running") {
    return (
      <Alert severity="info" sx={{ mb: 1.5 }}>
        {t("sync.running")}
      </Alert>
    );
  }
  if (problem.code === "no_product") {
    return (
      <Alert severity="warning" sx={{ mb: 1.5 }}>
        {t("sync.noProduct")}
      </Alert>
    );
  }
  return <ProblemLine problem={problem} />;
}

function NoRuns({ onStart, onRetry }: { onStart: (() => void) | undefined; onRetry: () => void }) {
  return (
    <EmptyState
      icon={<SyncIcon />}
      title={t("sync.empty.title")}
      text={onStart ? t("sync.empty.text") : `${t("sync.empty.text")} ${t("sync.empty.staff")}`}
      action={
        onStart ? (
          <Button onClick={onStart}>{t("sync.start")}</Button>
        ) : (
          <Button onClick={onRetry}>{t("sync.empty.again")}</Button>
        )
      }
    />
  );
}
