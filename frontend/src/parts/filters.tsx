import type { ReactNode } from "react";
import { formatList } from "../i18n/format";
import { FilterChip, type FilterOption } from "./FilterBar";
import { parseRangeFilter, RangeChip, rangeLabel } from "./RangeChip";

/** One filter of a list: how it is parsed from the address, labelled and chosen. */
export interface FilterRow<Value> {
  /** The start of its chip and of its part of the sentence: "Status"; may be empty. */
  name: () => string;
  /** Undefined for an invalid text. */
  parse: (text: string) => Value | undefined;
  /** The text after the name: "within 30 days". */
  label: (value: Value) => string;
  /** The whole text of the chip where it does not begin with the name: "Expired". */
  whole?: (value: Value) => string | undefined;
  choice: Choice<Value>;
  /** A filter to clear when this one changes. */
  resets?: string;
}

/** options: a menu; server: a menu of the values in the data, and more; other: rendered by the screen. */
type Choice<Value> =
  | { kind: "options"; options: Value[] }
  | { kind: "server"; more: Value[] }
  | { kind: "range"; withUnknown: boolean }
  | { kind: "other" };

/** One row per filter of a list, from which the address, the chips, the sentence and the query are derived. */
export type FilterTable<Filter> = { [K in keyof Filter]-?: FilterRow<NonNullable<Filter[K]>> };

type Name<Filter> = Extract<keyof Filter, string>;
type Row = FilterRow<unknown>;

const rowsOf = <Filter,>(table: FilterTable<Filter>) => Object.entries(table) as [Name<Filter>, Row][];

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
    return [row.whole?.(value) ?? `${row.name()} ${known[name] ?? row.label(value)}`.trim()];
  });
  return parts.length > 0 ? formatList(parts) : undefined;
}

/** A filter by one value of an enumeration. */
export const optionFilter = <Value extends string>(
  name: () => string,
  options: Value[],
  label: (value: Value) => string,
): FilterRow<Value> => ({
  name,
  parse: (text) => options.find((value) => value === text),
  label,
  choice: { kind: "options", options },
});

/** A filter by a text of the product's; more are further values that the API accepts. */
export const textFilter = (
  name: () => string,
  longest: number,
  more: { value: string; label: () => string }[] = [],
): FilterRow<string> => ({
  name,
  parse: (text) => text.slice(0, longest),
  label: (text) => more.find(({ value }) => value === text)?.label() ?? text,
  choice: { kind: "server", more: more.map(({ value }) => value) },
});

/** A filter by a number: a range, or unknown. */
export const rangeFilter = (name: () => string, withUnknown: boolean): FilterRow<string> => ({
  name,
  parse: (text) => parseRangeFilter(text, withUnknown),
  label: rangeLabel,
  choice: { kind: "range", withUnknown },
});

interface ChipsProps<Filter> {
  table: FilterTable<Filter>;
  filter: Filter;
  set: (changes: Record<string, string | undefined>) => void;
  /** The values of a filter that occur in the data. */
  server?: Partial<Record<keyof Filter, string[] | undefined>>;
  /** Filters to hide unless they are set. */
  hidden?: (keyof Filter)[];
  /** The chips of filters with choice "other". */
  other?: Partial<Record<keyof Filter, ReactNode>>;
}

/** A chip per filter. A filter with less than two values is hidden unless it is set. */
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
  const chosen = value === undefined ? undefined : normal(String(value));
  return (
    <FilterChip
      label={row.name()}
      value={options.find((option) => normal(option.value) === chosen)?.value}
      options={options}
      onChange={onChange}
    />
  );
}

/** The product's texts are compared without case. */
const normal = (text: string) => text.toLowerCase();

/** The options of a menu, with the chosen value even where it is not among them. */
function optionsOf(row: Row, values: unknown[], chosen: unknown): FilterOption<string>[] {
  const options = values.map((value) => optionOf(row, value));
  if (chosen === undefined || options.some(({ value }) => normal(value) === normal(String(chosen))))
    return options;
  return [...options, optionOf(row, chosen)];
}

function optionOf(row: Row, value: unknown): FilterOption<string> {
  const whole = row.whole?.(value);
  return { value: String(value), label: row.label(value), ...(whole !== undefined && { whole }) };
}
