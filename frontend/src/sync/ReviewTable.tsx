import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { useCallback, useMemo } from "react";
import { Link as RouterLink } from "react-router";
import { useList } from "../bridge/lists";
import type { ReviewItem, SyncRun } from "../bridge/models";
import { paths } from "../bridge/paths";
import { syncReviewQuery } from "../bridge/queries";
import { formatList } from "../i18n/format";
import { t } from "../i18n/i18n";
import { type Column, DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FilterBar, SearchField } from "../parts/FilterBar";
import { MissingIcon } from "../parts/icons";
import { useListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";
import { effectText, reviewFilter } from "./review";
import { reviewKind } from "./run";

const columns = (): Column<ReviewItem>[] => [
  {
    field: "name",
    name: t("sync.review.name"),
    render: ({ kind, id, name }) => (
      <Link
        component={RouterLink}
        to={kind === "msp" ? paths.msp(id) : paths.client(id)}
        color="inherit"
        title={name}
      >
        {name}
      </Link>
    ),
    copy: ({ name }) => name,
    flex: 2,
    minWidth: 180,
  },
  {
    field: "kind",
    name: t("sync.review.kind"),
    text: ({ kind }) => t(`sync.review.kinds.${kind}`),
    width: 96,
  },
  {
    field: "msp",
    name: t("sync.review.msp"),
    text: ({ kind, msp_name }) => (kind === "msp" ? null : (msp_name ?? t("customers.client.directly"))),
    flex: 1.5,
    minWidth: 120,
  },
  { field: "effect", name: t("sync.review.effect"), text: effectText, flex: 2, minWidth: 160 },
  { field: "type", name: t("sync.review.type"), text: ({ type }) => type, width: 112, from: 700 },
  { field: "seats", name: t("sync.review.seats"), number: ({ seats_used }) => seats_used, width: 132 },
  {
    field: "external_id",
    name: t("sync.review.externalId"),
    text: ({ external_id }) => external_id,
    width: 104,
    from: 820,
  },
];

/** The customers that accepting a run in review would change. */
export function ReviewTable({ run }: { run: SyncRun }) {
  const { grant } = useSession();
  const { get, set, clear } = useListAddress(paths.syncReview(run.id));
  const filter = reviewFilter(get);
  const list = useList(syncReviewQuery(grant.id, run.id, filter));
  const defs = useMemo(columns, []);
  const search = useCallback((q: string) => set({ q }, true), [set]);
  const { q, effect } = filter;
  const filtered = Object.keys(filter).length > 0;
  const asked = [...(q ? [`“${q}”`] : []), ...(effect ? [t(`sync.review.effects.${effect}`)] : [])];
  return (
    <>
      <FilterBar onClear={filtered ? clear : undefined}>
        <SearchField label={t("sync.review.search")} value={q ?? ""} onChange={search} />
      </FilterBar>
      <Box sx={{ flex: "1 0 280px", height: 280, display: "flex", flexDirection: "column" }}>
        <DataTable
          label={t(`sync.review.${reviewKind(run)}.who`)}
          list="review"
          columns={defs}
          {...list}
          empty={
            <EmptyState
              icon={<MissingIcon />}
              title={t("sync.review.none")}
              text={t("sync.review.noneText")}
            />
          }
          filterText={filtered ? formatList(asked) : undefined}
          onClear={clear}
        />
      </Box>
    </>
  );
}
