import type { Invite } from "../bridge/models";
import { useRevokeInvite } from "../bridge/mutations";
import { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { ConfirmDialog } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";

/** Asks for confirmation before an invite is revoked. */
export function RevokeDialog({ invite, onClose }: { invite: Invite; onClose: () => void }) {
  const { grant } = useSession();
  const notify = useNotify();
  const revoke = useRevokeInvite(grant.id);
  const { email } = invite;
  const confirm = () =>
    revoke.mutate(invite.id, {
      onSuccess: () => {
        notify({ text: t("admin.confirm.done", { email }) });
        onClose();
      },
    });
  return (
    <ConfirmDialog
      open
      title={t("admin.confirm.title", { email })}
      text={t("admin.confirm.text")}
      verb={t("admin.confirm.verb")}
      pending={revoke.isPending}
      problem={revoke.error && explained(revoke.error)}
      onClose={onClose}
      onConfirm={confirm}
    />
  );
}

/** The only conflict here: the invite is no longer open. */
function explained(problem: Problem): Problem {
  return problem.code === "conflict"
    ? new Problem("conflict", { message: t("admin.confirm.late") })
    : problem;
}
