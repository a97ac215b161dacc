import Box from "@mui/material/Box";
import { absent, formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";

/** An en dash where something is not known; assistive technology reads "unknown". */
export function Unknown() {
  return (
    <Box component="span" role="img" aria-label={t("parts.unknown")} sx={{ color: "text.secondary" }}>
      {absent}
    </Box>
  );
}

/** A number, grouped; Unknown for null. */
export const Known = ({ value }: { value: number | null }) =>
  value === null ? <Unknown /> : formatNumber(value);
