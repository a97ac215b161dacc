import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router";
import type { MSP, MSPDetail } from "../bridge/models";
import { type CountName, mspCounts } from "../bridge/mspCounts";
import { paths } from "../bridge/paths";
import { mspQuery } from "../bridge/queries";
import { CustomerHistory } from "../customers/CustomerHistory";
import { licences, SPLA } from "../customers/columns";
import { dashboardFact } from "../customers/DashboardButton";
import { LicenceHistory } from "../customers/LicenceHistory";
import { trendPoints } from "../customers/licencePoints";
import { StarButton } from "../customers/StarButton";
import { Status } from "../customers/status";
import { useSaveRecent } from "../customers/useSaveRecent";
import { t } from "../i18n/i18n";
import { DetailPanel } from "../parts/DetailPanel";
import { Expiry } from "../parts/Expiry";
import { type Fact, Facts } from "../parts/Facts";
import { ClientsIcon } from "../parts/icons";
import { Time } from "../parts/Time";
import { UnknownValue } from "../parts/UnknownValue";
import { type Usage, UsedOfTotal } from "../parts/UsedOfTotal";
import { CopyPortalLink } from "../session/CopyPortalLink";
import { useSession } from "../session/session";
import { CountLink, GrowthLink, listOf } from "./scorecard";

interface Props {
  id: string;
  /** The row that was opened, shown until the details are loaded. */
  row?: MSP | undefined;
  /** Whether any client in the scope has an expiry date. */
  withExpiry: boolean;
  onClose: () => void;
}

/** One MSP: facts, a link to its clients, history, and the fields that the product sent. */
export function MSPPanel({ id, row, withExpiry, onClose }: Props) {
  const { grant } = useSession();
  const query = useQuery(mspQuery(grant.id, id));
  const known: MSP | undefined = query.data ?? row;
  useSaveRecent("msp", id, query.data !== undefined);
  return (
    <DetailPanel
      title={known?.name ?? t("msps.one")}
      lead={known && <Status of={known} />}
      facts={known && <MSPFacts msp={known} detail={query.data} withExpiry={withExpiry} />}
      query={query}
      shown={known && [known.name, known.external_id, known.type, known.licence_type, known.expires_on]}
      details={
        query.data && (
          <>
            <LicenceHistory points={trendPoints(query.data.trend)} />
            <CustomerHistory id={id} newest={query.data.history} />
          </>
        )
      }
      actions={
        query.data && (
          <>
            <CopyPortalLink kind="msp" id={id} />
            <StarButton kind="msp" id={id} name={query.data.name} />
          </>
        )
      }
      onClose={onClose}
    />
  );
}

/** Whether the product's own figures for an MSP differ from the sums over its clients. */
function differs({ own_seats: own, clients_seats: clients }: MSPDetail): boolean {
  const contradict = (a: number | null, b: number | null) => a !== null && b !== null && a !== b;
  return contradict(own.used, clients.used) || contradict(own.total, clients.total);
}

function Licences({ msp, detail }: { msp: MSP; detail: MSPDetail | undefined }) {
  if (!detail || !differs(detail)) {
    return (
      <LicencesLink msp={msp}>
        <UsedOfTotal {...licences(msp)} />
      </LicencesLink>
    );
  }
  const { own_seats: own, clients_seats: sums } = detail;
  const { used, total, used_unknown: usedUnknown, total_unknown: totalUnknown } = sums;
  return (
    <>
      <Figures {...own} what={t("customers.fact.ownLicences")} />
      <LicencesLink msp={msp}>
        <Figures {...{ used, total, usedUnknown, totalUnknown }} what={t("customers.fact.clientsLicences")} />
      </LicencesLink>
    </>
  );
}

/** A link to the active clients whose licences these are; none without clients. */
function LicencesLink({ msp, children }: { msp: MSP; children: ReactNode }) {
  const { grant } = useSession();
  if (msp.clients === 0) return children;
  const own = grant.scope.level === "msp";
  return (
    <Link
      component={RouterLink}
      to={paths.clients({ ...(!own && { msp_id: msp.id }), ...mspCounts.clients, sort: "-seats_used" })}
      title={t("msps.licencesOf", { name: msp.name })}
      sx={{ color: "inherit", textDecorationColor: "currentcolor" }}
    >
      {children}
    </Link>
  );
}

/** Figures with a caption. */
const Figures = ({ what, ...usage }: Usage & { what: string }) => (
  <Box sx={{ mb: 0.5 }}>
    <UsedOfTotal {...usage} />
    <Box sx={{ color: "text.secondary", fontSize: "0.75rem" }}>{what}</Box>
  </Box>
);

interface FactsProps {
  msp: MSP;
  /** Undefined while it loads. */
  detail: MSPDetail | undefined;
  withExpiry: boolean;
}

function MSPFacts({ msp, detail, withExpiry }: FactsProps) {
  const count = (name: CountName): Fact => ({
    label: t(`msps.fact.${name}`),
    value: <CountLink msp={msp} name={name} />,
  });
  const ends: Fact[] = [
    {
      label: t("msps.fact.nextEnd"),
      value: msp.next_expires_on && <Expiry on={msp.next_expires_on} />,
    },
    count("expiring_30"),
    count("expiring_90"),
    count("expired"),
  ];
  const facts: Fact[] = [
    count("clients"),
    { label: t("msps.fact.growth"), value: <GrowthLink msp={msp} /> },
    { label: t("customers.fact.licenceType"), value: msp.licence_type ?? <UnknownValue /> },
    { label: t("customers.fact.spla"), value: <SPLA of={msp.spla} /> },
    { label: t("customers.fact.licences"), value: <Licences msp={msp} detail={detail} /> },
    count("exceeded"),
    ...(withExpiry || msp.expires_on ? ends : []),
    count("disabled"),
    count("missing"),
    { label: t("customers.fact.type"), value: msp.type },
    { label: t("customers.fact.firstSeen"), value: <Time at={msp.first_seen_at} /> },
    { label: t("customers.fact.lastSeen"), value: <Time at={msp.last_seen_at} /> },
    { label: t("customers.fact.externalId"), value: msp.external_id },
    ...dashboardFact("msp", msp.id, detail?.product),
  ];
  return (
    <Box sx={{ mt: 1 }}>
      {(msp.status === "missing" || msp.status === "disabled") && (
        <Alert severity={msp.status === "missing" ? "warning" : "info"} sx={{ mb: 2 }}>
          {t(`msps.panel.${msp.status}`)}
        </Alert>
      )}
      <Facts facts={facts} />
      {msp.clients > 0 && <ClientsLink msp={msp} />}
    </Box>
  );
}

function ClientsLink({ msp }: { msp: MSP }) {
  const { grant } = useSession();
  const own = grant.scope.level === "msp";
  return (
    <Button
      component={RouterLink}
      to={listOf("clients", msp.id, own)}
      startIcon={<ClientsIcon />}
      sx={{ mt: 2 }}
    >
      {own ? t("msps.panel.ownClients") : t("msps.panel.clients", { count: msp.clients })}
    </Button>
  );
}
