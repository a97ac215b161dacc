import type { Client, MSP } from "../bridge/models";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";
import { dayFilter } from "../parts/dayFilter";
import { Time } from "../parts/Time";
import { UnknownValue } from "../parts/UnknownValue";
import { Count, excess } from "../parts/UsedOfTotal";
import { numberValue, statusValues, textValue, wordValue, yesNoValue } from "./filterValues";
import { Status, statusText } from "./status";

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

const splaText = (of: boolean | null) => of !== null && t(of ? "customers.spla.yes" : "customers.spla.no");

/** "Yes", "No" or unknown. */
export const SPLA = ({ of }: { of: boolean | null }) => splaText(of) || <UnknownValue />;

interface Options<Row> {
  /** The customer of a row; undefined for a row without one. */
  of: (row: Row) => Customer | undefined;
  /** The columns of licence ends; none where no customer in the scope has one. */
  ends: Column<Row>[];
  /** Whether licences are sums, beside which it is shown how many figures are unknown. */
  sums?: boolean;
}

/** The least width of a column of licence ends, whose dates are not cut. */
export const endWidth = 188;

/**
 * The columns that the lists of MSPs and clients share. Where there is no room for all, the highest rank is hidden
 * first; 1, the last, is a client's MSP, without which clients of the same name cannot be told apart.
 */
export function customerColumns<Row>({ of, ends, sums = false }: Options<Row>): Column<Row>[] {
  const cell = (render: (customer: Customer) => React.ReactNode) => (row: Row) => {
    const customer = of(row);
    return customer && render(customer);
  };
  const filter = (values: (customer: Customer) => Record<string, string>) => (row: Row) => {
    const customer = of(row);
    return customer && values(customer);
  };
  return [
    {
      field: "licence_type",
      name: t("customers.column.licenceType"),
      text: (row) => of(row)?.licence_type,
      filter: filter(({ licence_type }) => ({ licence_type: wordValue(licence_type) })),
      render: cell(({ licence_type }) => licence_type ?? <UnknownValue />),
      sortable: true,
      width: 116,
      rank: 6,
    },
    {
      field: "spla",
      name: t("customers.column.spla"),
      render: cell(({ spla }) => <SPLA of={spla} />),
      filter: filter(({ spla }) => ({ spla: yesNoValue(spla) })),
      copy: (row) => splaText(of(row)?.spla ?? null) || null,
      sortable: true,
      width: 66,
      rank: 7,
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
      copy: (row) => of(row)?.seats_used,
      filter: filter(({ seats_used }) => ({ seats_used: numberValue(seats_used) })),
      sortable: true,
      align: "right",
      width: sums ? 152 : 128,
      rank: 4,
    },
    {
      field: "seats_total",
      name: t("customers.column.total"),
      render: cell((customer) => (
        <Count value={customer.seats_total} unknown={licences(customer).totalUnknown ?? 0} />
      )),
      copy: (row) => of(row)?.seats_total,
      filter: filter(({ seats_total }) => ({ seats_total: numberValue(seats_total) })),
      sortable: true,
      align: "right",
      width: sums ? 128 : 96,
      rank: 5,
    },
    ...ends,
    {
      field: "status",
      name: t("customers.column.status"),
      render: cell((customer) => <Status of={customer} />),
      copy: (row) => {
        const customer = of(row);
        return customer && statusText(customer);
      },
      filter: filter(statusValues),
      sortable: true,
      width: 176,
      from: 1420,
      rank: 9,
    },
  ];
}

/** When the product last listed a customer; the first column to be hidden. */
export const seenColumn = <Row,>(of: Options<Row>["of"]): Column<Row> => ({
  field: "last_seen_at",
  name: t("customers.column.seen"),
  render: (row) => {
    const customer = of(row);
    return customer && <Time short at={customer.last_seen_at} />;
  },
  copy: (row) => of(row)?.last_seen_at,
  ...dayFilter((row) => of(row)?.last_seen_at, ["last_seen_at"]),
  sortable: true,
  width: 196,
  from: 1600,
  rank: 11,
});

/** The width of a column of ids. */
export const idWidth = 280;

/** What the API has of a customer beside the columns that are shown at first. */
export const furtherColumns = <Row,>(of: Options<Row>["of"]): Column<Row>[] => [
  {
    field: "status_reason",
    name: t("customers.filter.reason"),
    text: (row) => {
      const reason = of(row)?.status_reason;
      return reason && t(`words.reason.${reason}`);
    },
    filter: (row) => {
      const customer = of(row);
      return customer?.status_reason ? statusValues(customer) : undefined;
    },
    width: 140,
    optional: true,
  },
  {
    field: "first_seen_at",
    name: t("customers.filter.firstSeen"),
    render: (row) => {
      const customer = of(row);
      return customer && <Time short at={customer.first_seen_at} />;
    },
    copy: (row) => of(row)?.first_seen_at,
    ...dayFilter((row: Row) => of(row)?.first_seen_at, ["first_seen_at"]),
    sortable: true,
    width: 176,
    optional: true,
  },
  {
    field: "external_id",
    name: t("customers.filter.externalId"),
    text: (row) => of(row)?.external_id,
    filter: (row) => {
      const customer = of(row);
      return customer && { external_id: textValue(customer.external_id) };
    },
    sortable: true,
    width: 132,
    optional: true,
  },
  { field: "id", name: t("customers.column.id"), text: (row) => of(row)?.id, width: idWidth, optional: true },
];
