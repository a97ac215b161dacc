import type { View } from "../bridge/models";
import { useDeleteView } from "../bridge/viewMutations";
import { t } from "../i18n/i18n";
import { ConfirmDialog } from "../parts/FormDialog";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";

interface Props {
  view: View;
  onDeleted: () => void;
  onClose: () => void;
}

export function DeleteViewDialog({ view, onDeleted, onClose }: Props) {
  const { grant } = useSession();
  const { mutate, error, isPending } = useDeleteView(grant.id);
  const notify = useNotify();
  const { id, name, shared } = view;
  const done = () => {
    notify({ tone: "success", text: t("views.removed", { name }) });
    onDeleted();
    onClose();
  };
  return (
    <ConfirmDialog
      open
      title={t("views.delete.title", { name })}
      text={t(shared ? "views.delete.textShared" : "views.delete.text", { node: grant.node })}
      verb={t("views.delete.verb")}
      pending={isPending}
      problem={error}
      onClose={onClose}
      onConfirm={() => mutate(id, { onSuccess: done })}
    />
  );
}
