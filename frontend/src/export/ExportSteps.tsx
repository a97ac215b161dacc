import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import LinearProgress from "@mui/material/LinearProgress";
import Typography from "@mui/material/Typography";
import { type ReactNode, useId } from "react";
import type { Exported, Startup } from "../bridge/models";
import { formatDateTime } from "../i18n/format";
import { t } from "../i18n/i18n";
import { ThrottledLiveRegion } from "../parts/ThrottledLiveRegion";
import { ManagedBy } from "../session/ManagedBy";
import type { Progress, Step } from "./useExport";

interface RunningProps {
  list: string;
  step: Extract<Step, { at: "running" }>;
  onCancel: () => void;
}

/** How far an export is; Escape cancels it as well. */
export function RunningExport({ list, step: { progress, cancelling }, onCancel }: RunningProps) {
  const counted = progress && progress.rows > 0 && progress.total > 0;
  const text = cancelling ? t("exports.cancelling") : progressText(progress);
  const value = counted ? Math.min(100, (100 * progress.rows) / progress.total) : 0;
  return (
    <StepDialog
      title={t("exports.running", { list })}
      onClose={onCancel}
      button={
        <Button autoFocus loading={cancelling} onClick={onCancel}>
          {t("parts.actions.cancel")}
        </Button>
      }
    >
      <LinearProgress
        aria-label={t("exports.running", { list })}
        variant={counted ? "determinate" : "indeterminate"}
        value={value}
        sx={{ mb: 1 }}
      />
      <Typography color="textSecondary">{text}</Typography>
      <ThrottledLiveRegion text={text} />
    </StepDialog>
  );
}

function progressText(progress: Progress | null): string {
  if (!progress) return t("exports.preparing");
  if (progress.rows > 0) return t("exports.rows", { rows: progress.rows, total: progress.total });
  return t("exports.size", { size: (progress.bytes / 1_000_000).toFixed(1) });
}

/** What was saved, and where. */
export function SavedExport({ exported, onClose }: { exported: Exported; onClose: () => void }) {
  const { name, rows, folder, data_as_of: asOf } = exported;
  return (
    <StepDialog
      title={t("exports.done", { name })}
      onClose={onClose}
      button={
        <Button autoFocus variant="contained" onClick={onClose}>
          {t("parts.actions.close")}
        </Button>
      }
    >
      <Typography sx={{ overflowWrap: "anywhere" }}>
        {t("exports.doneRows", { count: rows, folder })}
      </Typography>
      {asOf && (
        <Typography color="textSecondary">{t("exports.asOf", { time: formatDateTime(asOf) })}</Typography>
      )}
    </StepDialog>
  );
}

/** Why lists cannot be exported here, and who has decided it. */
export function ForbiddenExport({ startup, onClose }: { startup: Startup; onClose: () => void }) {
  return (
    <StepDialog
      title={t("exports.forbidden.title")}
      onClose={onClose}
      button={
        <Button autoFocus variant="contained" onClick={onClose}>
          {t("parts.actions.close")}
        </Button>
      }
    >
      <Typography>{t("exports.forbidden.text")}</Typography>
      <Typography color="textSecondary">
        <ManagedBy startup={startup} />
      </Typography>
    </StepDialog>
  );
}

interface StepProps {
  title: string;
  onClose: () => void;
  button: ReactNode;
  children: ReactNode;
}

function StepDialog({ title, onClose, button, children }: StepProps) {
  const id = useId();
  return (
    <Dialog
      open
      // A click beside the dialog ends nothing.
      onClose={(_, reason) => reason === "escapeKeyDown" && onClose()}
      aria-labelledby={id}
      fullWidth
      maxWidth="sm"
    >
      <DialogTitle id={id} sx={{ overflowWrap: "anywhere" }}>
        {title}
      </DialogTitle>
      <DialogContent>{children}</DialogContent>
      <DialogActions>{button}</DialogActions>
    </Dialog>
  );
}
