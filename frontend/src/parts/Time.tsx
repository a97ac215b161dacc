import Tooltip from "@mui/material/Tooltip";
import { useEffect, useState } from "react";
import { momentDistance } from "../i18n/distance";
import { absent, formatDate, formatDateTime, formatMoment } from "../i18n/format";
import { t } from "../i18n/i18n";

/** Returns the current time and rerenders every half minute, so that "2 minutes ago" stays true. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

interface Props {
  at: string | null | undefined;
  /** Without the time of day, for columns of a table. */
  short?: boolean;
}

/**
 * A moment: its date and time, then its distance from now, both as text that can be selected. The zone is shown on
 * hover. An en dash for null.
 */
export function Time({ at, short = false }: Props) {
  const now = useNow();
  if (!at) return <span>{absent}</span>;
  return (
    <Tooltip describeChild title={formatMoment(at)}>
      <time dateTime={at}>
        <Dated date={short ? formatDate(at) : formatDateTime(at)} distance={momentDistance(at, now)} />
      </time>
    </Tooltip>
  );
}

/** A date, and its distance from now. In a narrow cell the distance is cut, not the date. */
export function Dated({ date, distance }: { date: string; distance: string }) {
  return distance === "" ? date : t("parts.distance.dated", { date, distance });
}

/** A day (YYYY-MM-DD) as a date of the user's locale. An en dash for null. */
export function Day({ on }: { on: string | null | undefined }) {
  if (!on) return <span>{absent}</span>;
  return <time dateTime={on}>{formatDate(on)}</time>;
}
