import type { LicenceSpan, TrendDay } from "../bridge/models";

/** The licences of a customer from a time on: a day, or a moment in RFC 3339. */
export interface LicencePoint {
  time: string;
  active: number | null;
  purchased: number | null;
}

/**
 * The licences of a client by its spans, which begin with the current one; the last point repeats it at the time now. A
 * time between two spans, in which the viewer may not know the figures, is a gap, as is the time after the last one.
 */
export function spanPoints(spans: LicenceSpan[], now: Date): LicencePoint[] {
  const points: LicencePoint[] = [];
  for (const [n, span] of [...spans].reverse().entries()) {
    const gone = span.status === "removed";
    const figures = {
      active: gone ? null : span.seats_used,
      purchased: gone ? null : span.seats_total,
    };
    const next = spans[spans.length - 2 - n];
    points.push({ time: span.from, ...figures });
    if (span.until === null) points.push({ time: now.toISOString(), ...figures });
    else if (next?.from !== span.until) points.push({ time: span.until, active: null, purchased: null });
  }
  return points;
}

/** The licences of an MSP's clients, day by day. */
export const trendPoints = (trend: TrendDay[]): LicencePoint[] =>
  trend.map(({ day, seats_used, seats_total }) => ({
    time: day,
    active: seats_used,
    purchased: seats_total,
  }));
