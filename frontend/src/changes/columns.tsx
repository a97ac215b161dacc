import Link from "@mui/material/Link";
import { Link as RouterLink } from "react-router";
import type { ListedChange } from "../bridge/models";
import { paths } from "../bridge/paths";
import { noMSP } from "../customers/MSPChip";
import { formatDateTime } from "../i18n/format";
import { fieldName } from "../i18n/history";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";
import { dayFilter } from "../parts/dayFilter";
import { StatusChip } from "../parts/StatusChip";
import { Time } from "../parts/Time";
import { changeTones } from "./kinds";
import { manyAlike, whatChanged } from "./sentences";

/** The path of what a line is about: its customer, or the list of its group. */
export function pathOf({ alike, group_id, entity, entity_id, name, left }: ListedChange): string | null {
  if (alike > 1) return paths.changes({ group_id });
  if (left || name === "") return null;
  return entity === "msp" ? paths.msp(entity_id) : paths.client(entity_id);
}

interface Options {
  /** The MSSP's name for a viewer who sees more than one MSP; null for others. */
  mssp: string | null;
  /** Whether the viewer may see sync runs. */
  withRuns: boolean;
}

export const changeColumns = ({ mssp, withRuns }: Options): Column<ListedChange>[] => [
  {
    field: "at",
    name: t("changes.column.at"),
    render: ({ at }) => <Time at={at} />,
    copy: ({ at }) => at,
    ...dayFilter(({ at }: ListedChange) => at, ["since", "until"]),
    width: 228,
    rank: 1,
  },
  {
    field: "kind",
    name: t("changes.column.kind"),
    render: ({ kind }) => <StatusChip tone={changeTones[kind]} label={t(`changes.kinds.${kind}`)} />,
    copy: ({ kind }) => t(`changes.kinds.${kind}`),
    filter: ({ kind }) => ({ kind }),
    width: 108,
    rank: 3,
  },
  {
    field: "name",
    name: t("changes.column.customer"),
    render: (change) => <Subject change={change} mssp={mssp} />,
    copy: (change) => subjectOf(change, mssp),
    filter: ({ alike, name, entity_id }) =>
      alike > 1 || name === "" ? undefined : { customer_id: entity_id },
    flex: 1.6,
    minWidth: 160,
  },
  {
    field: "what",
    name: t("changes.column.what"),
    text: whatChanged,
    filter: ({ field }) => (field ? { field } : undefined),
    filterText: ({ field }) => fieldName(field ?? ""),
    flex: 3.4,
    minWidth: 280,
  },
  ...(mssp === null
    ? []
    : [
        {
          field: "msp",
          name: t("changes.column.msp"),
          render: (change: ListedChange) => <OfMSP change={change} />,
          copy: mspOf,
          filter: (change: ListedChange) =>
            mspOf(change) === null ? undefined : { msp_id: change.msp_id ?? noMSP },
          flex: 1.5,
          minWidth: 120,
          rank: 2,
        },
      ]),
  ...(withRuns
    ? [
        {
          field: "source",
          name: t("changes.column.source"),
          render: (change: ListedChange) => <Source change={change} />,
          copy: sourceOf,
          filter: ({ run_id }: ListedChange) => (run_id ? { run_id } : undefined),
          filterText: ({ at }: ListedChange) => t("changes.syncOf", { when: formatDateTime(at) }),
          flex: 1,
          minWidth: 110,
          rank: 4,
        },
      ]
    : []),
];

/** What a line is about, as text. */
function subjectOf(change: ListedChange, mssp: string | null): string {
  if (change.alike > 1) return manyAlike(change, mssp);
  return change.name || t("changes.left");
}

function Subject({ change, mssp }: { change: ListedChange; mssp: string | null }) {
  const path = pathOf(change);
  const text = subjectOf(change, mssp);
  if (path === null) return text;
  return (
    <Link component={RouterLink} to={path} color="inherit" title={text} noWrap>
      {text}
    </Link>
  );
}

/** The MSP that the client was under; a move and a group name theirs in the sentence. */
function mspOf({ entity, kind, msp_name }: ListedChange): string | null {
  if (entity === "msp" || kind === "moved") return null;
  return msp_name || t("customers.client.directly");
}

function OfMSP({ change }: { change: ListedChange }) {
  const name = mspOf(change);
  const { msp_id, msp_name } = change;
  if (name === null || !msp_id || !msp_name) return name;
  return (
    <Link component={RouterLink} to={paths.msp(msp_id)} color="inherit" title={msp_name} noWrap>
      {msp_name}
    </Link>
  );
}

/** The run, and who started or accepted it. */
function sourceOf({ run_id, actor }: ListedChange): string {
  const who = actor ? t("changes.by", { who: actor.name }) : "";
  return `${run_id ? t("changes.bySync") : ""} ${who}`.trim();
}

function Source({ change: { run_id, actor } }: { change: ListedChange }) {
  return (
    <>
      {run_id && (
        <Link component={RouterLink} to={paths.sync(run_id)} color="inherit">
          {t("changes.bySync")}
        </Link>
      )}
      {actor && ` ${t("changes.by", { who: actor.name })}`}
    </>
  );
}
