import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import { type ReactNode, type SubmitEvent, useId, useRef } from "react";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { problemLine } from "./ErrorPanel";
import { focusField } from "./focusField";
import { ProblemFacts } from "./ProblemFacts";

interface Props {
  open: boolean;
  title: string;
  /** A verb: "Invite". */
  submitLabel: string;
  /** Makes the submit button red, for what cannot be undone. */
  danger?: boolean;
  /** The form is being sent: it cannot be sent again, and Escape does not close it. */
  pending?: boolean;
  /** The form waits for data and cannot be sent yet. */
  waiting?: boolean;
  /** Why the form cannot be sent; null where it can. */
  blocked?: string | null;
  /** Why the last attempt failed, shown above the buttons. Problems with a field are shown at that field instead. */
  problem?: Problem | null;
  /** A further action, at the left of the buttons. */
  extra?: ReactNode;
  onClose: () => void;
  onSubmit: () => void;
  children: ReactNode;
}

const field = "input:not([type=hidden], [disabled]), textarea:not([disabled]), [role=combobox]";

/** A form in a dialog: focuses its first field, Enter submits, Escape closes, and the focus returns to where it was. */
export function FormDialog(props: Props) {
  const {
    open,
    title,
    submitLabel,
    danger,
    pending = false,
    waiting = false,
    blocked = null,
    problem,
    extra,
  } = props;
  const { onClose, onSubmit, children } = props;
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  // MUI's dialog focuses itself when it opens, so autoFocus of a field has no effect.
  const focusFirst = () => focusField(form.current?.querySelector<HTMLElement>(field));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (!pending && !waiting && blocked === null) onSubmit();
  };
  return (
    <Dialog
      open={open}
      onClose={pending ? undefined : onClose}
      aria-labelledby={id}
      fullWidth
      maxWidth="sm"
      slotProps={{ transition: { onEntered: focusFirst } }}
    >
      {/* Content that is too tall for the window scrolls above the buttons. */}
      <form
        ref={form}
        onSubmit={submit}
        noValidate
        style={{ display: "flex", flexDirection: "column", minHeight: 0, flex: "1 1 auto" }}
      >
        <DialogTitle id={id}>{title}</DialogTitle>
        <DialogContent>
          <Box sx={{ display: "flex", flexDirection: "column", gap: 2, pt: 1 }}>
            {children}
            {problem && !problem.field && <ProblemLine problem={problem} />}
            {blocked !== null && (
              <Alert severity="error" id={`${id}-blocked`}>
                {blocked}
              </Alert>
            )}
          </Box>
        </DialogContent>
        <DialogActions>
          {extra && <Box sx={{ mr: "auto" }}>{extra}</Box>}
          <Button onClick={onClose} disabled={pending}>
            {t("parts.actions.cancel")}
          </Button>
          <Button
            type="submit"
            variant="contained"
            color={danger ? "error" : "primary"}
            loading={pending}
            disabled={waiting || blocked !== null}
            aria-describedby={blocked === null ? undefined : `${id}-blocked`}
          >
            {submitLabel}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/**
 * Why an action failed, in one line. A conflict is a warning with its own message, because it is no error of the app.
 */
export function ProblemLine({ problem }: { problem: Problem }) {
  if (problem.code === "conflict" && problem.message) {
    return <Alert severity="warning">{problem.message}</Alert>;
  }
  return (
    <Alert severity="error">
      {problemLine(problem)}
      <ProblemFacts problem={problem} />
    </Alert>
  );
}

interface ConfirmProps {
  open: boolean;
  /** Names the object: "Revoke the invite of a@b.example?" */
  title: string;
  text: ReactNode;
  /** A verb: "Revoke invite". */
  verb: string;
  /** False for an action that removes nothing: its button is not red. */
  danger?: boolean;
  pending?: boolean;
  problem?: Problem | null;
  onClose: () => void;
  onConfirm: () => void;
}

/** Asks for confirmation; Cancel has the focus. */
export function ConfirmDialog({
  open,
  title,
  text,
  verb,
  danger = true,
  pending,
  problem,
  onClose,
  onConfirm,
}: ConfirmProps) {
  const id = useId();
  return (
    <Dialog open={open} onClose={pending ? undefined : onClose} aria-labelledby={id} maxWidth="xs" fullWidth>
      <DialogTitle id={id}>{title}</DialogTitle>
      <DialogContent>
        <Box sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
          <div>{text}</div>
          {problem && <ProblemLine problem={problem} />}
        </Box>
      </DialogContent>
      <DialogActions>
        <Button autoFocus onClick={onClose} disabled={pending}>
          {t("parts.actions.cancel")}
        </Button>
        <Button
          variant="contained"
          color={danger ? "error" : "primary"}
          loading={pending}
          onClick={onConfirm}
        >
          {verb}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
