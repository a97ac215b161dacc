import type { SyncRun } from "../bridge/models";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";
import { Time } from "../parts/Time";
import { changeCount, durationOf, RunChip, readCount } from "./run";

const count = (field: "seen" | "added" | "changed" | "missing", from = 0): Column<SyncRun> => ({
  field,
  name: t(`sync.column.${field}`),
  number: (run) => (field === "seen" ? readCount : changeCount)(run, run[field]),
  width: 88,
  from,
});

/** The table widths from which less important columns are shown, without and with the names of connections. */
const from = {
  oneConnection: { trigger: 660, duration: 760, added: 700, changed: 780, missing: 860 },
  severalConnections: { trigger: 1020, duration: 1120, added: 840, changed: 900, missing: 960 },
};

/** The columns of the list of runs; nameOf names the connection of a run where there are several. */
export const runColumns = (nameOf: ((run: SyncRun) => string | null) | null): Column<SyncRun>[] => {
  const width = nameOf ? from.severalConnections : from.oneConnection;
  return [
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
      width: 136,
      from: width.trigger,
    },
    {
      field: "duration",
      name: t("sync.column.duration"),
      text: durationOf,
      align: "right",
      width: 104,
      from: width.duration,
    },
    count("seen"),
    count("added", width.added),
    count("changed", width.changed),
    count("missing", width.missing),
    {
      field: "error",
      name: t("sync.column.error"),
      text: (run) => run.error,
      flex: 1,
      minWidth: 140,
    },
  ];
};
