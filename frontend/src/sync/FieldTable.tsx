import Box from "@mui/material/Box";
import NativeSelect from "@mui/material/NativeSelect";
import { useMemo } from "react";
import type { CustomerField, FieldMap, FieldPath } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { formatNumber, formatPercent } from "../i18n/format";
import { t } from "../i18n/i18n";
import { type Column, DataTable } from "../parts/DataTable";
import { EmptyState } from "../parts/EmptyState";
import { FieldsIcon } from "../parts/icons";
import { type Choice, type Draft, savedChoice } from "./fieldDraft";
import { SharedSwitch } from "./SharedSwitch";

type Row = FieldPath & { id: string };

interface Props {
  map: FieldMap | undefined;
  loading: boolean;
  problem: Problem | null;
  onRetry: () => void;
  /** The search text. */
  q: string;
  onClear: () => void;
  draft: Draft;
  onChoose: (item: FieldPath, choice: Choice) => void;
  /** The path whose sharing is being saved. */
  sharing: string | undefined;
  onShare: (item: FieldPath, shared: boolean) => void;
}

/** Every field that the product sends, and the field that it fills. */
export function FieldTable({ map, loading, problem, onRetry, q, onClear, draft, onChoose, ...share }: Props) {
  const rows = useMemo<Row[]>(() => {
    const wanted = q.toLowerCase();
    const matches = ({ path, field }: FieldPath) =>
      path.toLowerCase().includes(wanted) ||
      (field && t(`fields.name.${field}`).toLowerCase().includes(wanted));
    const found = (map?.items ?? []).filter(matches).map((item) => ({ ...item, id: item.path }));
    return found.toSorted((a, b) => Number(a.absent) - Number(b.absent));
  }, [map, q]);
  const { sharing, onShare } = share;
  const columns = useMemo(
    () => [...columnsOf(map, draft, onChoose), sharedColumn(sharing, onShare)],
    [map, draft, onChoose, sharing, onShare],
  );
  return (
    <DataTable
      label={t("fields.label")}
      list="fields"
      columns={columns}
      rows={rows}
      total={rows.length}
      loading={loading}
      problem={problem}
      onRetry={onRetry}
      dataAsOf={map?.read_at ?? null}
      rowHeight={44}
      filterText={q || undefined}
      onClear={onClear}
      empty={
        <EmptyState icon={<FieldsIcon />} title={t("fields.empty.title")} text={t("fields.empty.text")} />
      }
    />
  );
}

function columnsOf(
  map: FieldMap | undefined,
  draft: Draft,
  onChoose: (item: FieldPath, choice: Choice) => void,
): Column<Row>[] {
  const unreadables = map?.items.some(({ unreadable }) => unreadable > 0) ?? false;
  /** The table width from which a column is shown. */
  const from = (width: number) => (unreadables ? width + unreadableWidth : width);
  return [
    { field: "path", name: t("fields.column.path"), text: ({ path }) => path, flex: 2, minWidth: 160 },
    {
      field: "fills",
      name: t("fields.column.fills"),
      render: (item) => (
        <FieldSelect item={item} fields={map?.fields ?? []} draft={draft} onChoose={onChoose} />
      ),
      width: 268,
    },
    {
      field: "customers",
      name: t("fields.column.customers"),
      text: (item) => inCustomers(item, map?.customers ?? 0),
      align: "right",
      width: 132,
    },
    {
      field: "example",
      name: t("fields.column.example"),
      text: ({ example }) => example,
      flex: 1.5,
      minWidth: 120,
      from: from(820),
    },
    {
      field: "types",
      name: t("fields.column.types"),
      text: ({ types }) => types.map((type) => t(`fields.type.${type}`)).join(", "),
      width: 128,
      from: from(948),
    },
    ...(unreadables ? [unreadable()] : []),
    {
      field: "source",
      name: t("fields.column.source"),
      text: sourceText,
      flex: 1,
      minWidth: 156,
      from: from(1104),
    },
  ];
}

const sharedColumn = (sharing: string | undefined, onShare: Props["onShare"]): Column<Row> => ({
  field: "shared",
  name: t("fields.column.shared"),
  render: (item) => <SharedSwitch item={item} busy={sharing === item.path} onShare={onShare} />,
  width: 140,
});

const unreadableWidth = 120;

/** Shown only where some values cannot be read. */
const unreadable = (): Column<Row> => ({
  field: "unreadable",
  name: t("fields.column.unreadable"),
  text: ({ unreadable: count, unreadable_example: example }) =>
    count > 0 ? t("fields.unreadable", { count, example }) : null,
  flex: 1,
  minWidth: unreadableWidth,
  from: 820,
});

function inCustomers({ customers: count, absent }: FieldPath, all: number): string {
  if (absent) return t("fields.absent");
  if (count === 0) return t("fields.gone");
  if (all === 0) return formatNumber(count);
  return t("fields.share", { count, share: formatPercent(Math.min(1, count / all)) });
}

function sourceText({ source, pending }: FieldPath): string {
  const name = t(`fields.source.${source}`);
  return pending ? t("fields.pending") : name;
}

function automaticText({ source, field, pending }: FieldPath): string {
  if (source === "admin" || pending) return t("fields.automatic");
  return field
    ? t("fields.automaticField", { field: t(`fields.name.${field}`) })
    : t("fields.automaticNothing");
}

interface FieldSelectProps {
  item: FieldPath;
  fields: CustomerField[];
  draft: Draft;
  onChoose: (item: FieldPath, choice: Choice) => void;
}

function FieldSelect({ item, fields, draft, onChoose }: FieldSelectProps) {
  const chosen = draft[item.path];
  return (
    <Box
      component="span"
      // The keys of the select must not reach the table.
      onKeyDown={(event: React.KeyboardEvent) => event.key !== "Tab" && event.stopPropagation()}
      sx={{ display: "block", width: 240 }}
    >
      <NativeSelect
        fullWidth
        disableUnderline
        value={chosen ?? savedChoice(item)}
        onChange={(event) => onChoose(item, event.target.value as Choice)}
        inputProps={{ "aria-label": t("fields.fillsOf", { path: item.path }) }}
        sx={(theme) => ({
          fontSize: "0.8125rem",
          fontWeight: chosen ? 600 : 400,
          border: `1px solid ${chosen ? theme.vars.palette.primary.main : theme.vars.palette.divider}`,
          borderRadius: "6px",
          px: 1,
        })}
      >
        <option value="automatic">{automaticText(item)}</option>
        <option value="nothing">{t("fields.nothing")}</option>
        {fields.map((field) => (
          <option key={field} value={field}>
            {t(`fields.name.${field}`)}
          </option>
        ))}
      </NativeSelect>
    </Box>
  );
}
