import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { snoozedQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { Delayed, SkeletonLines } from "../parts/Delayed";
import { problemLine } from "../parts/ErrorPanel";
import { RetryButton } from "../parts/RetryButton";
import { useSession } from "../session/session";
import { AttentionRows } from "./AttentionRow";
import type { ListedKind } from "./attention";

/** The snoozed lines of a kind, what ends first first. */
export function SnoozedRows({ kind, onMoved }: { kind: ListedKind; onMoved: () => void }) {
  const { grant } = useSession();
  const { data, error, isFetching, refetch } = useQuery(snoozedQuery(grant.id));
  const items = data?.filter((item) => item.kind === kind) ?? [];
  if (items.length > 0) return <AttentionRows items={items} onMoved={onMoved} />;
  return (
    <Box sx={{ px: 2, py: 1 }}>
      {error && !data ? (
        <Typography variant="body2" role="alert">
          {problemLine(error)}{" "}
          <RetryButton problem={error} pending={isFetching} onRetry={() => void refetch()} />
        </Typography>
      ) : data ? (
        <Typography variant="body2" color="text.secondary">
          {t("overview.attention.noneSnoozed")}
        </Typography>
      ) : (
        <Delayed>
          <SkeletonLines lines={2} />
        </Delayed>
      )}
    </Box>
  );
}
