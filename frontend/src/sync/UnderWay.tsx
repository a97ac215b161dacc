import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import type { SyncRun } from "../bridge/models";
import { formatTime } from "../i18n/format";
import { t } from "../i18n/i18n";
import { SyncIcon, TimeIcon } from "../parts/icons";
import { asClock, useSecondsLeft } from "../parts/useSecondsLeft";
import { productName } from "./run";

function words(run: SyncRun): string {
  if (run.status === "queued") return t("sync.queued");
  return run.seen > 0 ? t("sync.underWaySeen", { count: run.seen }) : t("sync.underWay");
}

/** How far a run is: what it has read, what is left as far as anybody knows, until when the product makes it wait. */
export function UnderWay({ run }: { run: SyncRun }) {
  const until = run.retry_at ? Date.parse(run.retry_at) : 0;
  const seconds = useSecondsLeft(until);
  const waits =
    seconds > 0 &&
    t("sync.waitingUntil", { product: productName(run.product), time: formatTime(new Date(until)) });
  const text = words(run);
  const { calls, calls_left: left } = run;
  const share = left === null || calls + left === 0 ? undefined : (100 * calls) / (calls + left);
  return (
    <Alert
      severity="info"
      icon={waits ? <TimeIcon /> : <SyncIcon />}
      role="presentation"
      sx={{ mb: 1.5, "& .MuiAlert-message": { flex: 1 } }}
    >
      <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 2 }}>
        <span role="status">{text}</span>
        {calls > 0 && (
          <Box component="span" sx={{ ml: "auto", color: "text.secondary", fontSize: "0.8125rem" }}>
            {t("sync.calls", { count: calls })}
            {left !== null && `, ${t("sync.callsLeft", { count: left })}`}
          </Box>
        )}
      </Box>
      <LinearProgress
        aria-label={text}
        sx={{ mt: 1 }}
        {...(share !== undefined && { variant: "determinate" as const, value: share })}
      />
      {waits && (
        <Box sx={{ mt: 0.75, fontSize: "0.8125rem" }}>
          <span role="status">{waits}</span> <span aria-hidden>({asClock(seconds)}).</span>{" "}
          <Box component="span" sx={{ color: "text.secondary" }}>
            {t("sync.waitingWhy", { product: productName(run.product) })}
          </Box>
        </Box>
      )}
    </Alert>
  );
}
