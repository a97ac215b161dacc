// The search of the fake. It ranks as the API does: backend/postgres/search.go describes the ranks, and the cases in its
// testdata/ranked_search.json are run against both.

import { fold, foldID } from "./fakeLists";
import type { World } from "./fakeWorld";
import { limits } from "./limits";
import type {
  Client,
  Me,
  MSP,
  Page,
  PageQuery,
  Scope,
  SearchHit,
  SearchQuery,
  SearchResult,
  UserFilter,
  UserItem,
} from "./models";
import { Problem } from "./problem";

interface Tools {
  world: World;
  need: (permission: Me["permissions"][number]) => Me;
  scope: () => Scope;
  msps: (query: PageQuery) => Page<MSP>;
  clients: (query: PageQuery) => Page<Client>;
  users: (query: UserFilter & PageQuery) => Page<UserItem>;
}

type Kind = SearchHit["kind"];

/** What may be found, with the texts that a search compares. */
interface Candidate extends Pick<SearchHit, "id" | "name" | "context" | "status"> {
  /** The id in the product, or the address. */
  code: string;
  mspName?: string | null;
  formerNames?: string[];
}

interface Ranked {
  hit: SearchHit;
  rank: number;
  statusOrder: number;
  key: string;
}

/** A function that computes the result for a text once. */
function once<Result>(compute: (text: string) => Result): (text: string) => Result {
  const known = new Map<string, Result>();
  return (text) => {
    const result = known.get(text) ?? compute(text);
    known.set(text, result);
    return result;
  };
}

const keyOf = once(fold);

const everything = { limit: 100_000 };
const enoughHits = 3;
const statusOrders: Partial<Record<SearchHit["status"], number>> = { missing: 1, removed: 2, deactivated: 1 };

export function fakeSearch({ world, need, scope, ...lists }: Tools) {
  function candidates(me: Me): [Kind, Candidate[]][] {
    const found: [Kind, Candidate[]][] = [];
    const can = (permission: Me["permissions"][number]) => me.permissions.includes(permission);
    const former = (id: string) => world.formerNames[id] ?? [];
    if (can("see_msps")) {
      const msps = lists.msps(everything).items;
      found.push([
        "msp",
        msps.map((msp) => ({ ...customer(msp), context: "", formerNames: former(msp.id) })),
      ]);
    }
    const whole = scope().level === "mssp";
    const clients = lists.clients(everything).items.map((client) => ({
      ...customer(client),
      context: client.msp_name ?? "",
      mspName: whole ? client.msp_name : null,
      formerNames: former(client.id),
    }));
    found.push(["client", clients]);
    if (can("manage_users")) found.push(["user", lists.users(everything).items.map(asCandidate)]);
    return found;
  }

  return (query: SearchQuery): SearchResult => {
    const me = need("see_clients");
    const length = [...query.q.trim()].length;
    if (length < 1 || length > limits.search) {
      throw new Problem("invalid", {
        field: "q",
        message: `Send q with 1 to ${limits.search} characters to search for.`,
      });
    }
    const ranked = candidates(me).map(([kind, all]) => ({ kind, found: rank(kind, all, query.q) }));
    return {
      items: ranked
        .flatMap(({ found }) => found.slice(0, query.limit))
        .sort(byRank)
        .map(({ hit }) => hit),
      totals: ranked.map(({ kind, found }) => {
        const total = found.filter(({ rank }) => rank < 6 || rank === 7).length;
        return { kind, total, more: false };
      }),
    };
  };
}

const customer = ({ id, name, status, external_id }: MSP | Client) => ({
  id,
  name,
  status,
  code: external_id,
});

const asCandidate = ({ id, name, email, active }: UserItem): Candidate => ({
  id,
  name: name || email,
  context: name ? email : "",
  status: active ? "active" : "deactivated",
  code: email,
});

const byRank = (a: Ranked, b: Ranked) =>
  a.rank - b.rank || a.statusOrder - b.statusOrder || (a.key < b.key ? -1 : Number(a.key > b.key));

