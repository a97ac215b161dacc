import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { links } from "../bridge/links";
import type { SyncRun } from "../bridge/models";
import { merged, moves } from "../bridge/runs";
import { t } from "../i18n/i18n";
import { UnderWay } from "./UnderWay";

interface Told {
  severity: "success" | "info" | "error";
  title: string;
  text: ReactNode;
}

/** What followed from accepting a run. Why it had waited is no longer kept, but which fields were remapped is. */
function done(run: SyncRun, who: string): string {
  const words = (kind: "remapped" | "moved" | "missing" | "account", count: number) =>
    t(`sync.review.${kind}.done`, { who, count });
  if (run.remapped.length > 0) return words("remapped", run.seen);
  if (run.moved + run.missing === 0 && run.removed > 0) return words("account", run.removed);
  return run.moved > run.missing ? words("moved", run.moved) : words("missing", run.missing);
}

function told(run: SyncRun): Told {
  const who = run.reviewer_name ?? t("sync.review.byNobody");
  const decided = run.reviewed_at !== null;
  if (run.status === "failed") {
    return {
      severity: "error",
      title: t("sync.review.failedTitle"),
      text: run.error ?? t("sync.run.noError"),
    };
  }
  if (run.status === "discarded") {
    return decided
      ? { severity: "info", title: t("sync.run.discarded"), text: t("sync.review.discardedText", { who }) }
      : { severity: "info", title: t("sync.review.supersededTitle"), text: t("sync.review.supersededText") };
  }
  if (merged(run) && decided) {
    return { severity: "success", title: t("sync.review.decidedTitle"), text: done(run, who) };
  }
  if (moves(run) && decided) {
    return {
      severity: "info",
      title: t("sync.review.decidedTitle"),
      text: t("sync.review.running", { who }),
    };
  }
  return { severity: "info", title: t("sync.review.notWaiting"), text: t("sync.review.notWaitingText") };
}

/** How a run that no longer waits for a decision went on. */
export function Decided({ run }: { run: SyncRun }) {
  const { severity, title, text } = told(run);
  return (
    <Box sx={{ maxWidth: 760 }}>
      <Alert severity={severity} role="status" sx={{ mb: 1.5, alignItems: "flex-start" }}>
        <AlertTitle>{title}</AlertTitle>
        {text}
      </Alert>
      {moves(run) && <UnderWay run={run} />}
      <Box sx={{ display: "flex", gap: 1 }}>
        <Button component={Link} to={links.sync(run.id)}>
          {t("sync.review.toRun")}
        </Button>
        <Button component={Link} to={links.syncs}>
          {t("sync.review.toSyncs")}
        </Button>
      </Box>
    </Box>
  );
}
