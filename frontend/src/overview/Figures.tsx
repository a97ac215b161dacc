import Box from "@mui/material/Box";
import { links } from "../bridge/links";
import type { ClientFilter, Overview } from "../bridge/models";
import { formatNumber, formatPercent } from "../i18n/format";
import { t } from "../i18n/i18n";
import { Figure } from "../parts/Figure";
import { useSession } from "../session/session";
import { changeOver } from "./change";

const number = (value: number | undefined) => (value === undefined ? undefined : formatNumber(value));

/** The few figures that matter, each leading to the list behind it. Without an overview they wait. */
export function Figures({ overview }: { overview: Overview | undefined }) {
  const { grant } = useSession();
  const { level, client_id: own } = grant.scope;
  const behind = (filter: ClientFilter) => (own ? links.client(own) : links.clients(filter));
  return (
    <Box
      sx={{ display: "grid", gap: 1.5, gridTemplateColumns: "repeat(auto-fit, minmax(150px, 1fr))", mb: 1.5 }}
    >
      {level === "mssp" && (
        <Figure
          label={t("overview.figure.msps")}
          value={number(overview?.msps)}
          note={t("overview.figure.mspsNote")}
          to={links.msps({ status: "active" })}
        />
      )}
      {level !== "client" && (
        <Figure
          label={t("overview.figure.clients")}
          value={number(overview?.clients)}
          note={overview && clientsNote(overview)}
          to={links.clients({ status: "active" })}
        />
      )}
      <Seats overview={overview} to={behind({ status: "active", sort: "-seats_used" })} />
      <Figure
        label={t("overview.figure.expiring")}
        value={number(overview?.expiring_soon)}
        note={overview && t("overview.figure.expiringNote", { count: overview.expiring_soon })}
        {...(overview?.expiring_soon && { tone: "warning" as const })}
        to={behind({ expires_within: 30, sort: "expires_on" })}
      />
    </Box>
  );
}

function clientsNote({ clients_missing: missing, trend }: Overview): string {
  const change = changeOver(trend, (day) => day.clients);
  const notes = [
    ...(missing > 0 ? [t("overview.figure.missing", { count: missing })] : []),
    ...(change ? [change] : []),
  ];
  return notes.length > 0 ? notes.join(", ") : t("overview.figure.clientsNote");
}

function seatsNote({ seats_used: used, seats_total: total, trend }: Overview): string {
  if (total === 0) return t("overview.figure.none");
  const change = changeOver(trend, (day) => day.seats_used);
  const share =
    used > total
      ? t("overview.figure.over", { count: used - total, total })
      : t("overview.figure.share", { share: formatPercent(used / total), total });
  return change ? `${share}, ${change}` : share;
}

function Seats({ overview, to }: { overview: Overview | undefined; to: string }) {
  const over = overview && overview.seats_total > 0 && overview.seats_used > overview.seats_total;
  return (
    <Figure
      label={t("overview.figure.seats")}
      value={number(overview?.seats_used)}
      note={overview && seatsNote(overview)}
      {...(over && { tone: "warning" as const })}
      to={to}
    />
  );
}
