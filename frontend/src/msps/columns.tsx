import type { CustomerStatus, MSP } from "../bridge/models";
import { t } from "../i18n/i18n";
import type { Column } from "../parts/DataTable";
import { Expiry } from "../parts/Expiry";
import { StatusChip, type Tone } from "../parts/StatusChip";
import { Time } from "../parts/Time";
import { UsedOfTotal } from "../parts/UsedOfTotal";

const tones: Record<CustomerStatus, Tone> = { active: "ok", missing: "warning", removed: "neutral" };

export function MSPStatus({ status }: { status: CustomerStatus }) {
  return <StatusChip tone={tones[status]} label={t(`words.customer.${status}`)} />;
}

export const mspColumns = (): Column<MSP>[] => [
  {
    field: "name",
    name: t("msps.column.name"),
    text: (msp) => msp.name,
    sortable: true,
    flex: 1,
    minWidth: 170,
  },
  {
    field: "clients",
    name: t("msps.column.clients"),
    number: (msp) => msp.clients,
    sortable: true,
    width: 84,
  },
  {
    field: "seats_used",
    name: t("msps.column.seats"),
    render: (msp) => <UsedOfTotal used={msp.seats_used} total={msp.seats_total} />,
    sortable: true,
    align: "right",
    width: 170,
  },
  {
    field: "expires_on",
    from: 530,
    name: t("msps.column.expires"),
    render: (msp) => <Expiry on={msp.expires_on} />,
    width: 160,
  },
  {
    field: "status",
    from: 690,
    name: t("msps.column.status"),
    render: (msp) => <MSPStatus status={msp.status} />,
    sortable: true,
    width: 110,
  },
  {
    field: "last_seen_at",
    from: 810,
    name: t("msps.column.seen"),
    render: (msp) => <Time at={msp.last_seen_at} />,
    sortable: true,
    width: 130,
  },
];
