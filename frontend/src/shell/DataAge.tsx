import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Tooltip from "@mui/material/Tooltip";
import { type InfiniteData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Link as RouterLink } from "react-router";
import type { Overview } from "../bridge/models";
import { paths } from "../bridge/paths";
import { keys, overviewQuery } from "../bridge/queries";
import { staleAfter } from "../bridge/runs";
import { formatMoment, formatRelative } from "../i18n/format";
import { t } from "../i18n/i18n";
import { ErrorIcon, PauseIcon, TimeIcon, WarningIcon } from "../parts/icons";
import { useNow } from "../parts/Time";
import { useSession } from "../session/session";

type Age =
  | "fresh"
  | "stale"
  | "partial"
  | "failed"
  | "failedNever"
  | "review"
  | "reviewNever"
  | "paused"
  | "never";

export function ageOf(overview: Pick<Overview, "data_as_of" | "attention">, now: Date): Age {
  const { attention, data_as_of } = overview;
  const failed = attention.some((item) => item.kind === "sync_failed");
  const review = attention.some((item) => item.kind === "needs_review");
  if (!data_as_of) return failed ? "failedNever" : review ? "reviewNever" : "never";
  if (failed || review) return failed ? "failed" : "review";
  const late = attention.filter((item) => item.kind === "sync_stale");
  if (late.length > 0) return late.every(({ detail }) => detail === "paused") ? "paused" : "stale";
  if (now.getTime() - Date.parse(data_as_of) > staleAfter) return "stale";
  return attention.some((item) => item.kind === "sync_partial") ? "partial" : "fresh";
}

const looks = {
  fresh: { icon: <TimeIcon />, color: "text.secondary" },
  stale: { icon: <WarningIcon />, color: "warning.main" },
  partial: { icon: <WarningIcon />, color: "warning.main" },
  never: { icon: <WarningIcon />, color: "warning.main" },
  failed: { icon: <ErrorIcon />, color: "error.main" },
  failedNever: { icon: <ErrorIcon />, color: "error.main" },
  review: { icon: <WarningIcon />, color: "warning.main" },
  reviewNever: { icon: <WarningIcon />, color: "warning.main" },
  paused: { icon: <PauseIcon />, color: "warning.main" },
};

/** Longer lists are not refetched automatically, because each page is a call. */
const maxPages = 5;

/** Refetches the customers on screen after a later sync, so that they are as old as the top bar says. */
function useRefetchAfterSync(grant: string, asOf: string | null | undefined) {
  const queries = useQueryClient();
  const before = useRef(asOf);
  useEffect(() => {
    const newer = before.current && asOf && Date.parse(asOf) > Date.parse(before.current);
    if (asOf) before.current = asOf;
    if (!newer) return;
    for (const noun of [keys.msps, keys.clients]) {
      void queries.invalidateQueries({
        queryKey: noun(grant),
        predicate: ({ state }) =>
          ((state.data as Partial<InfiniteData<unknown>>)?.pages?.length ?? 0) <= maxPages,
      });
    }
  }, [queries, grant, asOf]);
}

/** When the data on screen was last complete; null before the first sync. */
export function useDataAsOf(): string | null {
  const { me, grant, can } = useSession();
  const { data } = useQuery({ ...overviewQuery(grant.id), enabled: can("see_overview") });
  return data ? data.data_as_of : me.data_as_of;
}

/** The age of the data on every screen; a link to the syncs for viewers who may see them. */
export function DataAge() {
  const { me, grant, can } = useSession();
  const now = useNow();
  const { data } = useQuery({
    ...overviewQuery(grant.id),
    enabled: can("see_overview"),
    refetchInterval: 2 * 60_000,
  });
  useRefetchAfterSync(grant.id, data?.data_as_of);
  const shown = data ?? (me.data_as_of ? { data_as_of: me.data_as_of, attention: [] } : null);
  if (!shown) return null;
  const age = ageOf(shown, now);
  const when = formatRelative(shown.data_as_of, now);
  const text = t(`shell.age.${age}`, { when });
  const hint = shown.data_as_of
    ? `${text}. ${t("shell.age.hint")}: ${formatMoment(shown.data_as_of)}`
    : `${text}. ${t("shell.age.hintNever")}`;
  const content = (
    <Box component="span" sx={{ display: "flex", alignItems: "center", gap: 0.75, color: looks[age].color }}>
      {looks[age].icon}
      <Box component="span" className="age-text">
        {text}
      </Box>
    </Box>
  );
  return (
    <Tooltip title={hint} describeChild>
      <Box
        role="group"
        aria-label={t("shell.age.label")}
        sx={{ fontSize: "0.8125rem", whiteSpace: "nowrap", position: "relative" }}
      >
        {can("see_syncs") ? (
          <Link component={RouterLink} to={paths.syncs} color="inherit">
            {content}
          </Link>
        ) : (
          content
        )}
      </Box>
    </Tooltip>
  );
}
