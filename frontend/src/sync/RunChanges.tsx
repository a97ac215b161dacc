import Link from "@mui/material/Link";
import { useMemo } from "react";
import { Link as RouterLink, useParams } from "react-router";
import { links } from "../bridge/links";
import { useList } from "../bridge/lists";
import type { ChangeKind, RunChange, SyncRun } from "../bridge/models";
import { syncChangesQuery } from "../bridge/queries";
import { isMerged, useRun } from "../bridge/runs";
import { formatMoment } from "../i18n/format";
import { changeParts } from "../i18n/history";
import { t } from "../i18n/i18n";
import { type Column, DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FilterBar, FilterChip } from "../parts/FilterBar";
import { HistoryIcon } from "../parts/icons";
import { oneOf, useListAddress } from "../parts/listAddress";
import { PageHeader } from "../parts/PageHeader";
import { StatusChip, type Tone } from "../parts/StatusChip";
import { useSession } from "../session/session";
import { productName } from "./run";

export const changeTones: Record<ChangeKind, Tone> = {
  added: "ok",
  changed: "info",
  moved: "info",
  returned: "ok",
  missing: "warning",
  removed: "neutral",
};

/** Every kind, in the order of the filter's menu. */
const kinds = Object.keys(changeTones) as ChangeKind[];

type Row = RunChange & { id: string };

const pathOf = ({ entity, entity_id }: RunChange) =>
  entity === "msp" ? links.msp(entity_id) : links.client(entity_id);

/** The changed field, and the reason where the product did not change it. */
function fieldAndReason(change: RunChange): string | null {
  const { field } = changeParts(change);
  const why = change.reason && t(`history.reason.${change.reason}`);
  return field && why ? t("history.because", { what: field, why }) : (field ?? why);
}

/** The MSP of a client; names of clients are not unique. */
function mspOf({ entity, msp_name }: RunChange): string | null {
  return entity === "msp" ? null : (msp_name ?? t("customers.client.directly"));
}

/** The value after the change; for a client that was added, its licences. */
function after(change: RunChange): string | null {
  if (change.kind === "added" && change.seats_total !== null) {
    return t("sync.changes.purchased", { count: change.seats_total });
  }
  return changeParts(change).after;
}

const columns = (): Column<Row>[] => [
  {
    field: "kind",
    name: t("sync.changes.kind"),
    render: ({ kind }) => <StatusChip tone={changeTones[kind]} label={t(`sync.changes.kinds.${kind}`)} />,
    width: 116,
  },
  {
    field: "name",
    name: t("sync.changes.customer"),
    render: (change) => (
      <Link component={RouterLink} to={pathOf(change)} color="inherit" title={change.name}>
        {change.name}
      </Link>
    ),
    flex: 2,
    minWidth: 180,
  },
  { field: "msp", name: t("sync.changes.msp"), text: mspOf, flex: 1.5, minWidth: 120, rank: 1 },
  { field: "field", name: t("sync.changes.field"), text: fieldAndReason, flex: 1, minWidth: 128 },
  {
    field: "before",
    name: t("sync.changes.before"),
    text: (change) => changeParts(change).before,
    flex: 1.5,
    minWidth: 120,
  },
  {
    field: "after",
    name: t("sync.changes.after"),
    text: after,
    flex: 1.5,
    minWidth: 120,
  },
];

/** Every change of one run. */
export default function RunChanges() {
  const { grant } = useSession();
  const { id = "" } = useParams();
  const { run } = useRun(grant.id, id);
  const address = useListAddress(links.syncChanges(id));
  const kind = oneOf(address.get("kind"), kinds);
  const { rows, ...list } = useList(syncChangesQuery(grant.id, id, kind ? { kind } : {}));
  const lines = useMemo<Row[]>(() => rows.map((change, n) => ({ ...change, id: String(n) })), [rows]);
  const defs = useMemo(columns, []);
  return (
    <>
      <PageHeader title={t("sync.changes.title")} text={<Back id={id} run={run} />} />
      <FilterBar onClear={kind && address.clear}>
        <FilterChip
          label={t("sync.changes.kind")}
          value={kind}
          options={kinds.map((value) => ({ value, label: t(`sync.changes.kinds.${value}`) }))}
          onChange={(value) => address.set({ kind: value })}
        />
      </FilterBar>
      <DataTable
        label={t("sync.changes.label")}
        columns={defs}
        rows={lines}
        {...list}
        empty={
          <EmptyState
            icon={<HistoryIcon />}
            title={t("sync.changes.none")}
            text={t(run && !isMerged(run) ? "sync.changes.noneYet" : "sync.changes.noneText")}
          />
        }
        filterText={kind && t(`sync.changes.kinds.${kind}`)}
        onClear={address.clear}
      />
    </>
  );
}

function Back({ id, run }: { id: string; run: SyncRun | undefined }) {
  return (
    <>
      <Link component={RouterLink} to={links.sync(id)} underline="always">
        {run ? t("sync.changes.back", { product: productName(run) }) : t("sync.review.toRun")}
      </Link>
      {run && `, ${formatMoment(run.finished_at ?? run.created_at)}`}
    </>
  );
}
