import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import type { SyncRun } from "../bridge/models";
import { formatTime } from "../i18n/format";
import { t } from "../i18n/i18n";
import { SyncIcon, TimeIcon } from "../parts/icons";
import { ThrottledLiveRegion } from "../parts/ThrottledLiveRegion";
import { asClock, useSecondsLeft } from "../parts/useSecondsLeft";
import { productName } from "./run";

function progressText(run: SyncRun): string {
  if (run.status === "queued") return t("sync.queued");
  return run.seen > 0 ? t("sync.underWaySeen", { count: run.seen }) : t("sync.underWay");
}

interface Props {
  run: SyncRun;
  /** The name of the connection, where it is not shown nearby. */
  name?: string | null;
}

/**
 * The progress of a run: customers read, calls made and left, and until when it waits for the product's rate limit. The
 * number of lines never changes, so that nothing below moves.
 */
export function RunProgress({ run, name }: Props) {
  const text = progressText(run);
  const { calls, calls_left: left, status } = run;
  const share = left === null || calls + left === 0 ? undefined : (100 * calls) / (calls + left);
  const product = productName(run);
  return (
    <Box
      role="group"
      aria-label={t("sync.progressOf", { product })}
      sx={(theme) => ({
        mb: 1.5,
        px: 2,
        py: 1.25,
        borderRadius: "8px",
        border: `1px solid ${theme.vars.palette.divider}`,
        bgcolor: theme.vars.palette.action.hover,
        fontSize: "0.8125rem",
        containerType: "inline-size",
      })}
    >
      <Line>
        <Box component="span" sx={{ fontSize: "0.875rem", fontWeight: 500 }}>
          {name && `${name}: `}
          {text}
        </Box>
        <Box component="span" sx={{ color: "text.secondary" }}>
          {t("sync.calls", { count: calls })}
          {left !== null && `, ${t("sync.callsLeft", { count: left })}`}
        </Box>
      </Line>
      <LinearProgress
        aria-label={t("sync.progress")}
        sx={{ my: 0.75 }}
        {...(share !== undefined && { variant: "determinate" as const, value: share })}
      />
      <Line>
        <Pace run={run} />
        <Box component="span" sx={{ color: "text.secondary" }}>
          {t("sync.waitingWhy", { product })}
        </Box>
      </Line>
      <ThrottledLiveRegion key={status} text={text} />
    </Box>
  );
}

/** Two texts next to each other, or below each other in a narrow container. */
function Line({ children }: { children: React.ReactNode }) {
  return (
    <Box
      sx={{
        display: "flex",
        justifyContent: "space-between",
        columnGap: 2,
        "@container (max-width: 640px)": { flexDirection: "column" },
      }}
    >
      {children}
    </Box>
  );
}

/** Whether the run reads or waits for the product, in one line. */
function Pace({ run }: { run: SyncRun }) {
  const until = run.retry_at ? Date.parse(run.retry_at) : 0;
  const seconds = useSecondsLeft(until);
  const product = productName(run);
  const Icon = seconds > 0 ? TimeIcon : SyncIcon;
  return (
    <Box component="span" sx={{ whiteSpace: "nowrap", overflow: "hidden", textOverflow: "ellipsis" }}>
      <Icon aria-hidden sx={{ fontSize: 16, verticalAlign: "-3px", mr: 0.75, color: "primary.main" }} />
      {seconds > 0 ? (
        <>
          {t("sync.waitingUntil", { product, time: formatTime(new Date(until)) })}{" "}
          <span aria-hidden>({asClock(seconds)})</span>
        </>
      ) : (
        t(run.status === "queued" ? "sync.notYet" : "sync.reading", { product })
      )}
    </Box>
  );
}
