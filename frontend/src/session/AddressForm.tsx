import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { type SubmitEvent, useState } from "react";
import { portal } from "../bridge/portal";
import { type Problem, toProblem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { problemWords } from "../parts/ErrorPanel";

interface Props {
  /** The address in use, "" for none yet. */
  current: string;
  onDone: () => Promise<void>;
  onBack?: (() => void) | undefined;
}

const words = (problem: Problem) => problem.message || problemWords(problem).text;

/** Asks for the portal's address; Go decides whether it will do, and says why not. */
export function AddressForm({ current, onDone, onBack }: Props) {
  const [url, setURL] = useState(current);
  const [error, setError] = useState<string | null>(null);
  const [pending, setPending] = useState(false);

  async function store() {
    if (url.trim() === "") return setError(t("session.address.required"));
    setPending(true);
    try {
      await portal().setAPIURL(url.trim());
      await onDone();
    } catch (problem) {
      setError(words(toProblem(problem)));
    } finally {
      setPending(false);
    }
  }

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void store();
  };
  return (
    <form
      onSubmit={submit}
      noValidate
      style={{ display: "flex", flexDirection: "column", gap: 16, width: "100%" }}
    >
      <div>
        <Typography variant="h2">{t("session.address.title")}</Typography>
        <Typography color="textSecondary">{t("session.address.text")}</Typography>
      </div>
      <TextField
        autoFocus
        label={t("session.address.label")}
        placeholder={t("session.address.example")}
        value={url}
        onChange={(event) => {
          setURL(event.target.value);
          setError(null);
        }}
        error={error !== null}
        helperText={error}
        slotProps={{
          htmlInput: { inputMode: "url", autoComplete: "off", spellCheck: false, maxLength: 2000 },
        }}
      />
      <Button type="submit" variant="contained" fullWidth loading={pending}>
        {t("session.address.continue")}
      </Button>
      {onBack && (
        <Button variant="text" onClick={onBack} disabled={pending}>
          {t("session.address.back")}
        </Button>
      )}
    </form>
  );
}
