import type { ConnectionItem } from "../bridge/models";
import { useChangeConnection } from "../bridge/productMutations";
import { t } from "../i18n/i18n";
import { ConfirmDialog } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";
import { connectionName } from "./connectionName";

/** Asks for confirmation before a connection is paused or resumed. */
export function PauseDialog({ connection, onClose }: { connection: ConnectionItem; onClose: () => void }) {
  const { grant } = useSession();
  const notify = useNotify();
  const change = useChangeConnection(grant.id, connection.id);
  const verb = connection.paused ? "resume" : "pause";
  const name = connectionName(connection);
  const confirm = () =>
    change.mutate(
      { paused: !connection.paused },
      {
        onSuccess: () => {
          notify({ text: t(`products.done.${verb}d`, { name }) });
          onClose();
        },
      },
    );
  return (
    <ConfirmDialog
      open
      danger={false}
      title={t(`products.confirm.${verb}Title`, { name })}
      text={t(`products.confirm.${verb}Text`)}
      verb={t(`products.confirm.${verb}Verb`)}
      pending={change.isPending}
      problem={change.error}
      onClose={onClose}
      onConfirm={confirm}
    />
  );
}
