import type { Client, CustomerStatus } from "../bridge/models";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";
import { Expiry } from "../parts/Expiry";
import { StatusChip, type Tone } from "../parts/StatusChip";
import { Time } from "../parts/Time";
import { UsedOfTotal } from "../parts/UsedOfTotal";

const tones: Record<CustomerStatus, Tone> = { active: "ok", missing: "warning", removed: "neutral" };

export function ClientStatus({ status }: { status: CustomerStatus }) {
  return <StatusChip tone={tones[status]} label={t(`words.customer.${status}`)} />;
}

/** The columns; the MSP only for those who see more than one. */
export function clientColumns(withMSP: boolean): Column<Client>[] {
  const msp: Column<Client> = {
    field: "msp_name",
    from: 688,
    name: t("clients.column.msp"),
    text: (client) => client.msp_name,
    flex: 1,
    minWidth: 130,
  };
  return [
    {
      field: "name",
      name: t("clients.column.name"),
      text: (client) => client.name,
      sortable: true,
      flex: 1.4,
      minWidth: 156,
    },
    ...(withMSP ? [msp] : []),
    {
      field: "type",
      from: 1004,
      name: t("clients.column.type"),
      text: (client) => client.type,
      sortable: true,
      width: 76,
    },
    {
      field: "status",
      name: t("clients.column.status"),
      render: (client) => <ClientStatus status={client.status} />,
      sortable: true,
      width: 98,
    },
    {
      field: "products",
      from: 808,
      name: t("clients.column.products"),
      text: (client) => client.products.join(", "),
      flex: 1,
      minWidth: 120,
    },
    {
      field: "seats_used",
      name: t("clients.column.seats"),
      render: (client) => <UsedOfTotal used={client.seats_used} total={client.seats_total} />,
      sortable: true,
      align: "right",
      width: 156,
    },
    {
      field: "expires_on",
      name: t("clients.column.expires"),
      render: (client) => <Expiry on={client.expires_on} />,
      sortable: true,
      width: 148,
    },
    {
      field: "last_seen_at",
      from: 928,
      name: t("clients.column.seen"),
      render: (client) => <Time at={client.last_seen_at} />,
      sortable: true,
      width: 120,
    },
  ];
}
