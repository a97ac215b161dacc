import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Tooltip from "@mui/material/Tooltip";
import type { Client } from "../bridge/models";
import { customerColumns, endWidth, furtherColumns, idWidth, seenColumn } from "../customers/columns";
import { textValue, wordValue } from "../customers/filterValues";
import { noMSP } from "../customers/MSPChip";
import { Name } from "../customers/status";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";
import { dayFilter } from "../parts/dayFilter";
import { Expiry } from "../parts/Expiry";
import { VisuallyHidden } from "../parts/VisuallyHidden";
import { productCode } from "./productCode";

interface Options {
  /** Called with the MSP to filter by; absent for viewers who see one MSP only. */
  onMSP?: ((id: string) => void) | undefined;
  /** Whether there is more than one type. */
  type: boolean;
  /** Whether any client has an expiry date. */
  expiry: boolean;
}

const itself = (client: Client) => client;

const ends: Column<Client> = {
  field: "expires_on",
  name: t("clients.column.expires"),
  render: ({ expires_on }) => <Expiry on={expires_on} />,
  copy: ({ expires_on }) => expires_on,
  ...dayFilter(({ expires_on }: Client) => expires_on, ["expires_on"], "none"),
  sortable: true,
  width: endWidth,
  rank: 2,
};

const products: Column<Client> = {
  field: "products",
  name: t("clients.column.products"),
  text: (client) => client.products.join(", "),
  filter: ({ products: [first, ...others] }) =>
    others.length === 0 ? { products: wordValue(first) } : undefined,
  render: (client) => client.products.length > 0 && <Products names={client.products} />,
  width: 140,
  from: 1180,
  rank: 8,
};

const type: Column<Client> = {
  field: "type",
  name: t("clients.column.type"),
  text: (client) => client.type,
  filter: (client) => ({ type: wordValue(client.type) }),
  sortable: true,
  width: 84,
  from: 1500,
  rank: 10,
};

const mspID: Column<Client> = {
  field: "msp_id",
  name: t("clients.column.mspID"),
  text: (client) => client.msp_id,
  width: idWidth,
  optional: true,
};

/** The columns of the list of clients; those that are useless in this scope are shown only where they are chosen. */
export function clientColumns({ onMSP, type: withType, expiry }: Options): Column<Client>[] {
  return [
    {
      field: "name",
      name: t("clients.column.name"),
      text: (client) => client.name,
      filter: (client) => ({ name: textValue(client.name) }),
      render: (client, hides) => <Name of={client} marked={hides("status")} />,
      sortable: true,
      flex: 1.4,
      minWidth: 140,
    },
    mspColumn(onMSP),
    ...customerColumns({ of: itself, ends: [{ ...ends, optional: !expiry }] }),
    products,
    { ...type, optional: !withType },
    seenColumn(itself),
    ...furtherColumns<Client>(itself),
    mspID,
  ];
}

const mspColumn = (onMSP: Options["onMSP"]): Column<Client> => ({
  field: "msp_name",
  name: t("clients.column.msp"),
  text: (client) => client.msp_name ?? t("customers.filter.directly"),
  ...(onMSP && {
    render: (client) => <MSPCell client={client} onMSP={onMSP} />,
    filter: ({ msp_id }) => ({ msp_id: msp_id ?? noMSP }),
  }),
  sortable: true,
  flex: 1,
  minWidth: 120,
  rank: 1,
  optional: !onMSP,
});

interface MSPCellProps {
  client: Client;
  onMSP: (id: string) => void;
}

/** The MSP of a client; a click filters by it. The keyboard reaches the same filter above the table. */
function MSPCell({ client: { msp_id, msp_name }, onMSP }: MSPCellProps) {
  const name = msp_name ?? t("customers.filter.directly");
  const hint = msp_id === null ? t("clients.onlyDirect") : t("clients.onlyOf", { name });
  return (
    <Tooltip describeChild title={hint}>
      <Link
        component="button"
        type="button"
        tabIndex={-1}
        color="inherit"
        underline="hover"
        onClick={(event) => {
          event.stopPropagation();
          onMSP(msp_id ?? noMSP);
        }}
        sx={{
          display: "block",
          maxWidth: "100%",
          overflow: "hidden",
          textOverflow: "ellipsis",
          font: "inherit",
        }}
      >
        {name}
      </Link>
    </Tooltip>
  );
}

/** Products as short codes, with their names on hover. */
function Products({ names }: { names: string[] }) {
  const all = names.join(", ");
  return (
    <Tooltip describeChild title={all}>
      <span>
        <Box component="span" aria-hidden sx={{ wordSpacing: "0.25em" }}>
          {names.map(productCode).join(" ")}
        </Box>
        <VisuallyHidden>{all}</VisuallyHidden>
      </span>
    </Tooltip>
  );
}
