import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Typography from "@mui/material/Typography";
import { useId, useState } from "react";
import type { CreatedInvite } from "../bridge/models";
import { formatMoment } from "../i18n/format";
import { t } from "../i18n/i18n";
import { CopyButton } from "../parts/CopyButton";
import { ConfirmDialog } from "../parts/FormDialog";

interface Props {
  created: CreatedInvite;
  /** Absent for a new code of an existing invite. */
  onAnother?: () => void;
  onClose: () => void;
}

/**
 * Shows the code once, and how the invited user uses it. A click on the backdrop does not close it. While the code is
 * neither copied nor mailed, leaving asks for confirmation, because nobody can read the code afterwards.
 */
export function CreatedDialog({ created, onAnother, onClose }: Props) {
  const { email, code, mailed } = created;
  const provider = t(`words.provider.${created.provider}`);
  const id = useId();
  const [safe, setSafe] = useState(mailed);
  const [leaving, setLeaving] = useState<{ by: () => void } | null>(null);
  const leave = (by: () => void) => (safe ? by() : setLeaving({ by }));
  return (
    <Dialog
      open
      fullWidth
      maxWidth="sm"
      aria-labelledby={id}
      onClose={(_, reason) => reason !== "backdropClick" && leave(onClose)}
    >
      <DialogTitle id={id} sx={{ overflowWrap: "anywhere" }}>
        {t(onAnother ? "admin.created.title" : "admin.created.again", { email })}
      </DialogTitle>
      <DialogContent sx={{ display: "grid", gap: 2 }}>
        <Code code={code} onCopied={() => setSafe(true)} />
        <Typography variant="body2">
          {!onAnother && `${t("admin.created.oldDead")} `}
          {t("admin.created.once")}{" "}
          {t(mailed ? "admin.created.mailed" : "admin.created.notMailed", { email })}
        </Typography>
        <div>
          <Typography component="h3" variant="h3" sx={{ overflowWrap: "anywhere" }}>
            {t("admin.created.how", { email })}
          </Typography>
          <Box component="ol" sx={{ m: 0, mt: 0.5, pl: 2.5, fontSize: "0.8125rem", "& li": { py: 0.25 } }}>
            <li>{t("admin.created.steps.install")}</li>
            <li>{t("admin.created.steps.provider", { provider, email })}</li>
            <li>{t("admin.created.steps.code")}</li>
          </Box>
        </div>
        <Typography variant="body2" color="textSecondary">
          {t("admin.created.until", { when: formatMoment(created.expires_at) })}
        </Typography>
      </DialogContent>
      <DialogActions>
        {onAnother && <Button onClick={() => leave(onAnother)}>{t("admin.created.another")}</Button>}
        <Button variant="contained" onClick={() => leave(onClose)}>
          {t("admin.created.done")}
        </Button>
      </DialogActions>
      {leaving && (
        <ConfirmDialog
          open
          title={t("admin.created.leave.title")}
          text={t("admin.created.leave.text", { email })}
          verb={t("admin.created.leave.verb")}
          onClose={() => setLeaving(null)}
          onConfirm={leaving.by}
        />
      )}
    </Dialog>
  );
}

function Code({ code, onCopied }: { code: string; onCopied: () => void }) {
  const id = useId();
  return (
    <Box
      sx={(theme) => ({
        display: "flex",
        alignItems: "center",
        gap: 2,
        p: 2,
        borderRadius: "8px",
        border: `1px solid ${theme.vars.palette.divider}`,
        bgcolor: theme.vars.palette.frame,
      })}
    >
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Box id={id} sx={{ fontSize: "0.75rem", color: "text.secondary" }}>
          {t("admin.created.code")}
        </Box>
        <Box
          role="group"
          aria-labelledby={id}
          onCopy={onCopied}
          sx={{
            fontFamily: "ui-monospace, Menlo, Consolas, monospace",
            fontSize: "1.125rem",
            overflowWrap: "anywhere",
            userSelect: "all",
          }}
        >
          {code}
        </Box>
      </Box>
      <CopyButton autoFocus text={code} label={t("admin.created.copy")} onCopied={onCopied} />
    </Box>
  );
}
