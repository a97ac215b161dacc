import { useCallback, useRef } from "react";
import { getPortal } from "../bridge/portal";
import { toProblem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { problemLine } from "../parts/ErrorPanel";
import { useNotify } from "../parts/Notices";

/** Returns a function that saves a zip for support to a file that the user chooses, and says where it is. */
export function useSaveDiagnostics() {
  const notify = useNotify();
  const saving = useRef(false);
  return useCallback(async () => {
    if (saving.current) return;
    saving.current = true;
    try {
      const { name, folder } = await getPortal().saveDiagnostics();
      notify({ text: t("session.diagnostics.saved", { name, folder }), lasting: true });
    } catch (rejection) {
      const problem = toProblem(rejection);
      if (problem.code !== "cancelled") notify({ tone: "error", text: problemLine(problem) });
    } finally {
      saving.current = false;
    }
  }, [notify]);
}
