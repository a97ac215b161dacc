import Box from "@mui/material/Box";
import { absent, formatNumber } from "../i18n/format";
import { t } from "../i18n/i18n";

/** An en dash for an unknown value; assistive technology reads "unknown". */
export function UnknownValue() {
  return (
    <Box component="span" role="img" aria-label={t("parts.unknown")} sx={{ color: "text.secondary" }}>
      {absent}
    </Box>
  );
}

/** A grouped number; UnknownValue for null. */
export const NumberOrUnknown = ({ value }: { value: number | null }) =>
  value === null ? <UnknownValue /> : formatNumber(value);
