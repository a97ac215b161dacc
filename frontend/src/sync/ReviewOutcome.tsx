import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router";
import type { SyncRun } from "../bridge/models";
import { paths } from "../bridge/paths";
import { isActive, isMerged } from "../bridge/runs";
import { t } from "../i18n/i18n";
import { RunProgress } from "./RunProgress";

interface Outcome {
  severity: "success" | "info" | "error";
  title: string;
  text: ReactNode;
}

/** The result of accepting a run. The reason for the review is not kept, so it is derived from the counts. */
function resultOf(run: SyncRun, who: string): string {
  const text = (kind: "remapped" | "moved" | "missing" | "account", count: number) =>
    t(`sync.review.${kind}.done`, { who, count });
  if (run.remapped.length > 0) return text("remapped", run.seen);
  if (run.moved + run.missing === 0 && run.removed > 0) return text("account", run.removed);
  return run.moved > run.missing ? text("moved", run.moved) : text("missing", run.missing);
}

function outcomeOf(run: SyncRun): Outcome {
  const who = run.reviewer_name ?? t("sync.review.unknownReviewer");
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
  if (isMerged(run) && decided) {
    return { severity: "success", title: t("sync.review.decidedTitle"), text: resultOf(run, who) };
  }
  if (isActive(run) && decided) {
    return {
      severity: "info",
      title: t("sync.review.decidedTitle"),
      text: t("sync.review.running", { who }),
    };
  }
  return { severity: "info", title: t("sync.review.notWaiting"), text: t("sync.review.notWaitingText") };
}

/** The outcome of a run that no longer waits for a review. */
export function ReviewOutcome({ run }: { run: SyncRun }) {
  const { severity, title, text } = outcomeOf(run);
  return (
    <Box sx={{ maxWidth: 760 }}>
      <Alert severity={severity} role="status" sx={{ mb: 1.5, alignItems: "flex-start" }}>
        <AlertTitle>{title}</AlertTitle>
        {text}
      </Alert>
      {isActive(run) && <RunProgress run={run} />}
      <Box sx={{ display: "flex", gap: 1 }}>
        <Button component={RouterLink} to={paths.sync(run.id)}>
          {t("sync.review.toRun")}
        </Button>
        <Button component={RouterLink} to={paths.syncs}>
          {t("sync.review.toSyncs")}
        </Button>
      </Box>
    </Box>
  );
}
