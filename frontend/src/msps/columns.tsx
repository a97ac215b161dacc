import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import type { MSP } from "../bridge/models";
import { customerColumns, endWidth, furtherColumns, seenColumn } from "../customers/columns";
import { textValue } from "../customers/filterValues";
import { Name } from "../customers/status";
import { formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";
import { dayFilter } from "../parts/dayFilter";
import { problemText } from "../parts/ErrorPanel";
import { Expiry } from "../parts/Expiry";
import { ChevronDownIcon, ChevronRightIcon } from "../parts/icons";
import { customerOf, type Note, type Row } from "./rows";
import { countColumn, growthColumn } from "./scorecard";

interface Options {
  /** Where any client has an expiry date. */
  expiry: boolean;
  onToggle: (msp: MSP, open: boolean) => void;
}

/** The columns of MSPs, and of the clients of expanded MSPs. */
export const mspColumns = ({ expiry, onToggle }: Options): Column<Row>[] => [
  {
    field: "name",
    name: t("msps.column.name"),
    text: (row) => customerOf(row)?.name,
    filter: (row) => (row.kind === "msp" ? { name: textValue(row.msp.name) } : undefined),
    render: (row, hides) => <NameCell row={row} marked={hides("status")} />,
    // A client has no number of clients: its name spans that column too.
    covers: (row) => ({ msp: [], client: ["clients"], note: "all" as const })[row.kind],
    sortable: true,
    flex: 1,
    minWidth: 150,
  },
  {
    field: "clients",
    name: t("msps.column.clients"),
    render: (row) => row.kind === "msp" && <Toggle msp={row.msp} open={row.open} onToggle={onToggle} />,
    copy: (row) => (row.kind === "msp" ? row.msp.clients : null),
    filter: (row) => (row.kind === "msp" ? { clients: String(row.msp.clients) } : undefined),
    sortable: true,
    width: 136,
  },
  growthColumn(),
  ...customerColumns({
    of: customerOf,
    sums: true,
    ends: [
      ...ends().map((end) => ({ ...end, optional: !expiry })),
      countColumn("exceeded", 124, 8),
      countColumn("disabled", 88, 10),
      countColumn("missing", 84, 10),
    ],
  }),
  {
    field: "type",
    name: t("customers.fact.type"),
    text: (row) => customerOf(row)?.type,
    sortable: true,
    width: 84,
    optional: true,
  },
  seenColumn(customerOf),
  ...further,
  ...furtherColumns(customerOf),
];

/** What only MSPs have beside the columns that are shown at first. */
const further: Column<Row>[] = [
  {
    field: "expires_on",
    name: t("customers.filter.firstEnd"),
    render: (row) => row.kind === "msp" && <Expiry on={row.msp.expires_on} />,
    copy: (row) => (row.kind === "msp" ? row.msp.expires_on : null),
    ...dayFilter((row: Row) => (row.kind === "msp" ? row.msp.expires_on : undefined), ["expires_on"], "none"),
    sortable: true,
    width: endWidth,
    optional: true,
  },
  ...(["seats_used_unknown", "seats_total_unknown"] as const).map(
    (field): Column<Row> => ({
      field,
      name: t(`msps.column.${field}`),
      render: (row) => row.kind === "msp" && formatNumber(row.msp[field]),
      copy: (row) => (row.kind === "msp" ? row.msp[field] : null),
      align: "right",
      width: 150,
      optional: true,
    }),
  ),
];

/** The next licence end of an MSP, or the end of a client's licence; and how many end soon or have ended. */
const ends = (): Column<Row>[] => [
  {
    field: "next_expires_on",
    name: t("msps.column.nextEnd"),
    render: (row) => {
      if (row.kind === "note") return null;
      return <Expiry on={row.kind === "msp" ? row.msp.next_expires_on : row.client.expires_on} />;
    },
    copy: (row) => (row.kind === "msp" ? row.msp.next_expires_on : customerOf(row)?.expires_on),
    ...dayFilter(
      (row: Row) => (row.kind === "msp" ? row.msp.next_expires_on : undefined),
      ["next_expires_on"],
      "none",
    ),
    sortable: true,
    width: endWidth,
    rank: 2,
  },
  countColumn("expiring_30", 100, 5),
  countColumn("expiring_90", 100, 8),
  countColumn("expired", 88, 3),
];

function NameCell({ row, marked }: { row: Row; marked: boolean }) {
  if (row.kind === "msp") {
    return (
      <Box component="span" sx={{ ...(row.open && { fontWeight: 600 }) }}>
        <Name of={row.msp} marked={marked} />
      </Box>
    );
  }
  return (
    <Box component="span" sx={{ display: "block", pl: 3, overflow: "hidden", textOverflow: "ellipsis" }}>
      {row.kind === "client" ? <Name of={row.client} marked={marked} /> : <NoteText row={row} />}
    </Box>
  );
}

interface ToggleProps {
  msp: MSP;
  open: boolean;
  onToggle: Options["onToggle"];
}

/** The number of clients of an MSP; shows or hides them below it. */
function Toggle({ msp, open, onToggle }: ToggleProps) {
  const { name, clients: count } = msp;
  return (
    <Button
      size="small"
      aria-expanded={open}
      aria-label={t(open ? "msps.opened.hide" : "msps.opened.show", { name, count })}
      startIcon={open ? <ChevronDownIcon /> : <ChevronRightIcon />}
      onClick={(event) => {
        event.stopPropagation();
        onToggle(msp, !open);
      }}
      sx={{
        minHeight: 26,
        height: 26,
        px: 1,
        py: 0,
        fontSize: "0.75rem",
        fontVariantNumeric: "tabular-nums",
        "& .MuiButton-startIcon": { ml: -0.5, mr: 0.25 },
      }}
    >
      {t("msps.opened.count", { count })}
    </Button>
  );
}

function NoteText({ row: { msp, note } }: { row: { msp: MSP; note: Note } }) {
  const { name } = msp;
  if (note.kind === "loading" || note.kind === "none") {
    return <Quiet>{t(`msps.opened.${note.kind}`, { name })}</Quiet>;
  }
  if (note.kind === "failed") {
    return (
      <>
        <Box component="span" role="alert" sx={{ color: "error.main" }}>
          {t("msps.opened.failed", { name, why: problemText(note.problem).title })}
        </Box>
        <Small label={t("msps.opened.retryOf", { name })} onClick={note.onRetry}>
          {t("parts.actions.retry")}
        </Small>
      </>
    );
  }
  return (
    <>
      <Quiet>{t("msps.opened.shown", note)}</Quiet>
      <Small label={t("msps.opened.moreOf", { name })} onClick={note.onMore} loading={note.loading}>
        {t("msps.opened.more")}
      </Small>
    </>
  );
}

const Quiet = ({ children }: { children: string }) => (
  <Box component="span" sx={{ color: "text.secondary" }}>
    {children}
  </Box>
);

interface SmallProps {
  /** The accessible name. */
  label: string;
  children: string;
  loading?: boolean;
  onClick: () => void;
}

const Small = ({ label, children, loading = false, onClick }: SmallProps) => (
  <Button
    variant="text"
    size="small"
    aria-label={label}
    loading={loading}
    onClick={onClick}
    sx={{ minHeight: 26, height: 26, ml: 1, fontSize: "0.8125rem" }}
  >
    {children}
  </Button>
);
