// How the fake searches, orders and pages its lists.
import type { Page, PageQuery } from "./models";

/** Whether any of the texts holds q; everything holds nothing. */
export const includes = (q: string | undefined, ...texts: (string | null)[]) =>
  !q || texts.some((text) => text?.toLowerCase().includes(q.toLowerCase()));

function compare(a: unknown, b: unknown): number {
  if (a == null || b == null) return a == null ? (b == null ? 0 : 1) : -1;
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}

/** Ordered by a field, descending with a leading minus; what is absent comes last. */
export function sorted<Item>(items: Item[], sort = "name"): Item[] {
  const descends = sort.startsWith("-");
  const field = sort.replace(/^-/, "") as keyof Item;
  const by = (a: Item, b: Item) => compare(a[field], b[field]);
  return items.toSorted((a, b) => (descends ? by(b, a) : by(a, b)));
}

/** The page a query asks for; its cursor is the place of its first item. */
export function page<Item>(items: Item[], query: PageQuery, dataAsOf: string | null): Page<Item> {
  const from = Number(query.cursor || 0);
  const to = from + (query.limit || 50);
  return {
    items: items.slice(from, to),
    next_cursor: to < items.length ? String(to) : null,
    total: items.length,
    data_as_of: dataAsOf,
  };
}
