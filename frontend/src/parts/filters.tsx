import type { ReactNode } from "react";
import { formatList } from "../i18n/format";
import { FilterChip, type FilterOption } from "./FilterBar";
import { parseRangeFilter, RangeChip, rangeWords } from "./RangeChip";

/** One filter of a list: its form in the address, its text, how it is chosen. */
export interface FilterRow<Value> {
  /** First in its chip and in the sentence: "Status"; empty where the words say it all. */
  name: () => string;
  /** Undefined for an invalid text. */
  parse: (text: string) => Value | undefined;
  /** The text after the name: "within 30 days". */
  words: (value: Value) => string;
  choice: Choice<Value>;
  /** A filter that means nothing once this one changes. */
  resets?: string;
}

/** options: from a menu; server: from a menu of the values the server knows, and more; other: drawn by the screen. */
type Choice<Value> =
  | { kind: "options"; options: Value[] }
  | { kind: "server"; more: Value[] }
  | { kind: "range"; withUnknown: boolean }
  | { kind: "other" };

/** One row per filter of a list: the address, the chips, the sentence and the query all follow from it. */
export type FilterTable<Filter> = { [K in keyof Filter]-?: FilterRow<NonNullable<Filter[K]>> };

type Name<Filter> = Extract<keyof Filter, string>;
type Row = FilterRow<unknown>;

const rowsOf = <Filter,>(table: FilterTable<Filter>) => Object.entries(table) as [Name<Filter>, Row][];

/** What the address asks for; an invalid value is left out. */
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

/** What was looked for, in words: “bakery”, Status Missing and Expires within 30 days. Undefined: everything. */
export function filterSentence<Filter>(
  table: FilterTable<Filter>,
  filter: Filter,
  /** Texts that the table cannot know, such as a name for an id. */
  known: Partial<Record<keyof Filter, string | undefined>> = {},
): string | undefined {
  const parts = rowsOf(table).flatMap(([name, row]) => {
    const value = filter[name];
    return value === undefined ? [] : [`${row.name()} ${known[name] ?? row.words(value)}`.trim()];
  });
  return parts.length > 0 ? formatList(parts) : undefined;
}

/** A filter by one of some words. */
export const wordFilter = <Word extends string>(
  name: () => string,
  options: Word[],
  words: (word: Word) => string,
): FilterRow<Word> => ({
  name,
  parse: (text) => options.find((word) => word === text),
  words,
  choice: { kind: "options", options },
});

/** A filter by a text of the product's own; more are values that no customer holds but the API takes. */
export const textFilter = (
  name: () => string,
  longest: number,
  more: { value: string; words: () => string }[] = [],
): FilterRow<string> => ({
  name,
  parse: (text) => text.slice(0, longest),
  words: (text) => more.find(({ value }) => value === text)?.words() ?? text,
  choice: { kind: "server", more: more.map(({ value }) => value) },
});

/** A filter by a number: a range, or unknown. */
export const rangeFilter = (name: () => string, withUnknown: boolean): FilterRow<string> => ({
  name,
  parse: (text) => parseRangeFilter(text, withUnknown),
  words: rangeWords,
  choice: { kind: "range", withUnknown },
});

interface ChipsProps<Filter> {
  table: FilterTable<Filter>;
  filter: Filter;
  set: (changes: Record<string, string | undefined>) => void;
  /** The values the server knows of a filter. */
  server?: Partial<Record<keyof Filter, string[] | undefined>>;
  /** Drawn only while they narrow the list. */
  hidden?: (keyof Filter)[];
  /** The chips of filters the screen draws itself. */
  other?: Partial<Record<keyof Filter, ReactNode>>;
}

/** A chip per filter. One with nothing to choose between is left out, unless the address chose it. */
export function FilterChips<Filter>(props: ChipsProps<Filter>) {
  const { table, filter, set, server = {}, hidden = [], other = {} } = props;
  return rowsOf(table).map(([name, row]) => {
    const value = filter[name];
    if (value === undefined && hidden.includes(name)) return null;
    if (row.choice.kind === "other") return other[name as keyof typeof other];
    return (
      <RowChip
        key={name}
        row={row}
        value={value}
        server={(server as Record<string, string[] | undefined>)[name]}
        onChange={(next) => set({ [name]: next, ...(row.resets && { [row.resets]: undefined }) })}
      />
    );
  });
}

interface ChipProps {
  row: Row;
  value: unknown;
  server: string[] | undefined;
  onChange: (value: string | undefined) => void;
}

function RowChip({ row, value, server = [], onChange }: ChipProps) {
  const { choice } = row;
  if (choice.kind === "range") {
    const range = { value: value as string | undefined, withUnknown: choice.withUnknown };
    return <RangeChip label={row.name()} {...range} onChange={onChange} />;
  }
  if (choice.kind === "other") return null;
  const values = choice.kind === "options" ? choice.options : server;
  if (value === undefined && values.length < 2) return null;
  const options = optionsOf(row, [...values, ...(choice.kind === "server" ? choice.more : [])], value);
  const chosen = value === undefined ? undefined : same(String(value));
  return (
    <FilterChip
      label={row.name()}
      value={options.find((option) => same(option.value) === chosen)?.value}
      options={options}
      onChange={onChange}
    />
  );
}

/** The product's own words compare without case. */
const same = (text: string) => text.toLowerCase();

/** The options of a menu, with the chosen one even where it is not among them. */
function optionsOf(row: Row, values: unknown[], chosen: unknown): FilterOption<string>[] {
  const options = values.map((value) => ({ value: String(value), label: row.words(value) }));
  if (chosen === undefined || options.some(({ value }) => same(value) === same(String(chosen))))
    return options;
  return [...options, { value: String(chosen), label: row.words(chosen) }];
}
