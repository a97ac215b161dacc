import Box from "@mui/material/Box";
import type { ReactNode } from "react";
import { t } from "../i18n/i18n";
import { WarningIcon } from "./icons";
import { Known, Unknown } from "./Unknown";

/** A figure that may be a sum: over how many it is unknown. */
export interface Shares {
  used: number | null;
  total: number | null;
  usedUnknown?: number;
  totalUnknown?: number;
}

/** By how much more is used than there is. Sums over different customers are not compared. */
export function excess({ used, total, usedUnknown = 0, totalUnknown = 0 }: Shares): number {
  if (used === null || total === null || usedUnknown > 0 || totalUnknown > 0) return 0;
  return Math.max(0, used - total);
}

/** Of how many customers the figures of a sum are unknown, in words; undefined where of none. */
export function unknownWords({ used, total, usedUnknown = 0, totalUnknown = 0 }: Shares): string | undefined {
  // A sum of which nothing is known is unknown itself.
  const [ofUsed, ofTotal] = [used === null ? 0 : usedUnknown, total === null ? 0 : totalUnknown];
  if (ofUsed === 0 && ofTotal === 0) return undefined;
  if (ofUsed === ofTotal || total === null) return t("parts.share.unknown", { count: ofUsed });
  if (used === null) return t("parts.share.unknown", { count: ofTotal });
  return t("parts.share.unknownEach", { used: ofUsed, total: ofTotal });
}

/** "31 / 40"; what is over the total or not known is said in words beside it. */
export function UsedOfTotal(shares: Shares) {
  const { used, total } = shares;
  if (used === null && total === null) return <Unknown />;
  const over = excess(shares);
  const unknown = unknownWords(shares);
  return (
    <span>
      {over > 0 && <Over count={over} />}
      <Box component="span" sx={{ whiteSpace: "nowrap" }}>
        <Known value={used} /> / <Known value={total} />
      </Box>
      {unknown && <Aside>{` · ${unknown}`}</Aside>}
    </span>
  );
}

interface NumberProps {
  value: number | null;
  /** How much of it is too much. */
  over?: number;
  /** Of how many customers it is unknown, where it is a sum. */
  unknown?: number;
}

/** A number of a column; what has to be said of it comes first, so that numbers stay aligned. */
export function Count({ value, over = 0, unknown = 0 }: NumberProps) {
  return (
    <Box component="span" sx={{ whiteSpace: "nowrap" }}>
      {over > 0 && <Over count={over} />}
      {value !== null && unknown > 0 && <Aside>{`${t("parts.share.unknown", { count: unknown })} `}</Aside>}
      <Known value={value} />
    </Box>
  );
}

const Over = ({ count }: { count: number }) => (
  <Box component="span" sx={{ color: "warning.main", fontWeight: 500, mr: 1, whiteSpace: "nowrap" }}>
    <WarningIcon sx={{ fontSize: 14, verticalAlign: "-2px", mr: 0.5 }} aria-hidden />
    {t("parts.share.over", { count })}
  </Box>
);

const Aside = ({ children }: { children: ReactNode }) => (
  <Box component="span" sx={{ color: "text.secondary", fontSize: "0.75rem" }}>
    {children}
  </Box>
);
