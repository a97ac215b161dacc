import Box from "@mui/material/Box";
import { absent, formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";
import { WarningIcon } from "./icons";

interface Props {
  used: number | null;
  total: number | null;
}

/** "31 / 40"; what is over the total is said in words, with a shape, before the numbers so that they stay aligned. */
export function UsedOfTotal({ used, total }: Props) {
  if (used === null && total === null) return <span>{absent}</span>;
  const over = used !== null && total !== null ? used - total : 0;
  return (
    <Box component="span" sx={{ whiteSpace: "nowrap" }}>
      {over > 0 && (
        <Box component="span" sx={{ color: "warning.main", fontWeight: 500, mr: 1 }}>
          <WarningIcon sx={{ fontSize: 14, verticalAlign: "-2px", mr: 0.5 }} aria-hidden />
          {t("parts.share.over", { count: over })}
        </Box>
      )}
      {formatNumber(used)} / {formatNumber(total)}
    </Box>
  );
}
