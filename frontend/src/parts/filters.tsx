import type { ReactNode } from "react";
import { parseFilter, type Term, writeFilter } from "../bridge/filterValue";
import { formatAlternatives, formatList } from "../i18n/format";
import { t } from "../i18n/i18n";
import { ChoiceChip, type Counting, type Counts } from "./ChoiceChip";
import { DaysChip, type DaysKind, daysLabel, parseDaysFilter } from "./DaysChip";
import { parseRangeFilter, RangeChip, rangeLabel } from "./RangeChip";
import { parseTextFilter, TextChip, textLabel } from "./TextChip";
import type { BarChip } from "./useSetFirst";

/** One filter of a list: how it is parsed from the address, labelled and chosen. Its values are as in the address. */
export interface FilterRow {
  /** The start of its chip and of its part of the sentence: "Status"; may be empty. */
  name: () => string;
  /** Undefined for an invalid text. */
  parse: (text: string) => string | undefined;
  /** The text after the name: "within 30 days". */
  label: (value: string) => string;
  /** The whole text of the chip where it does not begin with the name: "Expired". */
  whole?: (value: string) => string | undefined;
  choice: Kind;
  /** A filter to clear when this one changes to a value. */
  resets?: (value: string | undefined) => string | undefined;
}

/** values: a menu; server: a menu of the values in the data; other: rendered by the screen. */
type Kind =
  | { kind: "values"; values: string[]; labelOf: (term: Term) => string }
  | { kind: "server"; labelOf: (term: Term) => string }
  | { kind: "range"; withUnknown: boolean; signed: boolean }
  | { kind: "days"; days: DaysKind }
  | { kind: "text"; withEmpty: boolean }
  | { kind: "other" };

/** One row per filter of a list, from which the address, the chips, the sentence and the query are derived. */
export type FilterTable<Filter> = { [K in keyof Filter]-?: FilterRow };

type Name<Filter> = Extract<keyof Filter, string>;

const rowsOf = <Filter,>(table: FilterTable<Filter>) => Object.entries(table) as [Name<Filter>, FilterRow][];

/** The filter in the address; invalid values are ignored. */
export function filterFrom<Filter>(
  table: FilterTable<Filter>,
  get: (name: string) => string | undefined,
): Filter {
  const filter: Record<string, unknown> = {};
  for (const [name, { parse }] of rowsOf(table)) {
    const text = get(name);
    const value = text === undefined ? undefined : parse(text);
    if (value !== undefined) filter[name] = value;
  }
  return filter as Filter;
}

/** The filter as a sentence: “bakery”, Status Missing and Expires within 30 days. Undefined for no filter. */
export function filterSentence<Filter>(
  table: FilterTable<Filter>,
  filter: Filter,
  /** Labels that the table cannot know, such as a name for an id. */
  known: Partial<Record<keyof Filter, string | undefined>> = {},
): string | undefined {
  const parts = rowsOf(table).flatMap(([name, row]) => {
    const value = filter[name];
    if (value === undefined) return [];
    const text = String(value);
    return [row.whole?.(text) ?? `${row.name()} ${known[name] ?? row.label(text)}`.trim()];
  });
  return parts.length > 0 ? formatList(parts) : undefined;
}

/** The label of a filter whose values are each labelled: "Missing or Disabled", "is not Removed". */
function choiceLabel(value: string, labelOf: (term: Term) => string): string {
  const { negated, terms } = parseFilter(value) ?? { negated: false, terms: [] };
  const text = formatAlternatives(terms.map(labelOf));
  return negated ? t("parts.filter.not", { text }) : text;
}

/** A filter by values of an enumeration. more are further values that the API accepts, which are not offered. */
export function optionFilter<Value extends string>(
  name: () => string,
  values: Value[],
  label: (value: Value) => string,
  more: { text: string; as: Value }[] = [],
): FilterRow {
  const known = ({ text }: Term) =>
    values.find((value) => value === text) ?? more.find((one) => one.text === text)?.as;
  const labelOf = (term: Term) => {
    const value = known(term);
    return value === undefined ? term.text : label(value);
  };
  return {
    name,
    parse: (text) => {
      const filter = parseFilter(text);
      const found = filter?.terms.map(known).filter((value) => value !== undefined);
      return filter && found?.length === filter.terms.length ? writeFilter(found, filter.negated) : undefined;
    },
    label: (value) => choiceLabel(value, labelOf),
    choice: { kind: "values", values, labelOf },
  };
}

