import type { Client } from "../bridge/models";
import { customerColumns, seenColumn } from "../customers/columns";
import { Name } from "../customers/status";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";

interface Shown {
  /** For viewers who see more than one MSP. */
  msp: boolean;
  /** Where there is more than one type. */
  type: boolean;
  /** Where any client has an expiry date. */
  expiry: boolean;
}

const itself = (client: Client) => client;

/** The columns of the list of clients, without those that are useless in this scope. */
export function clientColumns(shown: Shown): Column<Client>[] {
  const msp: Column<Client> = {
    field: "msp_name",
    name: t("clients.column.msp"),
    text: (client) => client.msp_name ?? t("clients.filter.directly"),
    sortable: true,
    flex: 1,
    minWidth: 120,
    rank: 2,
  };
  const type: Column<Client> = {
    field: "type",
    name: t("clients.column.type"),
    text: (client) => client.type,
    sortable: true,
    width: 84,
    from: 1420,
    rank: 7,
  };
  const expires = shown.expiry ? t("clients.column.expires") : undefined;
  return [
    {
      field: "name",
      name: t("clients.column.name"),
      text: (client) => client.name,
      render: (client, hides) => <Name of={client} marked={hides("status")} />,
      sortable: true,
      flex: 1.4,
      minWidth: 140,
    },
    ...(shown.msp ? [msp] : []),
    ...customerColumns({ of: itself, expires }),
    {
      field: "products",
      name: t("clients.column.products"),
      text: (client) => client.products.join(", "),
      flex: 1,
      minWidth: 130,
      from: 1340,
      rank: 6,
    },
    ...(shown.type ? [type] : []),
    seenColumn(itself),
  ];
}
