import { type Distance, distanceTo, distanceToDay } from "./format";
import { t } from "./i18n";

function inWords({ count, unit }: Distance): string {
  const length = t(`parts.distance.${unit}`, { count: Math.abs(count) });
  return t(count < 0 ? "parts.distance.past" : "parts.distance.future", { length });
}

/** How far a moment is from now, short enough to follow its date: "3 min ago", "in 2 d", "now". "" for an invalid one. */
export function momentDistance(value: string | Date, now: Date): string {
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return "";
  const distance = distanceTo(moment, now);
  return distance.count === 0 ? t("parts.distance.now") : inWords(distance);
}

/** How far a day is from today in a time zone: "tomorrow", "in 12 d", "35 d ago". "" for an invalid one. */
export function dayDistance(day: string, now: Date, zone?: string): string {
  const distance = distanceToDay(day, now, zone);
  if (Number.isNaN(distance.count)) return "";
  if (distance.unit === "day" && distance.count === 0) return t("parts.distance.today");
  if (distance.unit === "day" && distance.count === 1) return t("parts.distance.tomorrow");
  if (distance.unit === "day" && distance.count === -1) return t("parts.distance.yesterday");
  return inWords(distance);
}
