import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import { useState } from "react";
import { limits } from "../bridge/limits";
import { useClaimInvite } from "../bridge/mutations";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { FormDialog } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { normalizeInviteCode } from "../session/inviteCode";
import { SignedInAs } from "../session/SignedInAs";
import { useSession, useSessionControl } from "../session/session";

/** A button and a dialog to claim a further invite by its code. */
export function ClaimInvite() {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t("settings.invite.open")}</Button>
      {asking && <ClaimDialog onClose={() => setAsking(false)} />}
    </>
  );
}

// The API explains in its message why a code is refused.
const refusalOf = (problem: Problem | null) =>
  problem && ["invite_code_invalid", "invite_closed", "invalid"].includes(problem.code)
    ? problem.message
    : "";

function ClaimDialog({ onClose }: { onClose: () => void }) {
  const { grant } = useSession();
  const { refresh } = useSessionControl();
  const notify = useNotify();
  const claim = useClaimInvite(grant.id);
  const [code, setCode] = useState("");
  const [missing, setMissing] = useState(false);
  const entered = normalizeInviteCode(code);
  const submit = () => {
    setMissing(entered === "");
    if (entered === "") return;
    claim.mutate(entered, {
      onSuccess: async ({ role, node }) => {
        notify({ text: t("settings.invite.done", { role: t(`words.role.${role}`), node }) });
        onClose();
        await refresh();
      },
    });
  };
  const refused = refusalOf(claim.error);
  return (
    <FormDialog
      open
      title={t("settings.invite.dialog")}
      submitLabel={t("settings.invite.submit")}
      pending={claim.isPending}
      problem={refused ? null : claim.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <TextField
        label={t("session.code.label")}
        value={code}
        onChange={(event) => {
          setCode(event.target.value);
          setMissing(false);
          claim.reset();
        }}
        error={missing || refused !== ""}
        helperText={missing ? t("session.code.required") : refused || t("settings.invite.help")}
        slotProps={{
          htmlInput: { spellCheck: false, autoComplete: "one-time-code", maxLength: limits.inviteCode },
          formHelperText: missing || refused ? { role: "alert" } : {},
        }}
      />
      {claim.error?.signedInAs && <SignedInAs provider={null} address={claim.error.signedInAs} />}
    </FormDialog>
  );
}
