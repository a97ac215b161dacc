import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import LinearProgress from "@mui/material/LinearProgress";
import { useMemo } from "react";
import { useStartSync } from "../bridge/changes";
import { links } from "../bridge/links";
import type { SyncRun } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { useRuns } from "../bridge/runs";
import { t } from "../i18n/i18n";
import { DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { ProblemLine } from "../parts/FormDialog";
import { SyncIcon } from "../parts/icons";
import { LinkTabs } from "../parts/LinkTabs";
import { useListAddress } from "../parts/listAddress";
import { useNotify } from "../parts/Notices";
import { PageHeader } from "../parts/PageHeader";
import { Beside } from "../parts/SidePanel";
import { useSession } from "../session/session";
import { useAdminTabs } from "../session/useAdminTabs";
import { runColumns } from "./columns";
import { RunPanel } from "./RunPanel";

/** The sync runs and what starts one. While one is under way the list follows it. */
export default function Sync() {
  const { grant, can } = useSession();
  const address = useListAddress(links.syncs);
  const { moving, ...list } = useRuns(grant.id);
  const columns = useMemo(runColumns, []);
  const notify = useNotify();
  const start = useStartSync(grant.id);
  const startNow = () => start.mutate(undefined, { onSuccess: () => notify({ text: t("sync.started") }) });
  return (
    <>
      <PageHeader
        title={t("sync.title")}
        text={t("sync.text")}
        actions={
          can("run_sync") && (
            <Button
              variant="contained"
              startIcon={<SyncIcon />}
              loading={start.isPending}
              disabled={moving !== undefined}
              onClick={startNow}
            >
              {t("sync.start")}
            </Button>
          )
        }
      />
      <LinkTabs label={t("admin.sections")} tabs={useAdminTabs()} />
      {start.error && <NotStarted problem={start.error} />}
      {moving && <UnderWay run={moving} />}
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
    </>
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

function UnderWay({ run }: { run: SyncRun }) {
  const text =
    run.status === "queued"
      ? t("sync.queued")
      : run.seen > 0
        ? t("sync.underWaySeen", { count: run.seen })
        : t("sync.underWay");
  return (
    <Alert
      severity="info"
      icon={<SyncIcon />}
      role="status"
      sx={{ mb: 1.5, "& .MuiAlert-message": { flex: 1 } }}
    >
      {text}
      <LinearProgress aria-label={text} sx={{ mt: 1 }} />
    </Alert>
  );
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
