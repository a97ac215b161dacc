import Typography from "@mui/material/Typography";
import type { Problem } from "../bridge/problem";
import { t } from "../i18n/i18n";

/** What support asks for: the address in question and the request id, where there is one. */
export function ProblemFacts({ problem }: { problem: Problem }) {
  const { address, requestId } = problem;
  if (!address && !requestId) return null;
  return (
    <Typography variant="caption" component="div" sx={{ overflowWrap: "anywhere" }}>
      {address && <div>{t("parts.problem.address", { address })}</div>}
      {requestId && (
        <div>
          {t("parts.problem.requestId")}: {requestId}
        </div>
      )}
    </Typography>
  );
}
