import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import type { ProviderID } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { CopyButton } from "../parts/CopyButton";
import { problemText } from "../parts/ErrorPanel";
import { ProblemFacts } from "../parts/ProblemFacts";
import { SignedInAs } from "./SignedInAs";

const withText = [
  "cancelled",
  "timed_out",
  "denied",
  "no_invite",
  "invite_closed",
  "invite_code_required",
  "invite_code_invalid",
  "invite_choice",
  "tenant_not_allowed",
  "deactivated",
  "offline",
  "unavailable",
  "provider_unavailable",
  "provider_refused",
  "state_mismatch",
  "browser_failed",
  "keyring_unavailable",
  "too_many_requests",
  "attempt_expired",
  "insecure_api_url",
  "policy",
] as const;
/** Codes whose message is more precise than the text of the app. */
const withMessage = [
  "policy",
  "invite_closed",
  "invite_code_invalid",
  "attempt_expired",
  "keyring_unavailable",
] as const;
const ends = ["session_revoked", "deactivated", "grant_changed", "keyring_unavailable"] as const;

const find = <Code extends string>(codes: readonly Code[], code: string): Code | undefined =>
  codes.find((known) => known === code);

interface Props {
  problem: Problem;
  provider: ProviderID | null;
  /** The URL of the failed attempt, to copy. */
  url: string | null;
  /** Buttons to solve it here. */
  action?: ReactNode;
}

/**
 * The title and text of a failed sign-in. A problem that is not specific to signing in has the text of other screens.
 */
export function failureText(problem: Problem, provider: ProviderID | null) {
  const kind = find(withText, problem.code);
  const named = { provider: t(`words.provider.${provider ?? "google"}`), why: problem.message };
  if (problem.cause) return problemText(problem);
  if (!kind) return problem.code === "internal" ? otherText() : problemText(problem);
  const message = find(withMessage, problem.code) && problem.message;
  return {
    title: t(`session.failed.${kind}.title`, named),
    text: message || t(`session.failed.${kind}.text`, named).trim(),
  };
}

const otherText = () => ({ title: t("session.failed.other.title"), text: t("session.failed.other.text") });

/** Why a sign-in failed, and what to do next. */
export function Failure({ problem, provider, url, action }: Props) {
  const { title, text } = failureText(problem, provider);
  return (
    <Alert
      severity={problem.code === "cancelled" ? "info" : "error"}
      sx={{ alignItems: "flex-start", overflowWrap: "anywhere" }}
    >
      <AlertTitle>{title}</AlertTitle>
      {text}
      {problem.signedInAs && <SignedInAs provider={provider} address={problem.signedInAs} />}
      {problem.providerMessage && <ProviderMessage provider={provider} message={problem.providerMessage} />}
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, mt: 1, "&:empty": { display: "none" } }}>
        {action}
        {problem.code === "browser_failed" && url && (
          <CopyButton text={url} label={t("session.waiting.copy")} />
        )}
        {problem.requestId && (
          <CopyButton text={problem.requestId} label={t("parts.actions.copyRequestId")} />
        )}
      </Box>
      <Box sx={{ mt: 1, "&:empty": { display: "none" } }}>
        <ProblemFacts problem={problem} />
      </Box>
    </Alert>
  );
}

/** The provider's own error message, marked as a quotation. */
function ProviderMessage({ provider, message }: { provider: ProviderID | null; message: string }) {
  return (
    <Box sx={{ mt: 1 }}>
      {t("session.providerMessage", { provider: t(`words.provider.${provider ?? "google"}`) })}
      <Typography variant="body2" component="blockquote" sx={{ m: 0, fontFamily: "monospace" }}>
        {message}
      </Typography>
    </Box>
  );
}

/** Why the last session ended or could not be restored, and what to do. */
export function Ended({ why }: { why: Problem }) {
  if (find(["offline", "unavailable"] as const, why.code)) {
    return <Failure problem={why} provider={null} url={null} />;
  }
  const reason = find(ends, why.code);
  const message = (why.code === "session_revoked" || why.code === "signed_out") && why.message;
  return (
    <Alert severity="info" sx={{ alignItems: "flex-start" }}>
      <AlertTitle>{t("session.ended.title")}</AlertTitle>
      {message || t(`session.ended.${reason ?? "other"}`, { why: why.message }).trim()}
    </Alert>
  );
}
