// How the fake filters its lists of MSPs and clients, and counts the values of their columns, as the API does.
import { customerStatuses, providerIDs, roles, runStatuses, runTriggers, statusReasons } from "./enums";
import { seatsOver } from "./fakeAttention";
import { dayFromNow } from "./fakeBasics";
import { finds, fold, foldID } from "./fakeLists";
import { parseDays, parseFilter, type Term, writeText } from "./filterValue";
import type {
  Client,
  ClientFilter,
  Facet,
  Facets,
  FacetValue,
  Invite,
  InviteFilter,
  MSP,
  MSPFilter,
  Scope,
  SyncFilter,
  SyncRun,
  UserFilter,
  UserItem,
} from "./models";
import { Problem } from "./problem";
import { parseRange } from "./range";

type UserColumns = Omit<UserFilter, "q" | "sort" | "status" | "role" | "msp_id">;
type InviteColumns = Omit<InviteFilter, "q" | "status">;

/** Whether an item has a value; undefined where the column has no such value. */
type Rule<Item> = (item: Item, term: Term) => boolean | undefined;

const none = ({ text, literal }: Term) => text === "none" && !literal;
const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const filled = (text: string | null) => (text ? [text] : []);

const byChoice =
  <Item>(get: (item: Item) => string, known: readonly string[]): Rule<Item> =>
  (item, { text }) =>
    known.includes(text) ? get(item) === text : undefined;

const byWord =
  <Item>(get: (item: Item) => string[]): Rule<Item> =>
  (item, term) => {
    const values = get(item);
    return none(term) ? values.length === 0 : values.some((value) => lower(value) === lower(term.text));
  };

const byYesNo =
  <Item>(get: (item: Item) => boolean | null): Rule<Item> =>
  (item, { text }) => {
    const value = get(item);
    if (text === "unknown" || text === "none") return value === null;
    return text === "yes" || text === "no" ? value === (text === "yes") : undefined;
  };

const byNumber =
  <Item>(get: (item: Item) => number | null, signed = false): Rule<Item> =>
  (item, { text }) => {
    const value = get(item);
    if (text === "unknown" || text === "none") return value === null;
    const range = parseRange(text, signed);
    if (!range) return undefined;
    return (
      value !== null &&
      value >= (range.from ?? Number.NEGATIVE_INFINITY) &&
      value <= (range.to ?? Number.POSITIVE_INFINITY)
    );
  };

const inDays = (day: string, text: string): boolean | undefined => {
  const range = parseDays(text);
  return range && day >= (range.from ?? "") && day <= (range.to ?? "9999-12-31");
};

/** counts: whether the item's day counts as expired or soon. */
const byDay =
  <Item>(get: (item: Item) => string | null, counts: (item: Item) => boolean): Rule<Item> =>
  (item, { text }) => {
    const day = get(item);
    const today = dayFromNow(0);
    if (text === "none") return day === null;
    if (text === "expired") return counts(item) && day !== null && day < today;
    if (/^\d{1,4}d$/.test(text) && Number.parseInt(text, 10) <= 3660) {
      return counts(item) && day !== null && day >= today && day <= dayFromNow(Number.parseInt(text, 10));
    }
    return day === null ? parseDays(text) && false : inDays(day, text);
  };

/** Days are those of UTC; the moment may be absent only where rows can be filtered by that. */
const byMoment =
  <Item>(get: (item: Item) => string | null, empty = false): Rule<Item> =>
  (item, { text }) => {
    const at = get(item);
    if (empty && text === "none") return at === null;
    return at === null ? parseDays(text) && false : inDays(at.slice(0, 10), text);
  };

const byText =
  <Item>(get: (item: Item) => string | null, folded: (text: string) => string, empty: boolean): Rule<Item> =>
  (item, term) => {
    const value = get(item);
    if (empty && none(term)) return value === null;
    const prefix = term.literal ? "" : /^[\^=]/.exec(term.text)?.[0];
    const wanted = folded(prefix ? term.text.slice(1) : term.text);
    if (prefix && term.text.length === 1) return undefined;
    if (value === null || wanted === "") return false;
    if (prefix === "^") return folded(value).startsWith(wanted);
    return prefix === "=" ? folded(value) === wanted : folded(value).includes(wanted);
  };

const statuses: readonly string[] = customerStatuses;
const reasons: readonly string[] = [...statusReasons, "none"];
const always = () => true;

type Rules<Item, Filter> = { [K in Exclude<keyof Filter, "q">]-?: Rule<Item> };

