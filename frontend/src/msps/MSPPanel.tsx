import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useQuery } from "@tanstack/react-query";
import { Link as RouterLink } from "react-router";
import { links } from "../bridge/links";
import type { MSP } from "../bridge/models";
import { mspQuery } from "../bridge/queries";
import { formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import { DetailPanel } from "../parts/DetailPanel";
import { ExpiryDate } from "../parts/Expiry";
import { Facts } from "../parts/Facts";
import { ClientsIcon } from "../parts/icons";
import { Time } from "../parts/Time";
import { UsedOfTotal } from "../parts/UsedOfTotal";
import { useSession } from "../session/session";
import { MSPStatus } from "./columns";

interface Props {
  id: string;
  /** The row that was opened: shown until the whole is there. */
  row?: MSP | undefined;
  /** Absent where the MSP stands alone. */
  onClose?: () => void;
}

/** One MSP: what is known, the way to its clients, what happened to it, what the product sent. */
export function MSPPanel({ id, row, onClose }: Props) {
  const { grant, can } = useSession();
  const query = useQuery(mspQuery(grant.id, id));
  const known: MSP | undefined = query.data ?? row;
  return (
    <DetailPanel
      title={known?.name ?? t("msps.one")}
      lead={known && <MSPStatus status={known.status} />}
      facts={known && <MSPFacts msp={known} />}
      query={query}
      runPath={can("see_syncs") ? links.sync : undefined}
      onClose={onClose}
    />
  );
}

function MSPFacts({ msp }: { msp: MSP }) {
  const facts = [
    { label: t("msps.fact.clients"), value: formatNumber(msp.clients) },
    { label: t("msps.fact.seats"), value: <UsedOfTotal used={msp.seats_used} total={msp.seats_total} /> },
    { label: t("msps.fact.expires"), value: msp.expires_on && <ExpiryDate on={msp.expires_on} /> },
    { label: t("msps.fact.type"), value: msp.type },
    { label: t("msps.fact.firstSeen"), value: <Time at={msp.first_seen_at} /> },
    { label: t("msps.fact.lastSeen"), value: <Time at={msp.last_seen_at} /> },
    { label: t("msps.fact.externalId"), value: msp.external_id },
  ];
  return (
    <Box sx={{ mt: 1 }}>
      {msp.status === "missing" && (
        <Alert severity="warning" sx={{ mb: 2 }}>
          {t("msps.panel.missing")}
        </Alert>
      )}
      <Facts facts={facts} />
      {msp.clients > 0 && (
        <Button
          component={RouterLink}
          to={links.clients({ msp_id: msp.id, status: "active" })}
          startIcon={<ClientsIcon />}
          sx={{ mt: 2 }}
        >
          {t("msps.panel.clients", { count: msp.clients })}
        </Button>
      )}
    </Box>
  );
}
