import Box from "@mui/material/Box";
import type { ReactNode } from "react";
import { isTemporary, type Problem, type ProblemCode } from "../bridge/problem";
import { formatDuration } from "../i18n/format";
import { t } from "../i18n/i18n";
import { CenteredMessage } from "./CenteredMessage";
import { CopyButton } from "./CopyButton";
import { EmptyState } from "./EmptyState";
import { ErrorIcon, LockIcon, OfflineIcon, SearchOffIcon } from "./icons";
import { useShownInBanner } from "./outageBanner";
import { ProblemFacts } from "./ProblemFacts";
import { RetryButton } from "./RetryButton";

const withText = [
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
  "file_failed",
  "interrupted",
] as const;
/** The kinds of which the message says more than any text here. */
const explained: readonly string[] = ["invalid", "product_refused", "file_failed", "interrupted"];
const sessionEnded = ["signed_out", "unauthenticated", "session_revoked", "deactivated"] as const;

type Kind = (typeof withText)[number] | "session" | "other";

function kindOf(problem: Problem): Kind {
  const named = withText.find((code) => code === problem.code);
  if (named) return named;
  return sessionEnded.some((code) => code === problem.code) ? "session" : "other";
}

/** What happened and what to do, as title and text. */
export function problemText(problem: Problem): { title: string; text: string } {
  const kind = kindOf(problem);
  if (problem.cause && problem.message) {
    return { title: t(`parts.problem.cause.${problem.cause}`), text: problem.message };
  }
  const title = t(`parts.problem.${kind}.title`);
  if (explained.includes(kind) && problem.message) return { title, text: problem.message };
  if (problem.retryAfter) {
    return { title, text: t("parts.problem.retryIn", { time: formatDuration(problem.retryAfter * 1000) }) };
  }
  return { title, text: t(`parts.problem.${kind}.text`) };
}

/** The same on one line. Where the desktop found the cause, its sentence is enough. */
export function problemLine(problem: Problem): string {
  const { title, text } = problemText(problem);
  return problem.cause && problem.message ? text : `${title}. ${text}`;
}

// The same call may succeed later, or with the new role.
const retryable: readonly ProblemCode[] = ["too_many_requests", "grant_changed", "timed_out", "cancelled"];

const icons: Partial<Record<Kind, ReactNode>> = {
  offline: <OfflineIcon />,
  unavailable: <OfflineIcon />,
  forbidden: <LockIcon />,
  not_found: <SearchOffIcon />,
};

interface Props {
  problem: Problem;
  /** Called by "Try again", which is shown where a retry makes sense. */
  onRetry?: () => void;
  /** Shown instead of "Try again". */
  action?: ReactNode;
}

/** Shown where something could not be loaded: what happened, what to do next, the request id to copy. */
export function ErrorPanel({ problem, onRetry, action }: Props) {
  const inBanner = useShownInBanner(problem);
  if (inBanner) return <NotLoaded />;
  const { title, text } = problemText(problem);
  const canRetry = onRetry && (isTemporary(problem) || retryable.includes(problem.code));
  return (
    <CenteredMessage role="alert" icon={icons[kindOf(problem)] ?? <ErrorIcon />} title={title} text={text}>
      <Box sx={{ display: "flex", gap: 1, mt: 1, flexWrap: "wrap", justifyContent: "center" }}>
        {action}
        {!action && canRetry && <RetryButton problem={problem} onRetry={onRetry} />}
        {problem.requestId && (
          <CopyButton text={problem.requestId} label={t("parts.actions.copyRequestId")} />
        )}
      </Box>
      <Box sx={{ color: "text.secondary" }}>
        <ProblemFacts problem={problem} />
      </Box>
    </CenteredMessage>
  );
}

/** Shown instead while the banner of an outage explains why; the banner also retries. */
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
