import Box from "@mui/material/Box";
import type { ReactNode } from "react";
import { t } from "../i18n/i18n";
import { WarningIcon } from "./icons";
import { NumberOrUnknown, UnknownValue } from "./UnknownValue";

/** Used and total licences. For sums, how many customers lack each figure. */
export interface Usage {
  used: number | null;
  total: number | null;
  usedUnknown?: number;
  totalUnknown?: number;
}

/** By how much used exceeds total. Sums over different customers are not compared. */
export function excess({ used, total, usedUnknown = 0, totalUnknown = 0 }: Usage): number {
  if (used === null || total === null || usedUnknown > 0 || totalUnknown > 0) return 0;
  return Math.max(0, used - total);
}

/** A text with the number of customers whose figures are unknown; undefined for none. */
export function unknownText({ used, total, usedUnknown = 0, totalUnknown = 0 }: Usage): string | undefined {
  // A sum without any known figure is unknown itself.
  const [ofUsed, ofTotal] = [used === null ? 0 : usedUnknown, total === null ? 0 : totalUnknown];
  if (ofUsed === 0 && ofTotal === 0) return undefined;
  if (ofUsed === ofTotal || total === null) return t("parts.share.unknown", { count: ofUsed });
  if (used === null) return t("parts.share.unknown", { count: ofTotal });
  return t("parts.share.unknownEach", { used: ofUsed, total: ofTotal });
}

/** "31 / 40", with the excess and the number of unknown figures as text beside it. */
export function UsedOfTotal(usage: Usage) {
  const { used, total } = usage;
  if (used === null && total === null) return <UnknownValue />;
  const over = excess(usage);
  const unknown = unknownText(usage);
  return (
    <span>
      {over > 0 && <Over count={over} />}
      <Box component="span" sx={{ whiteSpace: "nowrap" }}>
        <NumberOrUnknown value={used} /> / <NumberOrUnknown value={total} />
      </Box>
      {unknown && <Aside>{` · ${unknown}`}</Aside>}
    </span>
  );
}

interface NumberProps {
  value: number | null;
  /** The excess. */
  over?: number;
  /** For a sum: how many customers lack the figure. */
  unknown?: number;
}

/** A number in a column. Notes come first, so that the numbers stay aligned. */
export function Count({ value, over = 0, unknown = 0 }: NumberProps) {
  return (
    <Box component="span" sx={{ whiteSpace: "nowrap" }}>
      {over > 0 && <Over count={over} />}
      {value !== null && unknown > 0 && <Aside>{`${t("parts.share.unknown", { count: unknown })} `}</Aside>}
      <NumberOrUnknown value={value} />
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
