import { useChangeUser, useSignOutUser } from "../bridge/changes";
import type { HeldGrant, UserItem } from "../bridge/models";
import { t } from "../i18n/i18n";
import { ConfirmDialog } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";
import { nameOf } from "./userColumns";

export type UserAction = "deactivate" | "reactivate" | "signOut";

interface Props {
  user: UserItem;
  action: UserAction;
  /** The one role it is about; all of them inside the scope where none is named. */
  held?: HeldGrant | undefined;
  onClose: () => void;
}

/** Says what it means before somebody's access or sessions are touched. */
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