const mspRules: Rules<MSP, MSPFilter> = {
  name: byText((msp) => msp.name, fold, false),
  external_id: byText((msp) => msp.external_id, foldID, false),
  status: byChoice((msp) => msp.status, statuses),
  status_reason: byChoice((msp) => msp.status_reason ?? "none", reasons),
  type: byWord((msp) => filled(msp.type)),
  licence_type: byWord((msp) => filled(msp.licence_type)),
  spla: byYesNo((msp) => msp.spla),
  clients: byNumber((msp) => msp.clients),
  seats_used: byNumber((msp) => msp.seats_used),
  seats_total: byNumber((msp) => msp.seats_total),
  growth: byNumber((msp) => msp.growth, true),
  expiring_30: byNumber((msp) => msp.expiring_30),
  expiring_90: byNumber((msp) => msp.expiring_90),
  expired: byNumber((msp) => msp.expired),
  exceeded: byNumber((msp) => msp.exceeded),
  disabled: byNumber((msp) => msp.disabled),
  missing: byNumber((msp) => msp.missing),
  expires_on: byDay((msp) => msp.expires_on, always),
  next_expires_on: byDay((msp) => msp.next_expires_on, always),
  first_seen_at: byMoment((msp) => msp.first_seen_at),
  last_seen_at: byMoment((msp) => msp.last_seen_at),
};

const exceeds = (client: Client) => {
  const over = seatsOver(client);
  return over === null ? null : over > 0;
};

const clientRules: Rules<Client, ClientFilter> = {
  name: byText((client) => client.name, fold, false),
  external_id: byText((client) => client.external_id, foldID, false),
  msp_id: (client, term) => {
    if (none(term)) return client.msp_id === null;
    return /^[0-9a-f-]{36}$/i.test(term.text) ? client.msp_id === term.text : undefined;
  },
  msp_name: byText((client) => client.msp_name, fold, true),
  status: byChoice((client) => client.status, statuses),
  status_reason: byChoice((client) => client.status_reason ?? "none", reasons),
  type: byWord((client) => filled(client.type)),
  licence_type: byWord((client) => filled(client.licence_type)),
  products: byWord((client) => client.products),
  spla: byYesNo((client) => client.spla),
  seats_used: byNumber((client) => client.seats_used),
  seats_total: byNumber((client) => client.seats_total),
  seats_exceeded: byYesNo(exceeds),
  expires_on: byDay(
    (client) => client.expires_on,
    (client) => client.status === "active",
  ),
  first_seen_at: byMoment((client) => client.first_seen_at),
  last_seen_at: byMoment((client) => client.last_seen_at),
};

const isID = /^[0-9a-f-]{36}$/i;
const byID =
  <Item>(get: (item: Item) => string | null): Rule<Item> =>
  (item, { text }) =>
    isID.test(text) ? get(item) === text : undefined;

const userRules: Rules<UserItem, UserColumns> = {
  provider: byChoice((user) => user.provider, providerIDs),
  last_login_at: byMoment((user) => user.last_login_at, true),
};

const inviteRules: Rules<Invite, InviteColumns> = {
  role: byChoice((invite) => invite.role, roles),
  msp_id: byID((invite) => invite.msp_id),
  provider: byChoice((invite) => invite.provider, providerIDs),
  created_at: byMoment((invite) => invite.created_at),
  expires_at: byMoment((invite) => invite.expires_at),
};

const runRules: Rules<SyncRun, SyncFilter> = {
  status: byChoice((run) => run.status, runStatuses),
  trigger: byChoice((run) => run.trigger, runTriggers),
  connection_id: byID((run) => run.connection_id),
  started_at: byMoment((run) => run.started_at ?? run.created_at),
};

/** The parameters of the two lists. */
export const mspFilterNames = ["q", ...Object.keys(mspRules)];
export const clientFilterNames = ["q", ...Object.keys(clientRules)];

const wrong = (field: string) => new Problem("invalid", { field, message: `${field} has no such value.` });

function matches<Item>(item: Item, rule: Rule<Item>, name: string, text: string): boolean {
  const value = parseFilter(text);
  if (!value) throw wrong(name);
  // Every value is tried, so that a wrong one is found.
  const results = value.terms.map((term) => rule(item, term));
  if (results.includes(undefined)) throw wrong(name);
  return value.negated !== results.includes(true);
}

/** Whether a value of an enumeration is one that the filter wants; any without a filter. */
export const isChosen = (
  value: string,
  known: readonly string[],
  name: string,
  filter: string | undefined,
): boolean =>
  !filter ||
  matches(
    value,
    byChoice((one) => one, known),
    name,
    filter,
  );

function matching<Item, Filter>(items: Item[], rules: Record<string, Rule<Item>>, filter: Filter): Item[] {
  const wanted = Object.entries(filter as Record<string, unknown>).filter(
    ([name, text]) => text && name in rules,
  );
  return items.filter((item) =>
    wanted.every(([name, text]) => matches(item, rules[name] as Rule<Item>, name, String(text))),
  );
}

