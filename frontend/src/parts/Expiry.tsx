import Box from "@mui/material/Box";
import { dayDistance } from "../i18n/distance";
import { absent, daysUntil, formatDate } from "../i18n/format";
import { ErrorIcon, WarningIcon } from "./icons";
import { Dated, useNow } from "./Time";
import { useTimeZone } from "./timeZone";

const soon = 30;

/**
 * The day something ends, and how far away it is. Past and near days are marked by icon, text and colour. An en dash for
 * null.
 */
export function Expiry({ on }: { on: string | null | undefined }) {
  const now = useNow();
  const zone = useTimeZone();
  if (!on) return <span>{absent}</span>;
  const days = daysUntil(on, now, zone);
  const Icon = days < 0 ? ErrorIcon : WarningIcon;
  return (
    <Box
      component="time"
      dateTime={on}
      sx={{ color: days < 0 ? "error.main" : days <= soon ? "warning.main" : undefined }}
    >
      {days <= soon && <Icon sx={{ fontSize: 14, verticalAlign: "-2px", mr: 0.5 }} aria-hidden />}
      <Dated date={formatDate(on)} distance={dayDistance(on, now, zone)} />
    </Box>
  );
}

/** A day, and how far it is from today. */
export function DayFromNow({ on }: { on: string }) {
  const now = useNow();
  const zone = useTimeZone();
  return (
    <time dateTime={on}>
      <Dated date={formatDate(on)} distance={dayDistance(on, now, zone)} />
    </time>
  );
}
