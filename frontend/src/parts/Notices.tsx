import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Snackbar from "@mui/material/Snackbar";
import { type ReactNode, useCallback, useContext, useState } from "react";
import { ClearNoticesContext, type Notice, NoticeContext } from "./noticeContext";

/** notify({ tone, text }) shows a short text at the bottom of the window, which assistive technology reads out. */
export const useNotify = () => useContext(NoticeContext);

/** Removes all notices, so that the next user does not see them. */
export const useClearNotices = () => useContext(ClearNoticesContext);

/** Shows the notices one at a time; mounted once around the app. */
export function Notices({ children }: { children: ReactNode }) {
  const [queue, setQueue] = useState<(Notice & { id: number })[]>([]);
  const notify = useCallback(
    (notice: Notice) =>
      setQueue((before) => {
        const last = before.at(-1);
        if (last?.text === notice.text && !notice.action) return before;
        const kept = notice.action ? before.filter(({ action }) => !action) : before;
        return [...kept, { ...notice, id: (last?.id ?? 0) + 1 }];
      }),
    [],
  );
  const clear = useCallback(() => setQueue([]), []);
  const shown = queue[0];
  const close = () => setQueue((before) => before.slice(1));
  return (
    <NoticeContext value={notify}>
      <ClearNoticesContext value={clear}>{children}</ClearNoticesContext>
      <div aria-live="polite">
        {shown && (
          <Snackbar
            key={shown.id}
            open
            autoHideDuration={shown.tone === "error" || shown.lasting ? null : shown.action ? 10_000 : 5_000}
            onClose={(_, reason) => reason !== "clickaway" && close()}
            anchorOrigin={{ vertical: "bottom", horizontal: "center" }}
          >
            <Alert severity={shown.tone ?? "success"} variant="filled" onClose={close} role="presentation">
              {shown.text}
              {shown.action && (
                <Button
                  size="small"
                  // The colours of the notice, which the theme's buttons do not take by themselves.
                  sx={{
                    ml: 1.5,
                    my: -0.5,
                    color: "inherit",
                    borderColor: "currentcolor",
                    bgcolor: "transparent",
                  }}
                  onClick={() => {
                    shown.action?.run();
                    close();
                  }}
                >
                  {shown.action.label}
                </Button>
              )}
            </Alert>
          </Snackbar>
        )}
      </div>
    </NoticeContext>
  );
}
