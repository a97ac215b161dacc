import type { SyncRun } from "../bridge/models";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";
import { Time } from "../parts/Time";
import { counted, durationOf, RunChip, sawOf } from "./run";

const count = (field: "seen" | "added" | "changed" | "missing", from = 0): Column<SyncRun> => ({
  field,
  name: t(`sync.column.${field}`),
  number: (run) => (field === "seen" ? sawOf : counted)(run, run[field]),
  width: 88,
  from,
});

/** The columns of the list of runs; nameOf tells one connection's from another's, where there are several. */
export const runColumns = (nameOf: ((run: SyncRun) => string | null) | null): Column<SyncRun>[] => [
  {
    field: "status",
    name: t("sync.column.status"),
    render: (run) => <RunChip status={run.status} />,
    width: 140,
  },
  {
    field: "started_at",
    name: t("sync.column.started"),
    render: (run) => <Time at={run.started_at ?? run.created_at} />,
    width: 130,
  },
  ...(nameOf
    ? [{ field: "connection", name: t("sync.column.connection"), text: nameOf, flex: 1, minWidth: 150 }]
    : []),
  {
    field: "trigger",
    name: t("sync.column.trigger"),
    text: (run) => t(`sync.trigger.${run.trigger}`),
    width: 104,
    from: 660,
  },
  {
    field: "duration",
    name: t("sync.column.duration"),
    text: durationOf,
    align: "right",
    width: 104,
    from: 760,
  },
  count("seen"),
  count("added", 700),
  count("changed", 780),
  count("missing", 860),
  {
    field: "error",
    name: t("sync.column.error"),
    text: (run) => run.error,
    flex: 1,
    minWidth: 140,
  },
];
