import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import type { ProviderID } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { CopyButton } from "../parts/CopyButton";
import { asClock } from "./useSecondsLeft";

const own = [
  "cancelled",
  "timed_out",
  "denied",
  "no_invite",
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
const ends = ["session_revoked", "deactivated", "grant_changed"] as const;

const within = <Code extends string>(codes: readonly Code[], code: string): Code | undefined =>
  codes.find((known) => known === code);

interface Props {
  problem: Problem;
  provider: ProviderID | null;
  /** Seconds still to wait before another try; 0 for none. */
  wait: number;
  /** The link of the failed attempt, to open by hand. */
  link: string | null;
  /** What can be done about it here. */
  action?: ReactNode;
}

/** Why a sign-in did not happen, what it means, and what to do next. */
export function Failure({ problem, provider, wait, link, action }: Props) {
  const kind = within(own, problem.code) ?? "other";
  const named = { provider: t(`words.provider.${provider ?? "google"}`) };
  const text =
    kind === "policy" && problem.message ? problem.message : t(`session.failed.${kind}.text`, named);
  return (
    <Alert severity={kind === "cancelled" ? "info" : "error"} sx={{ alignItems: "flex-start" }}>
      <AlertTitle>{t(`session.failed.${kind}.title`, named)}</AlertTitle>
      {text}
      {wait > 0 && <div>{t("session.failed.too_many_requests.wait", { time: asClock(wait) })}</div>}
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, mt: 1, "&:empty": { display: "none" } }}>
        {kind === "browser_failed" && link && <CopyButton text={link} label={t("session.waiting.copy")} />}
        {problem.requestId && (
          <CopyButton text={problem.requestId} label={t("parts.actions.copyRequestId")} />
        )}
        {action}
      </Box>
      {problem.requestId && (
        <Typography variant="caption" sx={{ overflowWrap: "anywhere" }}>
          {t("parts.problem.requestId")}: {problem.requestId}
        </Typography>
      )}
    </Alert>
  );
}

/** Why the last session ended, or could not be picked up. */
export function Ended({ why }: { why: Problem }) {
  const reason = within(ends, why.code);
  const passing = within(["offline", "unavailable", "keyring_unavailable"] as const, why.code);
  if (passing) return <Failure problem={why} provider={null} wait={0} link={null} />;
  return (
    <Alert severity="info" sx={{ alignItems: "flex-start" }}>
      <AlertTitle>{t("session.ended.title")}</AlertTitle>
      {t(`session.ended.${reason ?? "other"}`)}
    </Alert>
  );
}
