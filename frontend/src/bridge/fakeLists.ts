// How the fake searches, orders and pages its lists.
import type { Page, PageQuery } from "./models";

/** Whether any of the texts contains q; true without q. */
export const includes = (q: string | undefined, ...texts: (string | null)[]) =>
  !q || texts.some((text) => text?.toLowerCase().includes(q.toLowerCase()));

/** A name as the API compares it: without case and marks, ß as ss, with single spaces. */
export const fold = (name: string) =>
  name
    .normalize("NFKD")
    .replace(/[\p{Mn}\p{Me}\p{Cf}]/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("ı", "i")
    .trim()
    .replace(/\s+/g, " ");

/** An id as the API compares it: without the case of A to Z and the space around it. */
export const foldID = (id: string) => id.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Whether a search for q finds a customer by one of its names or by its id in the product. */
export function finds(q: string, names: (string | null)[], id: string): boolean {
  const named = fold(q);
  if (named === "") return false;
  return names.some((name) => fold(name ?? "").includes(named)) || foldID(id).includes(foldID(q));
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === "string" && typeof b === "string")
    return a.localeCompare(b, "en", { sensitivity: "base" });
  return Number(a) - Number(b);
}

function compareBy<Item>(a: Item, b: Item, term: string): number {
  const field = term.replace(/^-/, "") as keyof Item;
  if (a[field] == null || b[field] == null) return Number(a[field] == null) - Number(b[field] == null);
  const order = compare(a[field], b[field]);
  return term.startsWith("-") ? -order : order;
}

/**
 * Sorts by fields, descending with a leading minus: "name,-clients". Absent values come last in both directions.
 */
export function sorted<Item>(items: Item[], sort = "name"): Item[] {
  const terms = sort.split(",");
  return items.toSorted((a, b) => {
    for (const term of terms) {
      const order = compareBy(a, b, term);
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** The page of a query; the cursor is the index of its first item. */
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
