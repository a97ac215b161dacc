import Box from "@mui/material/Box";
import type { MSP } from "../bridge/models";
import { paths } from "../bridge/paths";
import { licences } from "../customers/columns";
import { formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import { Expiry } from "../parts/Expiry";
import { Figure } from "../parts/Figure";
import { SeatsBar } from "../parts/SeatsBar";
import { UsedOfTotal, unknownText } from "../parts/UsedOfTotal";

interface Props {
  /** Undefined while it loads. */
  msp: MSP | undefined;
  /** Whether any of its clients has an expiry date. */
  withExpiry: boolean;
}

/** What an MSP's own users ask first: how many clients and licences it has, and what ends next. */
export function OwnFigures({ msp, withExpiry }: Props) {
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, mb: 1.5, "& > *": { flex: "1 1 180px" } }}>
      <Figure
        label={t("msps.figure.clients")}
        value={msp && formatNumber(msp.clients)}
        note={t("msps.figure.clientsNote")}
        to={paths.clients({ status: "active" })}
      />
      <Figure
        label={t("customers.fact.licences")}
        value={msp && <UsedOfTotal used={msp.seats_used} total={msp.seats_total} />}
        note={msp && (unknownText(licences(msp)) ?? <SeatsBar {...licences(msp)} />)}
        to={paths.clients({ status: "active", sort: "-seats_used" })}
      />
      {withExpiry && <Ends msp={msp} />}
    </Box>
  );
}

/** How many licences have expired, and which day is the next. */
function Ends({ msp }: { msp: MSP | undefined }) {
  return (
    <>
      <Figure
        label={t("msps.figure.expired")}
        value={msp && formatNumber(msp.expired)}
        note={msp && t("msps.figure.expiredNote", { count: msp.expired })}
        {...(msp && msp.expired > 0 && { tone: "error" as const })}
        to={paths.clients({ expires_on: "expired", sort: "-expires_on" })}
      />
      <Figure
        label={t("msps.fact.nextEnd")}
        value={msp && <NextEnd on={msp.next_expires_on} />}
        to={paths.clients({ expires_on: "30d", sort: "expires_on" })}
      />
    </>
  );
}

const NextEnd = ({ on }: { on: string | null }) => (
  <Box component="span" sx={{ fontSize: "1rem", letterSpacing: 0 }}>
    <Expiry on={on} />
  </Box>
);
