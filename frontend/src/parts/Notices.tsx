import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Snackbar from "@mui/material/Snackbar";
import { type ReactNode, useCallback, useContext, useRef, useState } from "react";
import { ClearNoticesContext, type Notice, NoticeContext } from "./noticeContext";

/** notify({ tone, text }) shows a short text at the bottom of the window, which assistive technology reads out. */
export const useNotify = () => useContext(NoticeContext);

/** Removes all notices, so that the next user does not see them. */
export const useClearNotices = () => useContext(ClearNoticesContext);

type Numbered = Notice & { id: number };

/** The most notices on screen at once. */
const mostShown = 3;

/** Shows the latest notices, the newest at the bottom; mounted once around the app. */
export function Notices({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<Numbered[]>([]);
  const lastId = useRef(0);
  const notify = useCallback((notice: Notice) => {
    lastId.current += 1;
    const numbered = { ...notice, id: lastId.current };
    setNotices((before) => withNotice(before, numbered));
  }, []);
  const clear = useCallback(() => setNotices([]), []);
  const shown = notices.slice(-mostShown);
  return (
    <NoticeContext value={notify}>
      <ClearNoticesContext value={clear}>{children}</ClearNoticesContext>
      <Box
        aria-live="polite"
        sx={{
          position: "fixed",
          zIndex: "snackbar",
          bottom: { xs: 8, sm: 24 },
          left: { xs: 8, sm: "50%" },
          right: { xs: 8, sm: "auto" },
          transform: { sm: "translateX(-50%)" },
          display: "flex",
          flexDirection: "column",
          alignItems: "center",
          gap: 1,
          pointerEvents: "none",
        }}
      >
        {shown.map((notice) => (
          <ShownNotice
            key={notice.id}
            notice={notice}
            newest={notice === shown.at(-1)}
            onClose={() => setNotices((before) => before.filter(({ id }) => id !== notice.id))}
          />
        ))}
      </Box>
    </NoticeContext>
  );
}

/** Whether a notice stays until it is closed. */
const lasts = ({ tone, lasting }: Notice) => tone === "error" || lasting === true;

/** The notices after a new one. Those that there is no room for wait if they last, and are dropped if not. */
function withNotice(before: Numbered[], notice: Numbered): Numbered[] {
  const same = (other: Notice) => other.text === notice.text && !notice.action;
  const last = before.at(-1);
  if (last && same(last)) return before;
  const kept = before.filter((other) => !same(other) && !(notice.action && other.action));
  const room = mostShown - 1;
  return [...kept.slice(0, -room).filter(lasts), ...kept.slice(-room), notice];
}

interface Props {
  notice: Notice;
  /** Escape closes the newest notice alone. */
  newest: boolean;
  onClose: () => void;
}

function ShownNotice({ notice, newest, onClose }: Props) {
  const { tone = "success", text, action } = notice;
  return (
    <Snackbar
      open
      autoHideDuration={lasts(notice) ? null : action ? 10_000 : 5_000}
      onClose={(_, reason) => (reason === "timeout" || (reason === "escapeKeyDown" && newest)) && onClose()}
      sx={{ position: "static", transform: "none", pointerEvents: "auto" }}
    >
      <Alert severity={tone} variant="filled" onClose={onClose} role="presentation">
        {text}
        {action && (
          <Button
            size="small"
            // The colours of the notice, which the theme's buttons do not take by themselves.
            sx={{ ml: 1.5, my: -0.5, color: "inherit", borderColor: "currentcolor", bgcolor: "transparent" }}
            onClick={() => {
              action.run();
              onClose();
            }}
          >
            {action.label}
          </Button>
        )}
      </Alert>
    </Snackbar>
  );
}
