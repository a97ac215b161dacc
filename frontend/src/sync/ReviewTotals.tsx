import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { ReviewFilter, ReviewTotal, SyncRun } from "../bridge/models";
import { paths } from "../bridge/paths";
import { syncReviewTotalsQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { type Column, DataTable } from "../parts/DataTable";
import { useListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";
import { effectText, reviewFilter } from "./review";

type Row = ReviewTotal & { id: string };

/** The filter that lists the customers of a total. */
const filterOf = ({ kind, msp_id, effect }: ReviewTotal): ReviewFilter => ({
  kind,
  effect,
  ...(kind === "client" && { msp_id: msp_id ?? "none" }),
});

const isChosen = (row: Row, { kind, msp_id, effect }: ReviewFilter) => {
  const own = filterOf(row);
  return own.kind === kind && own.msp_id === msp_id && own.effect === effect;
};

const whose = ({ kind, msp_name }: ReviewTotal): string =>
  kind === "msp" ? t("sync.review.totals.msps") : (msp_name ?? t("customers.client.directly"));

const columns = (): Column<Row>[] => [
  { field: "msp", name: t("sync.review.totals.msp"), text: whose, flex: 1.5, minWidth: 140 },
  {
    field: "count",
    name: t("sync.review.totals.count"),
    text: ({ kind, count, of }) =>
      t(`sync.review.totals.${count >= of ? "all" : "some"}.${kind}`, { count, of }),
    flex: 1,
    minWidth: 140,
  },
  { field: "effect", name: t("sync.review.effect"), text: effectText, flex: 1.5, minWidth: 140 },
];

const height = 5 * 36 + 36 + 40;

/** How many customers of each MSP a run in review would change; a row lists them in the table below. */
export function ReviewTotals({ run }: { run: SyncRun }) {
  const { grant } = useSession();
  const address = useListAddress(paths.syncReview(run.id));
  const query = useQuery(syncReviewTotalsQuery(grant.id, run.id));
  const defs = useMemo(columns, []);
  const rows = useMemo(
    () => (query.data?.items ?? []).map((item, n): Row => ({ ...item, id: String(n) })),
    [query.data],
  );
  const filter = reviewFilter(address.get);
  if (query.data && rows.length < 2) return null;
  return (
    <>
      <Typography variant="h2" sx={{ mb: 1 }}>
        {t("sync.review.totals.title")}
      </Typography>
      <Box sx={{ flexShrink: 0, height, mb: 2, display: "flex", flexDirection: "column" }}>
        <DataTable
          label={t("sync.review.totals.title")}
          columns={defs}
          rows={rows}
          total={query.data?.total ?? null}
          loading={query.isPending}
          problem={query.error}
          onRetry={() => void query.refetch()}
          onOpen={(row) => address.set({ q: undefined, msp_id: undefined, ...filterOf(row) })}
          selectedId={rows.find((row) => isChosen(row, filter))?.id}
          empty={null}
        />
      </Box>
    </>
  );
}
