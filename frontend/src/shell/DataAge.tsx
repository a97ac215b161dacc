import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Tooltip from "@mui/material/Tooltip";
import { useQuery } from "@tanstack/react-query";
import { Link as RouterLink } from "react-router";
import { links } from "../bridge/links";
import type { Overview } from "../bridge/models";
import { overviewQuery } from "../bridge/queries";
import { formatMoment, formatRelative } from "../i18n/format";
import { t } from "../i18n/i18n";
import { ErrorIcon, TimeIcon, WarningIcon } from "../parts/icons";
import { useNow } from "../parts/Time";
import { useSession } from "../session/session";

/** Data older than this missed several syncs of the schedule. */
const staleAfter = 24 * 3_600_000;

type Age = "fresh" | "stale" | "failed" | "failedNever" | "never";

export function ageOf(overview: Pick<Overview, "data_as_of" | "attention">, now: Date): Age {
  const failed = overview.attention.some((item) => item.kind === "sync_failed");
  if (!overview.data_as_of) return failed ? "failedNever" : "never";
  if (failed) return "failed";
  return now.getTime() - Date.parse(overview.data_as_of) > staleAfter ? "stale" : "fresh";
}

const looks = {
  fresh: { icon: <TimeIcon />, color: "text.secondary" },
  stale: { icon: <WarningIcon />, color: "warning.main" },
  never: { icon: <WarningIcon />, color: "warning.main" },
  failed: { icon: <ErrorIcon />, color: "error.main" },
  failedNever: { icon: <ErrorIcon />, color: "error.main" },
};

/** How old the data on every screen is; leads to the syncs for those who may see them. */
export function DataAge() {
  const { grant, can } = useSession();
  const now = useNow();
  const overview = useQuery({
    ...overviewQuery(grant.id),
    enabled: can("see_overview"),
    refetchInterval: 5 * 60_000,
  });
  if (!overview.data) return null;
  const age = ageOf(overview.data, now);
  const when = formatRelative(overview.data.data_as_of, now);
  const text = t(`shell.age.${age}`, { when });
  const hint = overview.data.data_as_of
    ? `${t("shell.age.hint")}: ${formatMoment(overview.data.data_as_of)}`
    : t("shell.age.hint");
  const face = (
    <Box component="span" sx={{ display: "flex", alignItems: "center", gap: 0.75, color: looks[age].color }}>
      {looks[age].icon}
      <Box component="span" className="age-text">
        {text}
      </Box>
    </Box>
  );
  return (
    <Tooltip title={hint}>
      <Box
        role="group"
        aria-label={t("shell.age.label")}
        sx={{ fontSize: "0.8125rem", whiteSpace: "nowrap" }}
      >
        {can("see_syncs") ? (
          <Link component={RouterLink} to={links.syncs} color="inherit" aria-label={text}>
            {face}
          </Link>
        ) : (
          face
        )}
      </Box>
    </Tooltip>
  );
}
