import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router";
import type { ClientFilter, Overview, Sort } from "../bridge/models";
import { paths } from "../bridge/paths";
import { formatList, formatNumber, formatPercent } from "../i18n/format";
import { t } from "../i18n/i18n";
import { Figure } from "../parts/Figure";
import { NumberOrUnknown, UnknownValue } from "../parts/UnknownValue";
import { excess } from "../parts/UsedOfTotal";
import { useSession } from "../session/session";
import { changeOver } from "./change";

const number = (value: number | undefined) => (value === undefined ? undefined : formatNumber(value));

// Wide enough for one-line labels in the narrowest window.
const figures = {
  display: "flex",
  flexWrap: "wrap",
  gap: 1.5,
  mb: 1.5,
  "& > *": { flex: "1 1 138px" },
  "& > :first-of-type": { flexBasis: 116 },
};

/** The main figures, each a link to its list; placeholders while the overview loads. */
export function Figures({ overview }: { overview: Overview | undefined }) {
  const { grant } = useSession();
  const { level, client_id: own } = grant.scope;
  const behind = (filter: ClientFilter & Sort) => (own ? paths.client(own) : paths.clients(filter));
  return (
    <Box sx={figures}>
      {level === "mssp" && (
        <Figure
          label={t("overview.figure.msps")}
          value={number(overview?.msps)}
          note={t("overview.figure.mspsNote")}
          to={paths.msps({ status: "active" })}
        />
      )}
      {level !== "client" && (
        <Figure
          label={t("overview.figure.clients")}
          value={number(overview?.clients)}
          note={overview && <ClientsNote overview={overview} />}
          to={paths.clients({ status: "active" })}
        />
      )}
      <Licences overview={overview} to={behind({ status: "active", sort: "-seats_used" })} />
      <Expiry
        overview={overview}
        toExpired={behind({ expires_on: "expired", sort: "-expires_on" })}
        toExpiring={behind({ expires_on: "30d", sort: "expires_on" })}
      />
    </Box>
  );
}

/** The change of the count, and links to the clients that are not counted. */
function ClientsNote({ overview }: { overview: Overview }) {
  const { clients_missing: missing, clients_disabled: disabled, trend } = overview;
  const change = changeOver(trend, (day) => day.clients);
  return (
    <>
      {change ?? t("overview.figure.clientsNote")}
      {missing + disabled > 0 && (
        <Links>
          {missing > 0 && <Behind filter={{ status: "missing" }} count={missing} what="missing" />}
          {disabled > 0 && <Behind filter={{ status: "disabled" }} count={disabled} what="disabled" />}
        </Links>
      )}
    </>
  );
}

/** Counts next to each other where there is room. */
const Links = ({ children }: { children: ReactNode }) => (
  <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1.5 }}>{children}</Box>
);

interface BehindProps {
  filter: ClientFilter;
  count: number;
  what: "missing" | "disabled" | "unknown" | "usedUnknown" | "totalUnknown";
}

/** A count that links to its clients, above the link of the whole figure. */
function Behind({ filter, count, what }: BehindProps) {
  const { grant } = useSession();
  const words = t(`overview.figure.${what}`, { count });
  if (grant.scope.level === "client") return words;
  return (
    <Link
      component={RouterLink}
      to={paths.clients(filter)}
      color="inherit"
      underline="always"
      sx={{ position: "relative", zIndex: 1, whiteSpace: "nowrap" }}
    >
      {words}
    </Link>
  );
}

interface FigureProps {
  overview: Overview | undefined;
  to: string;
}

/** By how much active licences exceed purchased ones. */
const excessOf = (overview: Overview): number =>
  excess({
    used: overview.seats_used,
    total: overview.seats_total,
    usedUnknown: overview.seats_used_unknown,
    totalUnknown: overview.seats_total_unknown,
  });

