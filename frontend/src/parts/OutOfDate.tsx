import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { useAnnounced } from "./announced";

interface Props {
  /** Why asking anew has failed. */
  problem: Problem;
  /** What could not be updated. */
  text: string;
  onRetry: (() => void) | undefined;
  /** Runs from edge to edge of a frame. */
  flush?: boolean;
}

/** Stands above what is shown although asking for it anew has failed. */
export function OutOfDate({ problem, text, onRetry, flush = false }: Props) {
  if (useAnnounced(problem)) return null;
  return (
    <Alert
      severity="warning"
      sx={flush ? { borderRadius: 0 } : {}}
      action={
        onRetry && (
          <Button variant="text" color="inherit" onClick={onRetry}>
            {t("parts.actions.retry")}
          </Button>
        )
      }
    >
      {text}
    </Alert>
  );
}
