import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { RetryButton } from "../parts/RetryButton";
import { asClock, useSecondsLeft } from "../parts/useSecondsLeft";
import { Failure } from "./Failure";
import { useResumeAgain } from "./useResumeAgain";

interface Props {
  /** Why the session could not be restored yet. */
  why: Problem;
  onInstead: () => void;
}

/**
 * Shown while a kept session waits for the portal: why, when the next try is, and buttons to try now or to sign in
 * instead.
 */
export function ResumeAgain({ why, onInstead }: Props) {
  const { pending, nextAt, tryNow } = useResumeAgain();
  const left = useSecondsLeft(nextAt);
  const again = <RetryButton problem={why} pending={pending} onRetry={() => void tryNow()} />;
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
      <Failure problem={why} provider={null} url={null} action={again} />
      <Typography color="textSecondary">
        {t("session.again.text")}{" "}
        <span role="timer">
          {pending || left === 0
            ? `${t("session.again.trying")}…`
            : t("session.again.next", { time: asClock(left) })}
        </span>
      </Typography>
      <Button variant="text" onClick={onInstead}>
        {t("session.resuming.instead")}
      </Button>
    </Box>
  );
}
