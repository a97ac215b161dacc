import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { useShownInBanner } from "./outageBanner";

interface Props {
  /** Why the refetch failed. */
  problem: Problem;
  /** What could not be updated. */
  text: string;
  onRetry: (() => void) | undefined;
  /** Without rounded corners, to fill a frame. */
  flush?: boolean;
}

/** Shown above data that could not be refetched. */
export function StaleAlert({ problem, text, onRetry, flush = false }: Props) {
  if (useShownInBanner(problem)) return null;
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
