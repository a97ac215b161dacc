import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { type SubmitEvent, useState } from "react";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { problemWords } from "../parts/ErrorPanel";

interface Props {
  /** Why the last code did not do. */
  problem: Problem | null;
  pending: boolean;
  onSubmit: (code: string) => void;
  onCancel: () => void;
}

function wordsOf(problem: Problem): string {
  const wrong = ["invite_code_wrong", "invite_code_required", "invalid"].includes(problem.code);
  if (wrong) return t("session.code.wrong");
  const { title, text } = problemWords(problem);
  return `${title}. ${text}`;
}

/** Asks for the one-time code of an invite; a wrong one stays in the field to be corrected. */
export function InviteCodeForm({ problem, pending, onSubmit, onCancel }: Props) {
  const [code, setCode] = useState("");
  const [sent, setSent] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const entered = code.trim();
    setMissing(entered === "");
    if (entered === "" || pending) return;
    setSent(entered);
    onSubmit(entered);
  };
  // The complaint is about the code that was sent, not about one being corrected.
  const complaint = problem && code.trim() === sent ? wordsOf(problem) : null;
  const error = missing ? t("session.code.required") : complaint;
  return (
    <form
      onSubmit={submit}
      noValidate
      style={{ display: "flex", flexDirection: "column", gap: 16, width: "100%" }}
    >
      <div>
        <Typography variant="h2">{t("session.code.title")}</Typography>
        <Typography color="textSecondary">{t("session.code.text")}</Typography>
      </div>
      <TextField
        autoFocus
        label={t("session.code.label")}
        value={code}
        onChange={(event) => {
          setCode(event.target.value);
          setMissing(false);
        }}
        error={error !== null}
        helperText={error}
        slotProps={{ htmlInput: { autoComplete: "one-time-code", spellCheck: false, maxLength: 64 } }}
      />
      <Button type="submit" variant="contained" fullWidth loading={pending}>
        {t("session.code.submit")}
      </Button>
      <Button variant="text" onClick={onCancel}>
        {t("parts.actions.cancel")}
      </Button>
    </form>
  );
}
