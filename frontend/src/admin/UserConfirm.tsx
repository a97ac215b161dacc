import type { HeldGrant, UserItem } from "../bridge/models";
import { useChangeUser, useSignOutUser } from "../bridge/mutations";
import { t } from "../i18n/i18n";
import { ConfirmDialog } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";
import { nameOf } from "./userColumns";

export type UserAction = "deactivate" | "reactivate" | "signOut";

interface Props {
  user: UserItem;
  action: UserAction;
  /** The grant to change; without it, all of the user's grants inside the scope. */
  held?: HeldGrant | undefined;
  onClose: () => void;
}

/** Asks for confirmation before a user's access or sessions are changed. */
export function UserConfirm({ user, action, held, onClose }: Props) {
  const { grant } = useSession();
  const notify = useNotify();
  const change = useChangeUser(grant.id, user.id);
  const signOut = useSignOutUser(grant.id, user.id);
  const { isPending, error } = action === "signOut" ? signOut : change;
  const kind = held && action !== "signOut" ? (`${action}One` as const) : action;
  const words = {
    name: nameOf(user),
    node: held?.node ?? grant.node,
    role: held && t(`words.role.${held.role}`),
    count: user.sessions,
  };
  const onSuccess = () => {
    notify({ text: t(`users.${kind}.done`, words) });
    onClose();
  };
  const confirm = () => {
    if (action === "signOut") return signOut.mutate(undefined, { onSuccess });
    const active = action === "reactivate";
    change.mutate({ active, ...(held && { grant_id: held.id }) }, { onSuccess });
  };
  return (
    <ConfirmDialog
      open
      danger={action !== "reactivate"}
      title={t(`users.${kind}.title`, words)}
      text={t(`users.${kind}.text`, words)}
      verb={t(`users.${kind}.verb`, words)}
      pending={isPending}
      problem={error}
      onClose={onClose}
      onConfirm={confirm}
    />
  );
}
