import type { SyncRun } from "../bridge/models";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";
import { dayFilter } from "../parts/dayFilter";
import { Time } from "../parts/Time";
import { changeCount, durationOf, RunChip, readCount, startedBy } from "./run";

const count = (field: "seen" | "added" | "changed" | "missing", rank: number): Column<SyncRun> => ({
  field,
  name: t(`sync.column.${field}`),
  number: (run) => (field === "seen" ? readCount : changeCount)(run, run[field]),
  width: 88,
  rank,
});

/** Which columns are hidden first, without and with the names of connections. */
const ranks = {
  oneConnection: { seen: 3, trigger: 4, added: 5, duration: 6, changed: 7, missing: 8 },
  severalConnections: { seen: 3, added: 4, changed: 5, missing: 6, trigger: 7, duration: 8 },
};

/** The columns of the list of runs; nameOf names the connection of a run where there are several. */
export const runColumns = (nameOf: ((run: SyncRun) => string | null) | null): Column<SyncRun>[] => {
  const rank = nameOf ? ranks.severalConnections : ranks.oneConnection;
  return [
    {
      field: "status",
      name: t("sync.column.status"),
      render: (run) => <RunChip status={run.status} />,
      copy: (run) => t(`words.run.${run.status}`),
      filter: ({ status }) => ({ status }),
      width: 140,
    },
    {
      field: "started_at",
      name: t("sync.column.started"),
      render: (run) => <Time at={run.started_at ?? run.created_at} />,
      copy: (run) => run.started_at ?? run.created_at,
      ...dayFilter((run: SyncRun) => run.started_at ?? run.created_at, ["started_at"]),
      width: 244,
    },
    ...(nameOf
      ? [
          {
            field: "connection",
            name: t("sync.column.connection"),
            text: nameOf,
            filter: ({ connection_id }: SyncRun) => ({ connection_id }),
            flex: 1,
            minWidth: 150,
            rank: 2,
          },
        ]
      : []),
    {
      field: "trigger",
      name: t("sync.column.trigger"),
      text: startedBy,
      filter: ({ trigger }) => ({ trigger }),
      filterText: ({ trigger }) => t(`sync.trigger.${trigger}`),
      width: 136,
      rank: rank.trigger,
    },
    {
      field: "duration",
      name: t("sync.column.duration"),
      text: durationOf,
      align: "right",
      width: 104,
      rank: rank.duration,
    },
    count("seen", rank.seen),
    count("added", rank.added),
    count("changed", rank.changed),
    count("missing", rank.missing),
    {
      field: "error",
      name: t("sync.column.error"),
      text: (run) => run.error,
      flex: 1,
      minWidth: 140,
      rank: 1,
    },
  ];
};