function rank(kind: Kind, all: Candidate[], q: string): Ranked[] {
  const close = all.map((one) => ranked(kind, one, closeness(kind, one, q)));
  const better = close.filter((one) => one !== null);
  const similar =
    better.length >= enoughHits || better.some(({ rank }) => rank <= 2)
      ? []
      : all.filter((_, n) => close[n] === null).map((one) => ranked(kind, one, likeness(one, q)));
  return [...better, ...similar.filter((one) => one !== null)].sort(byRank);
}

type Closeness = Pick<SearchHit, "matched" | "text"> & { rank: number };

function ranked(kind: Kind, one: Candidate, how: Closeness | null): Ranked | null {
  if (!how) return null;
  const { id, name, context, status } = one;
  const { rank, matched, text } = how;
  const hit = { kind, id, name, context, status, matched, text };
  return { hit, rank, statusOrder: statusOrders[status] ?? 0, key: keyOf(name) };
}

function closeness(kind: Kind, one: Candidate, q: string): Closeness | null {
  // No text contains the placeholder.
  const [text, code] = [fold(q) || "\u0001", foldID(q) || "\u0001"];
  const [key, id] = [keyOf(one.name), foldID(one.code)];
  const named = { matched: "name" as const, text: one.name };
  const coded = { matched: kind === "user" ? ("email" as const) : ("product_id" as const), text: one.code };
  const either = key.includes(text) ? named : coded;
  if (id === code) return { rank: 1, ...coded };
  if (key === text) return { rank: 2, ...named };
  if (key.startsWith(text) || id.startsWith(code)) return { rank: 3, ...either };
  if (key.includes(` ${text}`)) return { rank: 4, ...named };
  if (key.includes(text) || id.includes(code)) return { rank: 5, ...either };
  const former = one.formerNames?.find((name) => keyOf(name).includes(text));
  if (former) return { rank: 6, matched: "former_name", text: former };
  if (one.mspName && keyOf(one.mspName).includes(text)) {
    return { rank: 7, matched: "msp", text: one.mspName };
  }
  return null;
}

function likeness({ name }: Candidate, q: string): Closeness | null {
  const [text, key] = [fold(q), keyOf(name)];
  const { length } = [...text];
  if (length < 4 || !/[a-z]/.test(text)) return null;
  const least = length < 5 ? 0.5 : length < 8 ? 0.4 : length < 12 ? 0.45 : 0.55;
  const similarity = swapped(text).some((other) => key.includes(other)) ? 1 : wordSimilarity(text, key);
  return similarity < least ? null : { rank: 9 - similarity, matched: "similar", text: name };
}

/** The text with each two letters in a row exchanged. */
function swapped(text: string): string[] {
  const letters = [...text];
  if (letters.length > 40) return [];
  return letters.slice(1).flatMap((letter, n) => {
    if (letter === letters[n]) return [];
    return [[...letters.slice(0, n), letter, letters[n], ...letters.slice(n + 2)].join("")];
  });
}

const trigrams = once((text): string[] =>
  (text.match(/[\p{L}\p{N}]+/gu) ?? []).flatMap((word) => {
    const padded = [...`  ${word} `];
    return padded.slice(2).map((_, n) => padded.slice(n, n + 3).join(""));
  }),
);

/** The greatest similarity of the text to consecutive trigrams of a name, as word_similarity of PostgreSQL. */
function wordSimilarity(text: string, name: string): number {
  const own = new Set(trigrams(text));
  const others = trigrams(name);
  let best = 0;
  for (let from = 0; from < others.length; from++) {
    if (!own.has(others[from] ?? "")) continue;
    const extent = new Set<string>();
    let common = 0;
    for (const trigram of others.slice(from)) {
      if (!extent.has(trigram) && own.has(trigram)) common += 1;
      extent.add(trigram);
      best = Math.max(best, common / (own.size + extent.size - common));
    }
  }
  return best;
}
