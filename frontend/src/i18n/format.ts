/** Shown in place of an unknown value. */
export const absent = "–";

/** The locale of the user's system for numbers and dates, independent of the language of the texts. */
function locale(): string | undefined {
  if (typeof navigator === "undefined") return undefined;
  try {
    return Intl.getCanonicalLocales(navigator.language)[0];
  } catch {
    // A system without a locale has "C", which is not a language tag.
    return "en";
  }
}

const formatters = new Map<string, unknown>();

// Making an Intl formatter costs far more than using one.
function once<T>(key: string, make: () => T): T {
  const full = `${locale()} ${key}`;
  if (!formatters.has(full)) formatters.set(full, make());
  return formatters.get(full) as T;
}

/** 1234.5 → "1,234.5"; an en dash for null and undefined. */
export function formatNumber(value: number | null | undefined): string {
  if (value == null) return absent;
  return once("number", () => new Intl.NumberFormat(locale())).format(value);
}

/** 12 → "+12". */
export const formatChange = (value: number): string =>
  once("change", () => new Intl.NumberFormat(locale(), { signDisplay: "exceptZero" })).format(value);

/** 0.754 → "75%". */
export function formatPercent(value: number | null | undefined): string {
  if (value == null) return absent;
  return once("percent", () => new Intl.NumberFormat(locale(), { style: "percent" })).format(value);
}

// A day without a time has no time zone: parsed and formatted as UTC it stays the same day.
const isDay = (value: string | Date): value is string =>
  typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value);

/** A day ("2027-03-31") or a moment as a date of the user's locale: "31 Mar 2027". */
export function formatDate(value: string | Date | null | undefined): string {
  if (value == null || value === "") return absent;
  const zone = isDay(value) ? "UTC" : undefined;
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return String(value);
  return once(
    `date ${zone}`,
    () => new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: zone }),
  ).format(date);
}

/** A moment with its time and zone: "31 Mar 2027, 14:05 CEST". */
export function formatMoment(value: string | Date | null | undefined): string {
  if (value == null || value === "") return absent;
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return String(value);
  return once(
    "moment",
    () =>
      new Intl.DateTimeFormat(locale(), {
        day: "numeric",
        month: "short",
        year: "numeric",
        hour: "2-digit",
        minute: "2-digit",
        timeZoneName: "short",
      }),
  ).format(date);
}

/** A moment with its time of day: "31 Mar 2027, 14:05". */
export function formatDateTime(value: string | Date | null | undefined): string {
  if (value == null || value === "") return absent;
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return String(value);
  return once(
    "date and time",
    () => new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }),
  ).format(date);
}

type Unit = "year" | "month" | "day" | "hour" | "minute" | "second";

/** A length of time in one unit; negative for the past. */
export interface Distance {
  count: number;
  unit: Unit;
}

const steps: [Unit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/**
 * How far a moment is from now, 0 seconds under a minute. Past times are rounded down. Future times are rounded to the
 * nearest unit, so that a period of three days starts as 3 days.
 */
export function distanceTo(moment: Date, now: Date): Distance {
  const seconds = (moment.getTime() - now.getTime()) / 1000;
  for (const [unit, size] of steps) {
    if (seconds >= 0.995 * size) return { count: Math.round(seconds / size), unit };
    if (-seconds >= size) return { count: Math.trunc(seconds / size), unit };
  }
  return { count: 0, unit: "second" };
}

/** A moment relative to now: "3 minutes ago", "in 2 days"; under a minute "now". */
export function formatRelative(value: string | Date | null | undefined, now: Date = new Date()): string {
  if (value == null || value === "") return absent;
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return String(value);
  const { count, unit } = distanceTo(moment, now);
  return once("relative", () => new Intl.RelativeTimeFormat("en", { numeric: "auto" })).format(count, unit);
}

function dayFormat(zone: string | undefined): Intl.DateTimeFormat {
  const parts = { day: "2-digit", month: "2-digit", year: "numeric" } as const;
  try {
    return new Intl.DateTimeFormat("en", { ...parts, timeZone: zone });
  } catch {
    // The system does not know the time zone.
    return new Intl.DateTimeFormat("en", parts);
  }
}

/** The day (YYYY-MM-DD) of a moment in a time zone; in the user's own where the zone is missing or unknown. */
export function dayIn(zone: string | undefined, moment: Date): string {
  const parts = once(`day ${zone}`, () => dayFormat(zone)).formatToParts(moment);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
}

/** Whole days from today, in a time zone, to a day; negative for a past day. */
export function daysUntil(day: string, now: Date = new Date(), zone?: string): number {
  return Math.round((Date.parse(day) - Date.parse(dayIn(zone, now))) / 86_400_000);
}

/** A moment's time of day: "14:05". */
export function formatTime(value: Date): string {
  return once("time", () => new Intl.DateTimeFormat(locale(), { timeStyle: "short" })).format(value);
}

/** How far a day is from today in a time zone: in days up to three months, then in months, and from two years in years. */
export function distanceToDay(day: string, now: Date = new Date(), zone?: string): Distance {
  const days = daysUntil(day, now, zone);
  if (Math.abs(days) <= 90) return { count: days, unit: "day" };
  if (Math.abs(days) < 730) return { count: Math.trunc(days / 30.44), unit: "month" };
  return { count: Math.trunc(days / 365.25), unit: "year" };
}

/** "a, b and c". */
export const formatList = (items: string[]): string =>
  once("list", () => new Intl.ListFormat("en", { type: "conjunction" })).format(items);

/** "a, b or c". */
export const formatAlternatives = (items: string[]): string =>
  once("alternatives", () => new Intl.ListFormat("en", { type: "disjunction" })).format(items);

/** The days from one to another: "1–31 Dec 2026"; one day alone where they are the same. */
export const formatDayRange = (from: string, to: string): string =>
  once(
    "day range",
    () => new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" }),
  ).formatRange(new Date(from), new Date(to));

/** A day without its year: "31 Mar". */
export const formatShortDay = (day: string): string =>
  once(
    "short day",
    () => new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short", timeZone: "UTC" }),
  ).format(new Date(day));

/** A length of time: "4 s", "3 min 20 s", "1 h 5 min". An en dash for null. */
export function formatDuration(ms: number | null): string {
  if (ms === null || Number.isNaN(ms) || ms < 0) return absent;
  const seconds = Math.round(ms / 1000);
  const unit = (value: number, of: "second" | "minute" | "hour") =>
    once(of, () => new Intl.NumberFormat("en", { style: "unit", unit: of, unitDisplay: "short" })).format(
      value,
    );
  if (seconds < 60) return unit(seconds, "second");
  if (seconds < 3_600) return `${unit(Math.floor(seconds / 60), "minute")} ${unit(seconds % 60, "second")}`;
  return `${unit(Math.floor(seconds / 3_600), "hour")} ${unit(Math.floor((seconds % 3_600) / 60), "minute")}`;
}

/** The host of a URL, with its port; the text itself where it is not a URL. */
export function formatHost(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}