function Licences({ overview, to }: FigureProps) {
  return (
    <Box sx={{ display: "grid", "&&&": { flex: "1.6 1 208px" }, minWidth: 0 }}>
      <Figure
        label={t("overview.figure.licences")}
        value={overview && <ActiveOfPurchased overview={overview} />}
        note={overview && <LicencesNote overview={overview} />}
        {...(overview && excessOf(overview) > 0 && { tone: "warning" as const })}
        to={to}
      />
    </Box>
  );
}

function ActiveOfPurchased({ overview: { seats_used: used, seats_total: total } }: { overview: Overview }) {
  if (used === null && total === null) return <UnknownValue />;
  return (
    <>
      <NumberOrUnknown value={used} />
      <Box component="span" sx={{ fontSize: "1rem", fontWeight: 500, color: "text.secondary" }}>
        {" / "}
        <NumberOrUnknown value={total} />
      </Box>
    </>
  );
}

/** The numbers of clients whose figures are unknown, each a link to its list. */
function Unknowns({ overview }: { overview: Overview }) {
  const { seats_used_unknown: used, seats_total_unknown: total } = overview;
  const status = "active" as const;
  if (used === total) {
    return <Behind filter={{ status, seats_total: "unknown" }} count={used} what="unknown" />;
  }
  return (
    <>
      {used > 0 && <Behind filter={{ status, seats_used: "unknown" }} count={used} what="usedUnknown" />}
      {total > 0 && <Behind filter={{ status, seats_total: "unknown" }} count={total} what="totalUnknown" />}
    </>
  );
}

/** A text for figures that the product does not send; undefined where it sends both. */
function notSent({ seats_used: used, seats_total: total, products }: Overview): string | undefined {
  if (used !== null && total !== null) return undefined;
  if (products.length === 0) return t("overview.figure.notSentAny");
  const by = { products: formatList(products) };
  if (used === null && total === null) return t("overview.figure.notSent", by);
  return used === null ? t("overview.figure.usedNotSent", by) : t("overview.figure.totalNotSent", by);
}

/** The excess, or the active share where both figures are known for the same number of clients; and the change. */
function shareText(overview: Overview): string {
  const { seats_used: used, seats_total: total, trend } = overview;
  const over = excessOf(overview);
  const change = changeOver(trend, (day) => day.seats_used);
  const alike = overview.seats_used_unknown === overview.seats_total_unknown;
  const share =
    alike && total ? [t("overview.figure.share", { share: formatPercent((used ?? 0) / total) })] : [];
  return [
    ...(over > 0 ? [t("overview.figure.over", { count: over })] : share),
    ...(change ? [change] : []),
  ].join(" · ");
}

function LicencesNote({ overview }: { overview: Overview }) {
  const missing = notSent(overview);
  if (missing) return missing;
  return (
    <>
      {shareText(overview)}
      {overview.seats_used_unknown + overview.seats_total_unknown > 0 && (
        <Links>
          <Unknowns overview={overview} />
        </Links>
      )}
    </>
  );
}

interface ExpiryProps {
  overview: Overview | undefined;
  toExpired: string;
  toExpiring: string;
}

/** What has expired, and what will; they stay beside each other. Hidden where no client in the scope has an end. */
function Expiry({ overview, toExpired, toExpiring }: ExpiryProps) {
  const { expired, expiring_soon: expiring } = overview ?? {};
  if (expired == null || expiring == null) return null;
  return (
    <Box sx={{ display: "flex", gap: 1.5, "&&&": { flex: "1.6 1 272px" }, "& > *": { flex: "1 1 0" } }}>
      <Figure
        label={t("overview.figure.expired")}
        value={formatNumber(expired)}
        note={t("overview.figure.expiredNote", { count: expired })}
        {...(expired > 0 && { tone: "error" as const })}
        to={toExpired}
      />
      <Figure
        label={t("overview.figure.expiring")}
        value={formatNumber(expiring)}
        note={t("overview.figure.expiringNote", { count: expiring })}
        {...(expiring > 0 && { tone: "warning" as const })}
        to={toExpiring}
      />
    </Box>
  );
}
