import { useEffect } from "react";
import { getPortal } from "../bridge/portal";
import { t } from "../i18n/i18n";
import { useNotify } from "../parts/Notices";

/** Shows a notice when the API asked a call to wait. */
export function useBusyNotice(): void {
  const notify = useNotify();
  useEffect(
    () =>
      getPortal().on("waiting", ({ seconds, what }) =>
        notify({
          tone: "info",
          text: t(what === "unavailable" ? "shell.unavailable" : "shell.busy", { count: seconds }),
        }),
      ),
    [notify],
  );
}
