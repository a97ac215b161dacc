import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { useQuery } from "@tanstack/react-query";
import { Link as RouterLink } from "react-router";
import type { Client, CustomerProduct } from "../bridge/models";
import { paths } from "../bridge/paths";
import { clientQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { DetailPanel } from "../parts/DetailPanel";
import { Expiry } from "../parts/Expiry";
import { type Fact, Facts } from "../parts/Facts";
import { Time } from "../parts/Time";
import { UnknownValue } from "../parts/UnknownValue";
import { UsedOfTotal } from "../parts/UsedOfTotal";
import { CopyPortalLink } from "../session/CopyPortalLink";
import { useSession } from "../session/session";
import { CustomerHistory } from "./CustomerHistory";
import { licences, SPLA } from "./columns";
import { dashboardFact } from "./DashboardButton";
import { LicenceHistory } from "./LicenceHistory";
import { spanPoints } from "./licencePoints";
import { StarButton } from "./StarButton";
import { Status } from "./status";
import { useSaveRecent } from "./useSaveRecent";

interface Props {
  id: string;
  /** The row that was opened, shown until the details are loaded. */
  row?: Client | undefined;
  /** Whether any client in the scope has an expiry date. */
  withExpiry?: boolean;
  /** Absent where the client is not opened from a list. */
  onClose?: () => void;
}

/** One client: facts, history, and the fields that the product sent. */
export function ClientPanel({ id, row, withExpiry = false, onClose }: Props) {
  const { grant } = useSession();
  const query = useQuery(clientQuery(grant.id, id));
  const known: Client | undefined = query.data ?? row;
  // A client's own users see no other.
  const one = onClose !== undefined;
  useSaveRecent("client", id, one && query.data !== undefined);
  return (
    <DetailPanel
      title={known?.name ?? t("customers.client.one")}
      lead={known && <Status of={known} />}
      facts={known && <ClientFacts client={known} product={query.data?.product} withExpiry={withExpiry} />}
      query={query}
      shown={
        known && [
          known.name,
          known.external_id,
          known.type,
          known.licence_type,
          known.expires_on,
          known.products,
        ]
      }
      details={
        query.data && (
          <>
            <LicenceHistory points={spanPoints(query.data.licences, new Date())} />
            <CustomerHistory id={id} newest={query.data.history} />
          </>
        )
      }
      actions={
        one &&
        query.data && (
          <>
            <CopyPortalLink kind="client" id={id} />
            <StarButton kind="client" id={id} name={query.data.name} />
          </>
        )
      }
      onClose={onClose}
    />
  );
}

interface FactsProps {
  client: Client;
  product: CustomerProduct | undefined;
  withExpiry: boolean;
}

function ClientFacts({ client, product, withExpiry }: FactsProps) {
  const { can, grant } = useSession();
  const msp = client.msp_id ? (
    can("see_msps") ? (
      <Link component={RouterLink} to={paths.msp(client.msp_id)}>
        {client.msp_name ?? client.msp_id}
      </Link>
    ) : (
      client.msp_name
    )
  ) : (
    t("customers.client.directly")
  );
  const expires: Fact = {
    label: t("customers.client.expires"),
    value: client.expires_on && <Expiry on={client.expires_on} />,
  };
  const facts: Fact[] = [
    ...(grant.scope.level === "client" ? [] : [{ label: t("customers.client.msp"), value: msp }]),
    { label: t("customers.fact.licenceType"), value: client.licence_type ?? <UnknownValue /> },
    { label: t("customers.fact.spla"), value: <SPLA of={client.spla} /> },
    { label: t("customers.fact.licences"), value: <UsedOfTotal {...licences(client)} /> },
    ...(withExpiry || client.expires_on ? [expires] : []),
    { label: t("customers.client.products"), value: client.products.join(", ") },
    { label: t("customers.fact.type"), value: client.type },
    { label: t("customers.fact.firstSeen"), value: <Time at={client.first_seen_at} /> },
    { label: t("customers.fact.lastSeen"), value: <Time at={client.last_seen_at} /> },
    { label: t("customers.fact.externalId"), value: client.external_id },
    ...dashboardFact("client", client.id, product),
  ];
  return (
    <Box sx={{ mt: 1 }}>
      {client.status === "missing" && (
        <Alert severity="warning" sx={{ mb: 2 }}>
          {t("customers.client.missing")}
        </Alert>
      )}
      {client.status === "disabled" && (
        <Alert severity="info" sx={{ mb: 2 }}>
          {t("customers.client.disabled")}
        </Alert>
      )}
      <Facts facts={facts} />
    </Box>
  );
}
