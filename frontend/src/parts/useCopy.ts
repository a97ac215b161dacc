import { useCallback } from "react";
import { copyText } from "../bridge/clipboard";
import { t } from "../i18n/i18n";
import { useNotify } from "./Notices";

/** Returns a function that puts a text on the clipboard, and says so with the given text. */
export function useCopy() {
  const notify = useNotify();
  return useCallback(
    (text: string, said: string) =>
      copyText(text).then(
        () => notify({ tone: "success", text: said }),
        () => notify({ tone: "error", text: t("parts.actions.copyFailed") }),
      ),
    [notify],
  );
}
