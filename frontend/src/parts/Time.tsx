import Tooltip from "@mui/material/Tooltip";
import { useEffect, useState } from "react";
import { absent, formatDate, formatMoment, formatRelative } from "../i18n/format";

/** Returns the current time and rerenders every half minute, so that "2 minutes ago" stays true. */
export function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** A moment, relative to now; the absolute time with its zone on hover. An en dash for null. */
export function Time({ at }: { at: string | null | undefined }) {
  const now = useNow();
  if (!at) return <span>{absent}</span>;
  return (
    <Tooltip describeChild title={formatMoment(at)}>
      <time dateTime={at}>{formatRelative(at, now)}</time>
    </Tooltip>
  );
}

/** A day (YYYY-MM-DD) as a date of the user's locale. An en dash for null. */
export function Day({ on }: { on: string | null | undefined }) {
  if (!on) return <span>{absent}</span>;
  return <time dateTime={on}>{formatDate(on)}</time>;
}
