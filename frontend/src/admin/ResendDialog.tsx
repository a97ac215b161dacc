import type { Invite } from "../bridge/models";
import { useResendInvite } from "../bridge/mutations";
import { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { ConfirmDialog } from "../parts/FormDialog";
import { useSession } from "../session/session";
import { CreatedDialog } from "./CreatedDialog";

/** Asks for confirmation before an invite's code is replaced, then shows the new code once. */
export function ResendDialog({ invite, onClose }: { invite: Invite; onClose: () => void }) {
  const { grant } = useSession();
  const resend = useResendInvite(grant.id);
  const { email } = invite;
  if (resend.data) return <CreatedDialog created={resend.data} onClose={onClose} />;
  return (
    <ConfirmDialog
      open
      danger={false}
      title={t("admin.fresh.title", { email })}
      text={t("admin.fresh.text")}
      verb={t("admin.fresh.verb")}
      pending={resend.isPending}
      problem={resend.error && explained(resend.error)}
      onClose={onClose}
      onConfirm={() => resend.mutate(invite.id)}
    />
  );
}

/** The only conflict here: the invite has been closed. */
const explained = (problem: Problem): Problem =>
  problem.code === "conflict" ? new Problem("conflict", { message: t("admin.fresh.late") }) : problem;
