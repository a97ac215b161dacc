/** A range of whole numbers, both ends included; null is an open end. */
export interface NumberRange {
  from: number | null;
  to: number | null;
}

const number = (text: string, signed: boolean): number | null | undefined => {
  if (text === "") return null;
  const value = (signed ? /^-?\d{1,16}$/ : /^\d{1,16}$/).test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(value) ? value : undefined;
};

/** Parses "5", "5..", "..5" or "5..10", the API's format; undefined for anything else. signed: also "-5..-1". */
export function parseRange(text: string, signed = false): NumberRange | undefined {
  const [low = "", high = low, ...more] = text.split("..");
  const from = number(low, signed);
  const to = number(high, signed);
  if (more.length > 0 || from === undefined || to === undefined) return undefined;
  if ((from === null && to === null) || (from !== null && to !== null && from > to)) return undefined;
  return { from, to };
}

/** A range in the API's format: "5..10". */
export const formatRange = ({ from, to }: NumberRange): string =>
  from !== null && from === to ? String(from) : `${from ?? ""}..${to ?? ""}`;
