import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useEffect, useRef } from "react";
import type { Events } from "../bridge/models";
import { t } from "../i18n/i18n";
import { CopyButton } from "../parts/CopyButton";
import { OpenIcon } from "../parts/icons";
import { asClock, useSecondsLeft } from "../parts/useSecondsLeft";

interface Props {
  waiting: Events["signin:waiting"];
  onOpenAgain: () => void;
  onCancel: () => void;
}

/** Shown while the user signs in with the browser: time left, link to copy, open again, cancel. */
export function WaitingPanel({ waiting, onOpenAgain, onCancel }: Props) {
  const seconds = useSecondsLeft(Date.parse(waiting.expires_at));
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    title.current?.focus();
  }, []);
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 2, width: "100%" }}>
      <Box>
        <Typography variant="h2" component="h2" ref={title} tabIndex={-1} sx={{ outline: "none" }}>
          {t("session.waiting.title")}
        </Typography>
        {!waiting.browser_problem && (
          <Typography color="textSecondary">
            {t("session.waiting.text", { provider: t(`words.provider.${waiting.provider}`) })}
          </Typography>
        )}
      </Box>
      {waiting.browser_problem && <Alert severity="warning">{waiting.browser_problem}</Alert>}
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap", alignItems: "center" }}>
        <CopyButton text={waiting.url} label={t("session.waiting.copy")} />
        <Button startIcon={<OpenIcon />} onClick={onOpenAgain}>
          {t("session.waiting.again")}
        </Button>
        <Button variant="text" onClick={onCancel}>
          {t("session.waiting.cancel")}
        </Button>
      </Box>
      <Typography variant="body2" color="textSecondary">
        <span role="timer">{t("session.waiting.left", { time: asClock(seconds) })}</span>
        {" · "}
        {t("session.waiting.hint")}
      </Typography>
    </Box>
  );
}
