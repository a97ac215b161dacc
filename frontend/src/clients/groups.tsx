import Box from "@mui/material/Box";
import FormControlLabel from "@mui/material/FormControlLabel";
import Link from "@mui/material/Link";
import Switch from "@mui/material/Switch";
import { Link as RouterLink } from "react-router";
import type { Client, ClientGroup } from "../bridge/models";
import { paths } from "../bridge/paths";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";
import { Count } from "../parts/UsedOfTotal";

// Clients grouped by MSP: the server sorts them by their MSP first, and a row above each MSP's has its subtotals under the
// present filter.

/** A row of the table: a client, or the header of its MSP. */
export type Row =
  | { kind: "client"; id: string; client: Client }
  | { kind: "group"; id: string; group: ClientGroup };

const keyOf = (msp: string | null) => msp ?? "none";

/** The clients as rows; with groups, each MSP's behind its header. */
export function rowsOf(clients: Client[], groups: ClientGroup[] | undefined): Row[] {
  const byMSP = new Map(groups?.map((group) => [keyOf(group.msp_id), group]));
  return clients.flatMap((client, n): Row[] => {
    const row: Row = { kind: "client", id: client.id, client };
    const before = clients[n - 1];
    const group = byMSP.get(keyOf(client.msp_id));
    if (!group || (before && keyOf(before.msp_id) === keyOf(client.msp_id))) return [row];
    return [{ kind: "group", id: `group ${keyOf(group.msp_id)}`, group }, row];
  });
}

/** The columns of clients for rows of both kinds. */
export const groupedColumns = (columns: Column<Client>[]): Column<Row>[] =>
  columns.map(({ text, number, render, copy, filter, filterText, covers, ...column }) => ({
    ...column,
    ...(copy && { copy: (row) => (row.kind === "client" ? copy(row.client) : null) }),
    ...(filter && { filter: (row, zone) => (row.kind === "client" ? filter(row.client, zone) : undefined) }),
    ...(filterText && {
      filterText: (row, zone) => (row.kind === "client" ? filterText(row.client, zone) : ""),
    }),
    text: (row) => (row.kind === "client" ? (text?.(row.client) ?? number?.(row.client)?.toString()) : ""),
    render: (row, hides) => {
      if (row.kind === "group") return <GroupCell group={row.group} field={column.field} />;
      return render ? render(row.client, hides) : text?.(row.client);
    },
  }));

function GroupCell({ group, field }: { group: ClientGroup; field: string }) {
  switch (field) {
    case "name":
      return <GroupName group={group} />;
    case "seats_used":
      return <Count value={group.seats_used} unknown={group.seats_used_unknown} />;
    case "seats_total":
      return <Count value={group.seats_total} unknown={group.seats_total_unknown} />;
    default:
      return null;
  }
}

/** The MSP, how many of its clients the filter has, and how many of these are over their licences. */
function GroupName({
  group: { msp_id, msp_name, clients: count, seats_exceeded: exceeded },
}: {
  group: ClientGroup;
}) {
  return (
    <Box component="span" sx={{ display: "block", overflow: "hidden", textOverflow: "ellipsis" }}>
      {msp_id === null ? (
        <strong>{t("customers.filter.directly")}</strong>
      ) : (
        <Link component={RouterLink} to={paths.msp(msp_id)} color="inherit" sx={{ fontWeight: 600 }}>
          {msp_name}
        </Link>
      )}
      <Box component="span" sx={{ color: "text.secondary" }}>
        {` · ${t("clients.group.count", { count })}`}
      </Box>
      {exceeded > 0 && (
        <Box component="span" sx={{ color: "error.main" }}>
          {` · ${t("clients.group.exceeded", { count: exceeded })}`}
        </Box>
      )}
    </Box>
  );
}

/** Whether the clients are grouped. */
export const GroupSwitch = ({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) => (
  <FormControlLabel
    control={<Switch size="small" checked={on} onChange={(_, next) => onChange(next)} />}
    label={t("clients.group.switch")}
    slotProps={{ typography: { variant: "body2" } }}
    sx={{ mr: 1 }}
  />
);
