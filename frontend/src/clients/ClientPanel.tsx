import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { useQuery } from "@tanstack/react-query";
import { Link as RouterLink } from "react-router";
import { links } from "../bridge/links";
import type { Client } from "../bridge/models";
import { clientQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { DetailPanel } from "../parts/DetailPanel";
import { ExpiryDate } from "../parts/Expiry";
import { type Fact, Facts } from "../parts/Facts";
import { Time } from "../parts/Time";
import { UsedOfTotal } from "../parts/UsedOfTotal";
import { useSession } from "../session/session";
import { ClientStatus } from "./columns";

interface Props {
  id: string;
  /** The row that was opened: shown until the whole is there. */
  row?: Client | undefined;
  /** Absent where the client stands alone. */
  onClose?: () => void;
}

/** One client: what is known, what happened to it, what the product sent. */
export function ClientPanel({ id, row, onClose }: Props) {
  const { grant, can } = useSession();
  const query = useQuery(clientQuery(grant.id, id));
  const known: Client | undefined = query.data ?? row;
  return (
    <DetailPanel
      title={known?.name ?? t("clients.one")}
      lead={known && <ClientStatus status={known.status} />}
      facts={known && !(query.error && !row) && <ClientFacts client={known} />}
      query={query}
      runPath={can("see_syncs") ? links.sync : undefined}
      onClose={onClose}
    />
  );
}

function ClientFacts({ client }: { client: Client }) {
  const { can, grant } = useSession();
  const msp = client.msp_id ? (
    can("see_msps") ? (
      <Link component={RouterLink} to={links.msp(client.msp_id)}>
        {client.msp_name ?? client.msp_id}
      </Link>
    ) : (
      client.msp_name
    )
  ) : (
    t("clients.panel.directly")
  );
  const facts: Fact[] = [
    ...(grant.scope.level === "client" ? [] : [{ label: t("clients.fact.msp"), value: msp }]),
    { label: t("clients.fact.type"), value: client.type },
    { label: t("clients.fact.products"), value: client.products.join(", ") },
    {
      label: t("clients.fact.seats"),
      value: <UsedOfTotal used={client.seats_used} total={client.seats_total} />,
    },
    { label: t("clients.fact.expires"), value: client.expires_on && <ExpiryDate on={client.expires_on} /> },
    { label: t("clients.fact.firstSeen"), value: <Time at={client.first_seen_at} /> },
    { label: t("clients.fact.lastSeen"), value: <Time at={client.last_seen_at} /> },
    { label: t("clients.fact.externalId"), value: client.external_id },
  ];
  return (
    <Box sx={{ mt: 1 }}>
      {client.status === "missing" && (
        <Alert severity="warning" sx={{ mb: 2 }}>
          {t("clients.panel.missing")}
        </Alert>
      )}
      <Facts facts={facts} />
    </Box>
  );
}
