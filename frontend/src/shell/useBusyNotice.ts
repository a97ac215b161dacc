import { useEffect } from "react";
import { portal } from "../bridge/portal";
import { t } from "../i18n/i18n";
import { useNotify } from "../parts/Notices";

/** Says when a call was asked to wait and goes on by itself. */
export function useBusyNotice(): void {
  const notify = useNotify();
  useEffect(
    () =>
      portal().on("waiting", ({ seconds, what }) =>
        notify({
          tone: "info",
          text: t(what === "unavailable" ? "shell.unavailable" : "shell.busy", { count: seconds }),
        }),
      ),
    [notify],
  );
}
