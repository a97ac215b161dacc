import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import type { SyncRun } from "../bridge/models";
import { formatTime } from "../i18n/format";
import { t } from "../i18n/i18n";
import { SyncIcon, TimeIcon } from "../parts/icons";
import { Seldom } from "../parts/Seldom";
import { asClock, useSecondsLeft } from "../parts/useSecondsLeft";
import { productName } from "./run";

function words(run: SyncRun): string {
  if (run.status === "queued") return t("sync.queued");
  return run.seen > 0 ? t("sync.underWaySeen", { count: run.seen }) : t("sync.underWay");
}

interface Props {
  run: SyncRun;
  /** Which connection is read, where it does not stand beside. */
  name?: string | null;
}

/**
 * How far a run is: what it has read, what is left as far as anybody knows, until when the product makes it wait. Every
 * line has its place from the start, so that nothing below moves; what changes by the second is read out now and then.
 */
export function UnderWay({ run, name }: Props) {
  const text = words(run);
  const { calls, calls_left: left, status } = run;
  const share = left === null || calls + left === 0 ? undefined : (100 * calls) / (calls + left);
  const product = productName(run.product);
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
      <Seldom key={status} text={text} />
    </Box>
  );
}

/** Two things side by side; under each other in a narrow place, never now this and now that. */
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

/** Whether the product is being read or makes the run wait, in one line either way. */
function Pace({ run }: { run: SyncRun }) {
  const until = run.retry_at ? Date.parse(run.retry_at) : 0;
  const seconds = useSecondsLeft(until);
  const product = productName(run.product);
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
