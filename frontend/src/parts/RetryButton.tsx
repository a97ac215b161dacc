import Button from "@mui/material/Button";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { RefreshIcon } from "./icons";
import { asClock, useSecondsLeft } from "./useSecondsLeft";

interface Props {
  problem: Problem;
  onRetry: () => void;
  pending?: boolean;
}

/** "Try again". While the portal asks to wait, it is disabled and counts down. */
export function RetryButton({ problem, onRetry, pending = false }: Props) {
  const wait = useSecondsLeft(problem.retryAt);
  return (
    <Button
      startIcon={<RefreshIcon />}
      disabled={wait > 0}
      loading={pending}
      onClick={onRetry}
      // The countdown must be readable.
      sx={wait > 0 ? { "&.Mui-disabled": { color: "text.secondary" } } : {}}
    >
      {wait > 0 ? t("parts.actions.retryIn", { time: asClock(wait) }) : t("parts.actions.retry")}
    </Button>
  );
}