/** A filter by texts of the product's; empty labels rows without one. */
export function wordFilter(name: () => string, empty: () => string): FilterRow {
  const labelOf = ({ text, literal }: Term) => (text === "none" && !literal ? empty() : text);
  return {
    name,
    parse: (text) => (parseFilter(text) ? text : undefined),
    label: (value) => choiceLabel(value, labelOf),
    choice: { kind: "server", labelOf },
  };
}

/** A filter by a number: ranges, or unknown. signed: the number may be negative. */
export const rangeFilter = (name: () => string, withUnknown: boolean, signed = false): FilterRow => ({
  name,
  parse: (text) => parseRangeFilter(text, withUnknown, signed),
  label: rangeLabel,
  choice: { kind: "range", withUnknown, signed },
});

/** A filter by a name or an id. */
export const textFilter = (name: () => string, withEmpty = false): FilterRow => ({
  name,
  parse: (text) => parseTextFilter(text, withEmpty),
  label: (value) => textLabel(value, withEmpty),
  choice: { kind: "text", withEmpty },
});

/** A filter by days. */
export const daysFilter = (name: () => string, days: DaysKind = onlyDays): FilterRow => ({
  name,
  parse: (text) => parseDaysFilter(text, days),
  label: (value) => daysLabel(value, days),
  choice: { kind: "days", days },
});

const onlyDays: DaysKind = { more: [], labelOf: (value) => value, accepts: () => false };

interface ChipsOptions<Filter> {
  table: FilterTable<Filter>;
  filter: Filter;
  set: (changes: Record<string, string | undefined>) => void;
  /** Counts the values of a filter under the others; undefined where the API does not. */
  counting?: Counting;
  /** Filters to hide unless they are set. */
  hidden?: (keyof Filter)[];
  /** The chips of filters with choice "other". */
  other?: Partial<Record<keyof Filter, ChipOfScreen | false>>;
}

interface ChipOfScreen {
  chip: ReactNode;
  /** Whether the chip has a filter that is set; only needed where it has several. */
  set?: boolean;
}

/** The chips of the filters of a list, for its FilterBar. */
export function filterChips<Filter>(options: ChipsOptions<Filter>): BarChip[] {
  const { table, filter, set, counting, hidden = [], other } = options;
  const chipOf = (name: Name<Filter>, row: FilterRow): ChipOfScreen | false | undefined => {
    const value = filter[name] as string | undefined;
    if (row.choice.kind === "other") return other?.[name];
    const onChange = (next: string | undefined) => {
      const reset = row.resets?.(next);
      set({ [name]: next, ...(reset && { [reset]: undefined }) });
    };
    const onOpen = (open: boolean) => counting?.onOpen(open ? name : "");
    const counts = counting?.of(name) ?? false;
    return { chip: <RowChip row={row} value={value} counts={counts} onOpen={onOpen} onChange={onChange} /> };
  };
  return rowsOf(table).flatMap(([name, row]) => {
    const isSet = filter[name] !== undefined;
    const shown = (isSet || !hidden.includes(name)) && chipOf(name, row);
    return shown ? [{ name, set: isSet, ...shown }] : [];
  });
}

interface ChipProps {
  row: FilterRow;
  value: string | undefined;
  counts: Counts | false;
  onOpen: (open: boolean) => void;
  onChange: (value: string | undefined) => void;
}

function RowChip({ row, value, counts, onOpen, onChange }: ChipProps) {
  const { choice } = row;
  const common = { label: row.name(), value, onChange };
  const whole = value === undefined ? undefined : row.whole?.(value);
  switch (choice.kind) {
    case "other":
      return null;
    case "range":
      return <RangeChip {...common} withUnknown={choice.withUnknown} signed={choice.signed} />;
    case "days":
      return <DaysChip {...common} kind={choice.days} whole={whole} />;
    case "text":
      return <TextChip {...common} withEmpty={choice.withEmpty} />;
  }
  const { labelOf } = choice;
  const fixed = choice.kind === "values" ? choice.values : undefined;
  return (
    <ChoiceChip
      {...common}
      chosen={value === undefined ? undefined : row.label(value)}
      whole={whole}
      choices={fixed?.map((text) => ({ value: text, label: labelOf({ text, literal: false }) }))}
      labelOf={labelOf}
      counts={counts}
      onOpen={onOpen}
    />
  );
}
