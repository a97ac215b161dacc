import { limits } from "./limits";

// The grammar of the API's filters: backend/postgres/list_grammar.go describes it.

/** One value of a filter. */
export interface Term {
  text: string;
  /** The first character was escaped: the value is neither a keyword nor has a prefix. */
  literal: boolean;
}

/** Rows that have one of the values; negated: rows that have none of them. */
interface FilterValue {
  negated: boolean;
  terms: Term[];
}

/** Parses a filter; undefined where a value is empty or too long, or there are too many. */
export function parseFilter(text: string): FilterValue | undefined {
  const negated = text.startsWith("!");
  const rest = negated ? text.slice(1) : text;
  const terms: Term[] = [];
  let value = "";
  let literal = false;
  for (let at = 0; at <= rest.length; at++) {
    const char = rest[at];
    if (char === undefined || (char === "," && rest[at + 1] !== " ")) {
      terms.push({ text: value, literal });
      value = "";
      literal = false;
      continue;
    }
    const escapes = char === "\\" && at + 1 < rest.length;
    if (escapes && value === "") literal = true;
    if (escapes) at++;
    value += rest[at];
  }
  const wrong = terms.some((term) => term.text === "" || [...term.text].length > limits.filterValue);
  return wrong || terms.length > limits.filterValues ? undefined : { negated, terms };
}

/** A text with what separates values escaped. */
export const escapeText = (text: string) => text.replace(/[\\,]/g, "\\$&");

/** Writes a text as one literal value. */
export const writeText = (text: string) =>
  /^[!^= ]|^none$/.test(text) ? `\\${escapeText(text)}` : escapeText(text);

/** Writes a value as it was parsed. */
export const writeTerm = ({ text, literal }: Term) =>
  literal && !/^[\\,]/.test(text) ? `\\${escapeText(text)}` : escapeText(text);

/** Writes written values as a filter; undefined for none. */
export function writeFilter(values: string[], negated: boolean): string | undefined {
  if (values.length === 0) return undefined;
  return `${negated ? "!" : ""}${values.join(",")}`;
}

/** A range of days, both ends included; null is an open end. */
interface DayRange {
  from: string | null;
  to: string | null;
}

/** Whether a text is a day that exists. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith("0000")) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Parses "2026-12-01", "2026-12-01..", "..2026-12-31" or "2026-12-01..2026-12-31"; undefined for anything else. */
export function parseDays(text: string): DayRange | undefined {
  const [low = "", high = low, ...more] = text.split("..");
  if (more.length > 0 || (low === "" && high === "")) return undefined;
  if ((low !== "" && !isDay(low)) || (high !== "" && !isDay(high))) return undefined;
  if (low !== "" && high !== "" && low > high) return undefined;
  return { from: low || null, to: high || null };
}

export const formatDays = ({ from, to }: DayRange): string =>
  from !== null && from === to ? from : `${from ?? ""}..${to ?? ""}`;
