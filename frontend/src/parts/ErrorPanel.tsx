import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { isPassing, type Problem, type ProblemCode } from "../bridge/problem";
import { formatDuration } from "../i18n/format";
import { t } from "../i18n/i18n";
import { useAnnounced } from "./announced";
import { CopyButton } from "./CopyButton";
import { EmptyState } from "./EmptyState";
import { ErrorIcon, LockIcon, OfflineIcon, SearchOffIcon } from "./icons";
import { ProblemFacts } from "./ProblemFacts";
import { RetryButton } from "./RetryButton";

const own = [
  "offline",
  "unavailable",
  "forbidden",
  "not_found",
  "too_many_requests",
  "grant_changed",
  "conflict",
  "invalid",
  "sync_running",
  "no_product",
  "product_refused",
  "too_large",
  "no_api_url",
  "cancelled",
  "timed_out",
  "policy",
] as const;
const ended = ["signed_out", "unauthenticated", "session_revoked", "deactivated"] as const;

type Kind = (typeof own)[number] | "session" | "other";

function kindOf(problem: Problem): Kind {
  const named = own.find((code) => code === problem.code);
  if (named) return named;
  return ended.some((code) => code === problem.code) ? "session" : "other";
}

/** What happened and what to do, in words: { title, text }. */
export function problemWords(problem: Problem): { title: string; text: string } {
  const kind = kindOf(problem);
  if (problem.cause && problem.message) {
    return { title: t(`parts.problem.cause.${problem.cause}`), text: problem.message };
  }
  const title = t(`parts.problem.${kind}.title`);
  if ((kind === "invalid" || kind === "product_refused") && problem.message)
    return { title, text: problem.message };
  if (problem.retryAfter) {
    return { title, text: t("parts.problem.retryIn", { time: formatDuration(problem.retryAfter * 1000) }) };
  }
  return { title, text: t(`parts.problem.${kind}.text`) };
}

// Waited out, or asked under the new role, the same question may do.
const worthAgain: readonly ProblemCode[] = ["too_many_requests", "grant_changed", "timed_out", "cancelled"];

const icons: Partial<Record<Kind, ReactNode>> = {
  offline: <OfflineIcon />,
  unavailable: <OfflineIcon />,
  forbidden: <LockIcon />,
  not_found: <SearchOffIcon />,
};

interface Props {
  problem: Problem;
  /** Offered as "Try again" where trying again makes sense. */
  onRetry?: () => void;
  /** Another thing to do, instead of "Try again". */
  action?: ReactNode;
}

/** Stands where something could not be loaded: what happened, what to do next, the request id to copy. */
export function ErrorPanel({ problem, onRetry, action }: Props) {
  const announced = useAnnounced(problem);
  if (announced) return <NotLoaded />;
  const words = problemWords(problem);
  const again = onRetry && (isPassing(problem) || worthAgain.includes(problem.code));
  return (
    <Box
      role="alert"
      sx={{
        display: "flex",
        flexDirection: "column",
        alignItems: "center",
        justifyContent: "center",
        textAlign: "center",
        gap: 1,
        px: 3,
        py: 6,
        height: "100%",
      }}
    >
      <Box aria-hidden sx={{ color: "text.secondary", display: "flex", "& svg": { fontSize: 32 } }}>
        {icons[kindOf(problem)] ?? <ErrorIcon />}
      </Box>
      <Typography component="h2" variant="h3">
        {words.title}
      </Typography>
      <Typography variant="body2" color="textSecondary" sx={{ maxWidth: "56ch" }}>
        {words.text}
      </Typography>
      <Box sx={{ display: "flex", gap: 1, mt: 1, flexWrap: "wrap", justifyContent: "center" }}>
        {action}
        {!action && again && <RetryButton problem={problem} onRetry={onRetry} />}
        {problem.requestId && (
          <CopyButton text={problem.requestId} label={t("parts.actions.copyRequestId")} />
        )}
      </Box>
      <Box sx={{ color: "text.secondary" }}>
        <ProblemFacts problem={problem} />
      </Box>
    </Box>
  );
}

/** Where the banner above says why, and asks again by itself. */
function NotLoaded() {
  return (
    <EmptyState
      heading="h2"
      icon={<OfflineIcon />}
      title={t("parts.problem.notLoaded.title")}
      text={t("parts.problem.notLoaded.text")}
    />
  );
}
