import type { View, ViewChange } from "../bridge/models";
import { toProblem } from "../bridge/problem";
import { useChangeView } from "../bridge/viewMutations";
import { t } from "../i18n/i18n";
import { problemLine } from "../parts/ErrorPanel";
import { useNotify } from "../parts/Notices";
import { useSession } from "../session/session";

/** Changes of a view that need no dialog. A notice says whether they were saved. */
export function useViewActions({ id, name }: View) {
  const { grant } = useSession();
  const { mutateAsync } = useChangeView(grant.id);
  const notify = useNotify();
  const change = async (wanted: ViewChange, text: string) => {
    try {
      await mutateAsync({ id, change: wanted });
      notify({ tone: "success", text });
    } catch (error) {
      const problem = toProblem(error);
      notify({ tone: "error", text: problemLine(problem) });
    }
  };
  return {
    update: (query: string) => void change({ query }, t("views.updated", { name })),
    setDefault: (on: boolean) =>
      void change({ default: on }, on ? t("views.madeDefault", { name }) : t("views.madeNoDefault")),
  };
}
