import Button from "@mui/material/Button";
import { useState } from "react";
import { getPortal } from "../bridge/portal";
import { type Problem, toProblem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { problemText } from "../parts/ErrorPanel";
import { OneFieldForm } from "./OneFieldForm";

interface Props {
  /** The current address; "" for none. */
  current: string;
  onDone: () => Promise<void>;
  onBack?: (() => void) | undefined;
}

const textOf = (problem: Problem) => problem.message || problemText(problem).text;

/** Asks for the portal's address, which Go validates. */
export function AddressForm({ current, onDone, onBack }: Props) {
  const [url, setURL] = useState(current);
  const [error, setError] = useState<string | null>(null);
  const [pending, setPending] = useState(false);

  async function store() {
    if (url.trim() === "") return setError(t("session.address.required"));
    setPending(true);
    try {
      await getPortal().setAPIURL(url.trim());
      await onDone();
    } catch (problem) {
      setError(textOf(toProblem(problem)));
    } finally {
      setPending(false);
    }
  }

  return (
    <OneFieldForm
      title={t("session.address.title")}
      text={t("session.address.text")}
      label={t("session.address.label")}
      placeholder={t("session.address.example")}
      value={url}
      error={error}
      submitLabel={t("session.address.continue")}
      pending={pending}
      input={{ inputMode: "url", autoComplete: "off", maxLength: 2000 }}
      onChange={(value) => {
        setURL(value);
        setError(null);
      }}
      onSubmit={() => void store()}
    >
      {onBack && (
        <Button variant="text" onClick={onBack} disabled={pending}>
          {t("session.address.back")}
        </Button>
      )}
    </OneFieldForm>
  );
}
