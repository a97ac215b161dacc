import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import { useState } from "react";
import { limits } from "../bridge/limits";
import type { ProviderID } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { formatList } from "../i18n/format";
import { t } from "../i18n/i18n";
import { problemLine } from "../parts/ErrorPanel";
import { useSecondsLeft } from "../parts/useSecondsLeft";
import { normalizeInviteCode } from "./inviteCode";
import { OneFieldForm } from "./OneFieldForm";
import { SignedInAs } from "./SignedInAs";

interface Props {
  provider: ProviderID;
  /** The address that signed in; undefined where it is unknown. */
  signedInAs: string | undefined;
  /** The organisations whose chosen invites ask for a code; empty where there was no choice. */
  chosen: string[];
  /** Why no code can be accepted; empty where one can. */
  note: string;
  /** Why the last code was refused. */
  problem: Problem | null;
  pending: boolean;
  onSubmit: (code: string) => void;
  /** Back to the choice, where there was one. */
  onBack: (() => void) | undefined;
  onCancel: () => void;
}

/** The API's message says what is wrong with a code and how many tries are left. */
function textOf(problem: Problem): string {
  const wrong = ["invite_code_invalid", "invite_code_required", "invalid"].includes(problem.code);
  if (wrong) return (problem.code !== "invite_code_required" && problem.message) || t("session.code.wrong");
  return problemLine(problem);
}

/** Which code to enter, and where to find it. */
function asksFor(chosen: string[]): string {
  const [organisation] = chosen;
  if (!organisation) return t("session.code.text");
  if (chosen.length === 1) return t("session.code.textOf", { organisation });
  return t("session.code.textOfSeveral", { organisations: formatList(chosen) });
}

/** Asks for the one-time code of an invite; a wrong code stays in the field for correction. */
export function InviteCodeForm(props: Props) {
  const { provider, signedInAs, chosen, note, problem, pending, onSubmit, onBack, onCancel } = props;
  const [code, setCode] = useState("");
  const [sent, setSent] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const wait = useSecondsLeft(problem?.retryAt ?? 0);
  const entered = normalizeInviteCode(code);
  const submit = () => {
    setMissing(entered === "");
    if (entered === "" || wait > 0) return;
    setSent(entered);
    onSubmit(entered);
  };
  // The error belongs to the code that was sent, not to a corrected one.
  const refusal = problem && (wait > 0 || entered === sent) ? textOf(problem) : null;
  return (
    <OneFieldForm
      title={t("session.code.title")}
      text={
        note ? (
          <Alert severity="warning" sx={{ mt: 1 }}>
            {note}
          </Alert>
        ) : (
          asksFor(chosen)
        )
      }
      label={t("session.code.label")}
      value={code}
      error={missing ? t("session.code.required") : refusal}
      submitLabel={t("session.code.submit")}
      pending={pending}
      input={{ autoComplete: "one-time-code", maxLength: limits.inviteCode }}
      onChange={(value) => {
        setCode(value);
        setMissing(false);
      }}
      onSubmit={submit}
    >
      {signedInAs && <SignedInAs provider={provider} address={signedInAs} />}
      {onBack && (
        <Button variant="text" onClick={onBack} disabled={pending}>
          {t("session.code.back")}
        </Button>
      )}
      <Button variant="text" onClick={onCancel}>
        {t(note ? "session.code.otherAccount" : "parts.actions.cancel")}
      </Button>
    </OneFieldForm>
  );
}
