import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import { absent, daysUntil, formatDate, formatRelativeDay } from "../i18n/format";
import { t } from "../i18n/i18n";
import { ErrorIcon, WarningIcon } from "./icons";
import { useNow } from "./Time";
import { useTimeZone } from "./timeZone";

const soon = 30;

/**
 * The day something ends, relative to today, the date on hover. Past and near days are marked by icon, text and colour.
 */
export function Expiry({ on }: { on: string | null | undefined }) {
  const now = useNow();
  const zone = useTimeZone();
  if (!on) return <span>{absent}</span>;
  const days = daysUntil(on, now, zone);
  const Icon = days < 0 ? ErrorIcon : WarningIcon;
  const relative = formatRelativeDay(on, now, zone);
  return (
    <Tooltip describeChild title={formatDate(on)}>
      <Box
        component="time"
        dateTime={on}
        sx={{ color: days < 0 ? "error.main" : days <= soon ? "warning.main" : undefined }}
      >
        {days <= soon && <Icon sx={{ fontSize: 14, verticalAlign: "-2px", mr: 0.5 }} aria-hidden />}
        {days < 0 ? t("parts.expiry.ended", { when: relative }) : relative}
      </Box>
    </Tooltip>
  );
}

/** A day relative to today, the date on hover. */
export function DayFromNow({ on }: { on: string }) {
  const now = useNow();
  const zone = useTimeZone();
  return (
    <Tooltip describeChild title={formatDate(on)}>
      <time dateTime={on}>{formatRelativeDay(on, now, zone)}</time>
    </Tooltip>
  );
}

/** The day something ends, and how far away it is. */
export function ExpiryDate({ on }: { on: string }) {
  return (
    <>
      {formatDate(on)} (<Expiry on={on} />)
    </>
  );
}