/** The MSPs that match a filter. */
export const matchingMSPs = (msps: MSP[], filter: MSPFilter): MSP[] =>
  matching(
    msps.filter((msp) => !filter.q || finds(filter.q, [msp.name], msp.external_id)),
    mspRules,
    filter,
  );

/** The users, invites and runs that match a filter by what their columns show. */
export const matchingUsers = <Item extends UserItem>(users: Item[], filter: UserColumns): Item[] =>
  matching(users, userRules, filter);
export const matchingInvites = (invites: Invite[], filter: InviteColumns) =>
  matching(invites, inviteRules, filter);
export const matchingRuns = (runs: SyncRun[], filter: SyncFilter) => matching(runs, runRules, filter);

/** The clients that match a filter. Where a level has one MSP only, its name finds nothing. */
export const matchingClients = (clients: Client[], filter: ClientFilter, level: Scope["level"]): Client[] =>
  matching(
    clients.filter(
      ({ name, msp_name, external_id }) =>
        !filter.q || finds(filter.q, level === "mssp" ? [name, msp_name] : [name], external_id),
    ),
    clientRules,
    filter,
  );

/** The values of an item in a column: each as the filter takes it, and as it is shown. */
type Values<Item> = (item: Item) => [value: string, name: string][];

const fixed =
  <Item>(get: (item: Item) => string): Values<Item> =>
  (item) => [[get(item), ""]];
const yesNoOf = (value: boolean | null) => (value === null ? "unknown" : value ? "yes" : "no");
const wordsOf = (texts: string[]): [string, string][] =>
  texts.length === 0 ? [["none", ""]] : texts.map((text) => [writeText(text), text]);

const mspValues: Record<string, Values<MSP>> = {
  licence_type: (msp) => wordsOf(filled(msp.licence_type)),
  spla: fixed((msp) => yesNoOf(msp.spla)),
  status: fixed((msp) => msp.status),
  status_reason: fixed((msp) => msp.status_reason ?? "none"),
  type: (msp) => wordsOf(filled(msp.type)),
};

const clientValues: Record<string, Values<Client>> = {
  licence_type: (client) => wordsOf(filled(client.licence_type)),
  msp_id: (client) => [[client.msp_id ?? "none", client.msp_name ?? ""]],
  products: (client) => wordsOf(client.products),
  seats_exceeded: fixed((client) => yesNoOf(exceeds(client))),
  spla: fixed((client) => yesNoOf(client.spla)),
  status: fixed((client) => client.status),
  status_reason: fixed((client) => client.status_reason ?? "none"),
  type: (client) => wordsOf(filled(client.type)),
};

const mostValues = 100;

function facet<Item>(column: string, items: Item[], values: Values<Item>): Facet {
  const found = new Map<string, FacetValue>();
  for (const item of items) {
    const once = new Map(values(item).map(([value, name]) => [lower(value), { value, name }]));
    for (const [key, value] of once) {
      found.set(key, { ...value, ...found.get(key), count: (found.get(key)?.count ?? 0) + 1 });
    }
  }
  const keyOf = ({ value, name }: FacetValue) => lower(name || value);
  const empty = ({ value, name }: FacetValue) =>
    Number(name === "" && (value === "none" || value === "unknown"));
  const all = [...found.values()].sort(
    (one, other) =>
      other.count - one.count || empty(one) - empty(other) || (keyOf(one) < keyOf(other) ? -1 : 1),
  );
  const shown = all.slice(0, mostValues);
  return { column, values: shown, others: all.length - shown.length };
}

function facets<Item>(
  of: Record<string, Values<Item>>,
  columns: string | undefined,
  matchingWithout: (column: string) => Item[],
): Facets {
  const names = columns ? columns.split(",") : Object.keys(of);
  if (names.some((name) => !(name in of))) throw wrong("columns");
  const all = names.map((name) => facet(name, matchingWithout(name), of[name] as Values<Item>));
  const texts = (column: string) =>
    (all.find((one) => one.column === column)?.values ?? [])
      .map(({ name }) => name)
      .filter((name) => name !== "")
      .sort();
  return { facets: all, types: texts("type"), licence_types: texts("licence_type") };
}

export const mspFacets = (msps: MSP[], filter: MSPFilter & { columns?: string }): Facets =>
  facets(mspValues, filter.columns, (column) => matchingMSPs(msps, { ...filter, [column]: "" }));

export const clientFacets = (
  clients: Client[],
  filter: ClientFilter & { columns?: string },
  level: Scope["level"],
): Facets =>
  facets(clientValues, filter.columns, (column) =>
    matchingClients(clients, { ...filter, [column]: "" }, level),
  );
