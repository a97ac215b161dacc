// How the fake searches, orders and pages its lists.
import type { Page, PageQuery } from "./models";

/** Whether any of the texts holds q; everything holds nothing. */
export const includes = (q: string | undefined, ...texts: (string | null)[]) =>
  !q || texts.some((text) => text?.toLowerCase().includes(q.toLowerCase()));

function compare(a: unknown, b: unknown): number {
  if (typeof a === "string" && typeof b === "string")
    return a.localeCompare(b, "en", { sensitivity: "base" });
  return Number(a) - Number(b);
}

/** Ordered by a field, descending with a leading minus; what is absent comes last in either direction. */
export function sorted<Item>(items: Item[], sort = "name"): Item[] {
  const descends = sort.startsWith("-");
  const field = sort.replace(/^-/, "") as keyof Item;
  return items.toSorted((a, b) => {
    if (a[field] == null || b[field] == null) return Number(a[field] == null) - Number(b[field] == null);
    const order = compare(a[field], b[field]);
    return descends ? -order : order;
  });
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
