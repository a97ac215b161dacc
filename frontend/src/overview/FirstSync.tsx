import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import { Link } from "react-router";
import { useStartSync } from "../bridge/changes";
import { links } from "../bridge/links";
import { type Runs, unmapped, useRuns } from "../bridge/runs";
import { t } from "../i18n/i18n";
import { EmptyState } from "../parts/EmptyState";
import { problemWords } from "../parts/ErrorPanel";
import { OverviewIcon, SyncIcon } from "../parts/icons";
import { Seldom } from "../parts/Seldom";
import { useSession } from "../session/session";

/** Stands in for the overview until the first complete sync: what will be here, and the one thing to do. */
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
  const seen = runs.moving.reduce((all, run) => all + run.seen, 0);
  return runs.moving.length > 0 ? <Running seen={seen} /> : <NotRunning runs={runs} />;
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
          <Seldom text={text} />
        </>
      }
      action={<SyncsButton />}
    />
  );
}

const SyncsButton = () => (
  <Button component={Link} to={links.syncs}>
    {t("overview.empty.syncs")}
  </Button>
);

function NotRunning({ runs }: { runs: Runs }) {
  const { grant, can } = useSession();
  const start = useStartSync(grant.id);
  const failed = runs.rows[0]?.status === "failed" ? runs.rows[0] : undefined;
  const may = can("run_sync");
  // Without another key, or another field map, the next sync fails as the last one did.
  const manages = can("manage_products");
  const badKey = failed?.error_code === "bad_key" && manages;
  const fields = failed && unmapped(failed) && manages ? failed.connection_id : undefined;
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
                : problemWords(start.error).text}
            </Alert>
          )}
        </>
      }
      action={
        <>
          {badKey && (
            <Button component={Link} to={links.syncs} variant="contained" sx={{ mr: 1 }}>
              {t("overview.empty.replaceKey")}
            </Button>
          )}
          {fields && (
            <Button component={Link} to={links.fields(fields)} variant="contained" sx={{ mr: 1 }}>
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
