import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import { Link as RouterLink } from "react-router";
import { useStartSync } from "../bridge/mutations";
import { paths } from "../bridge/paths";
import { isUnmapped, type Runs, useRuns } from "../bridge/runs";
import { t } from "../i18n/i18n";
import { EmptyState } from "../parts/EmptyState";
import { problemText } from "../parts/ErrorPanel";
import { OverviewIcon, SyncIcon } from "../parts/icons";
import { ThrottledLiveRegion } from "../parts/ThrottledLiveRegion";
import { useSession } from "../session/session";

/** Shown instead of the overview until the first complete sync: what will be here, and what to do. */
export function FirstSync() {
  const { grant, can } = useSession();
  const runs = useRuns(grant.id, can("see_syncs"));
  if (!can("see_syncs")) {
    return (
      <EmptyState
        icon={<OverviewIcon />}
        title={t("overview.empty.title")}
        text={t("overview.empty.scoped", { node: grant.node })}
      />
    );
  }
  const seen = runs.active.reduce((all, run) => all + run.seen, 0);
  return runs.active.length > 0 ? <Running seen={seen} /> : <NotRunning runs={runs} />;
}

function Running({ seen }: { seen: number }) {
  const text = seen > 0 ? t("overview.empty.runningSeen", { count: seen }) : t("overview.empty.runningText");
  return (
    <EmptyState
      icon={<SyncIcon />}
      title={t("overview.empty.running")}
      text={
        <>
          <span aria-hidden>{text}</span>
          <ThrottledLiveRegion text={text} />
        </>
      }
      action={<SyncsButton />}
    />
  );
}

const SyncsButton = () => (
  <Button component={RouterLink} to={paths.syncs}>
    {t("overview.empty.syncs")}
  </Button>
);

function NotRunning({ runs }: { runs: Runs }) {
  const { grant, can } = useSession();
  const start = useStartSync(grant.id);
  const failed = runs.rows[0]?.status === "failed" ? runs.rows[0] : undefined;
  const may = can("run_sync");
  // Without another key or field map, the next sync would fail again.
  const manages = can("manage_products");
  const badKey = failed?.error_code === "bad_key" && manages;
  const fields = failed && isUnmapped(failed) && manages ? failed.connection_id : undefined;
  const remedy = badKey || fields !== undefined;
  return (
    <EmptyState
      icon={<OverviewIcon />}
      title={t(failed ? "overview.empty.failed" : "overview.empty.title")}
      text={
        <>
          {failed?.error ?? t("overview.empty.text")} {!may && t("overview.empty.staff")}
          {start.error && (
            <Alert severity="error" sx={{ mt: 2, textAlign: "left" }}>
              {start.error.code === "no_product"
                ? t("overview.empty.noProduct")
                : problemText(start.error).text}
            </Alert>
          )}
        </>
      }
      action={
        <>
          {badKey && (
            <Button component={RouterLink} to={paths.syncs} variant="contained" sx={{ mr: 1 }}>
              {t("overview.empty.replaceKey")}
            </Button>
          )}
          {fields && (
            <Button component={RouterLink} to={paths.fields(fields)} variant="contained" sx={{ mr: 1 }}>
              {t("overview.empty.openFields")}
            </Button>
          )}
          {may && (
            <Button
              variant={remedy ? "outlined" : "contained"}
              startIcon={<SyncIcon />}
              loading={start.isPending}
              onClick={() => start.mutate()}
              sx={{ mr: failed ? 1 : 0 }}
            >
              {t("overview.empty.start")}
            </Button>
          )}
          {(failed || !may) && !remedy && <SyncsButton />}
        </>
      }
    />
  );
}
