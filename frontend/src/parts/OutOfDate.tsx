import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import { t } from "../i18n/i18n";

interface Props {
  /** What could not be updated. */
  text: string;
  onRetry: (() => void) | undefined;
  /** Runs from edge to edge of a frame. */
  flush?: boolean;
}

/** Stands above what is shown although asking for it anew has failed. */
export function OutOfDate({ text, onRetry, flush = false }: Props) {
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
