import type { Client, MSP } from "../bridge/models";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";
import { Expiry } from "../parts/Expiry";
import { Time } from "../parts/Time";
import { UnknownValue } from "../parts/UnknownValue";
import { Count, excess } from "../parts/UsedOfTotal";
import { Status } from "./status";

type Customer = MSP | Client;

/** The licence figures of a customer; those of an MSP may be sums. */
export const licences = (customer: Customer) => ({
  used: customer.seats_used,
  total: customer.seats_total,
  ...("seats_used_unknown" in customer && {
    usedUnknown: customer.seats_used_unknown,
    totalUnknown: customer.seats_total_unknown,
  }),
});

/** "Yes", "No" or unknown. */
export const SPLA = ({ of }: { of: boolean | null }) =>
  of === null ? <UnknownValue /> : t(of ? "customers.spla.yes" : "customers.spla.no");

interface Options<Row> {
  /** The customer of a row; undefined for a row without one. */
  of: (row: Row) => Customer | undefined;
  /** The name of the column of expiry dates; undefined where no customer in the scope has one. */
  expires: string | undefined;
}

/**
 * The columns that the lists of MSPs and clients share. Where there is no room for all, the highest rank is hidden
 * first.
 */
export function customerColumns<Row>({ of, expires }: Options<Row>): Column<Row>[] {
  const cell = (render: (customer: Customer) => React.ReactNode) => (row: Row) => {
    const customer = of(row);
    return customer && render(customer);
  };
  const expiry: Column<Row> = {
    field: "expires_on",
    name: expires ?? "",
    render: cell(({ expires_on }) => <Expiry on={expires_on} />),
    sortable: true,
    width: 172,
    rank: 1,
  };
  return [
    {
      field: "licence_type",
      name: t("customers.column.licenceType"),
      text: (row) => of(row)?.licence_type,
      render: cell(({ licence_type }) => licence_type ?? <UnknownValue />),
      sortable: true,
      width: 116,
      rank: 3,
    },
    {
      field: "spla",
      name: t("customers.column.spla"),
      render: cell(({ spla }) => <SPLA of={spla} />),
      sortable: true,
      width: 66,
      rank: 4,
    },
    {
      field: "seats_used",
      name: t("customers.column.used"),
      render: cell((customer) => (
        <Count
          value={customer.seats_used}
          over={excess(licences(customer))}
          unknown={licences(customer).usedUnknown ?? 0}
        />
      )),
      sortable: true,
      align: "right",
      width: 128,
    },
    {
      field: "seats_total",
      name: t("customers.column.total"),
      render: cell((customer) => (
        <Count value={customer.seats_total} unknown={licences(customer).totalUnknown ?? 0} />
      )),
      sortable: true,
      align: "right",
      width: 96,
    },
    ...(expires === undefined ? [] : [expiry]),
    {
      field: "status",
      name: t("customers.column.status"),
      render: cell((customer) => <Status of={customer} />),
      sortable: true,
      width: 176,
      from: 1180,
      rank: 5,
    },
  ];
}

/** When the product last listed a customer; the first column to be hidden. */
export const seenColumn = <Row,>(of: Options<Row>["of"]): Column<Row> => ({
  field: "last_seen_at",
  name: t("customers.column.seen"),
  render: (row) => {
    const customer = of(row);
    return customer && <Time at={customer.last_seen_at} />;
  },
  sortable: true,
  width: 132,
  from: 1500,
  rank: 8,
});
