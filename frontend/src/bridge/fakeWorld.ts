// The data of the fake, for tests and for `npm run dev` in a browser: one MSSP, 24 MSPs, 612 clients.

import type { FakeMark } from "./fakeAttention";
import { ago, day, dayFromNow, hour, id, mspNames } from "./fakeBasics";
import type { FakeLink } from "./fakeFavourites";
import { fieldMap } from "./fakeFieldMap";
import { connection, type FakeConnection, heimdalURL, invite, run } from "./fakeRecords";
import { noFigures, scorecardOf } from "./fakeScorecard";
import { type FakeUser, newSessions, newUsers, users } from "./fakeUserRecords";
import type { FakeView } from "./fakeViews";
import type {
  Attention,
  Client,
  FieldMap,
  Invite,
  MSP,
  OwnSession,
  Product,
  Seats,
  StatusReason,
  SyncRun,
} from "./models";

/** Returns a generator of numbers between 0 and 1 that is the same in every run. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const places = ["Aldgate", "Birch", "Castle", "Drayton", "Elm", "Falcon", "Granite", "Heron", "Ivy", "Kings"];
const trades = [
  "Bakery",
  "Dental",
  "Engineering",
  "Farms",
  "Freight",
  "Hotels",
  "Legal",
  "Optics",
  "Print",
  "Schools",
];
const forms = ["Ltd", "GmbH", "Group", "AB", "LLP", "Partners", "& Sons"];
const products = [
  "Threat Prevention",
  "Patch Management",
  "Ransomware Protection",
  "Email Security",
  "Privileged Access",
];

const pick = <Item>(items: readonly Item[], at: number): Item => items[Math.floor(at) % items.length] as Item;

const licenceTypes = ["Monthly billing", "Annual", "Annual", "Monthly billing", "Trial", "Perpetual"];
const reasons: StatusReason[] = ["demo", "licence_expired", "inactive", "deleted", "disabled"];

/** The index of an MSP whose clients have no licence figures. */
const silentMSP = 20;

function licenceFacts(n: number, msp: number) {
  const unknown = msp === silentMSP;
  return {
    licence_type: unknown || n % 31 === 17 ? null : pick(licenceTypes, msp + (n % 9 === 4 ? 1 : 0)),
    spla: unknown || n % 13 === 6 ? null : msp % 3 === 0,
  };
}

function makeClient(n: number, at: number | null, msps: MSP[], next: () => number): Client {
  const msp = at === null ? null : (msps[at] as MSP);
  const total = 5 + Math.floor(next() * 180);
  const missing = next() < 0.02;
  const disabled = !missing && n % 41 === 23;
  const chosen = products.slice(0, 1 + Math.floor(next() * products.length));
  const used = Math.floor(total * (0.4 + next() * 0.65));
  const silent = at === silentMSP;
  return {
    id: id("9000", n),
    name: `${pick(places, n)} ${pick(trades, n / places.length)} ${pick(forms, n / 7)}`,
    type: n % 29 === 8 ? "corp" : "CORP",
    msp_id: msp?.id ?? null,
    msp_name: msp?.name ?? null,
    status: missing ? "missing" : disabled ? "disabled" : "active",
    status_reason: disabled ? pick(reasons, n / 41) : null,
    products: chosen,
    ...licenceFacts(n, at ?? 1),
    seats_used: silent || n % 67 === 50 ? null : used,
    seats_total: silent ? null : total,
    expires_on: next() < 0.15 ? null : dayFromNow(Math.floor(next() * 400) - 8),
    first_seen_at: ago(Math.floor(next() * 700) * day),
    last_seen_at: ago(missing ? 3 * day : 0.2 * hour),
    external_id: String(4_000 + n),
  };
}

function makeMSP(name: string, n: number): MSP {
  return {
    id: id("8100", n + 1),
    name,
    type: "RESELLER",
    status: "active",
    status_reason: null,
    clients: 0,
    ...(n === mspNames.length - 1 ? { licence_type: null, spla: null } : licenceFacts(n, n)),
    seats_used: null,
    seats_total: null,
    seats_used_unknown: 0,
    seats_total_unknown: 0,
    ...noFigures,
    first_seen_at: ago((400 - n) * day),
    last_seen_at: ago(0.2 * hour),
    external_id: String(1_000 + n),
  };
}

/** The sum of a figure over the clients that have it, null where none does, and how many lack it. */
export function sumKnown(clients: Client[], figure: "seats_used" | "seats_total") {
  const known = clients.map((client) => client[figure]).filter((value) => value !== null);
  const sum = known.length === 0 ? null : known.reduce((all, value) => all + value, 0);
  return { sum, unknown: clients.length - known.length };
}

function withSums(msp: MSP, clients: Client[], own: Seats | undefined): MSP {
  const its = clients.filter((client) => client.msp_id === msp.id);
  const active = its.filter((client) => client.status === "active");
  const used = sumKnown(active, "seats_used");
  const total = sumKnown(active, "seats_total");
  return {
    ...msp,
    clients: active.length,
    seats_used: own?.used ?? used.sum,
    seats_total: own?.total ?? total.sum,
    seats_used_unknown: own?.used == null ? used.unknown : 0,
    seats_total_unknown: own?.total == null ? total.unknown : 0,
    ...scorecardOf(its),
  };
}

/** What a grant's user has seen, as the API keeps it. */
export interface FakeVisit {
  seenTo: number;
  /** Null in the first visit. */
  since: number | null;
  touched: number;
}

export interface World {
  msps: MSP[];
  /** The product's own figures for an MSP, by the id of the MSP. */
  ownSeats: Record<string, Seats>;
  clients: Client[];
  /** By the id of an MSP or client, the newest first. */
  formerNames: Record<string, string[]>;
  invites: Invite[];
  users: FakeUser[];
  /** The sessions of the signed-in user. */
  sessions: OwnSession[];
  runs: SyncRun[];
  connections: FakeConnection[];
  /** By connection id; a connection without an entry has not been read yet. */
  fieldMaps: Record<string, FieldMap>;
  products: Product[];
  /** The address of the product's dashboard; null where it is not known. */
  dashboard: string | null;
  /** What needs attention besides MSPs and clients. */
  attention: Attention[];
  timeZone: string;
  dataAsOf: string | null;
  /** When every user last looked at the changes; null for never. */
  visitedAt: string | null;
  /** By the id of the grant: visits since then. */
  visits: Map<string, FakeVisit>;
  views: FakeView[];
  /** By the id of the grant: the ids of the default views. */
  defaultViews: Map<string, Set<string>>;
  /** By the id of the grant, the latest first. */
  favourites: Map<string, FakeLink[]>;
  recents: Map<string, FakeLink[]>;
  marks: FakeMark[];
}

/** Returns so many clients under so many MSPs, of which the last has none. The same numbers give the same customers. */
export function customers(
  clientCount: number,
  mspCount: number,
): Pick<World, "clients" | "msps" | "ownSeats"> {
  const next = sequence(7);
  const bare = mspNames.slice(0, mspCount).map(makeMSP);
  const clients = Array.from({ length: clientCount }, (_, n) =>
    makeClient(n, n % 40 === 39 ? null : n % (mspCount - 1), bare, next),
  );
  // The second MSP's own figures differ from the sums over its clients.
  const ownSeats: Record<string, Seats> = { [id("8100", 2)]: { used: 1_480, total: 1_900 } };
  return { clients, msps: bare.map((msp) => withSums(msp, clients, ownSeats[msp.id])), ownSeats };
}

/** Returns the data as it is before any change. */
export function newWorld(): World {
  return {
    ...customers(612, mspNames.length),
    formerNames: { [id("9000", 5)]: ["Foxglove Bakers Ltd"], [id("8100", 3)]: ["Bluewater Hosting"] },
    invites: [
      invite(1, "lea@alpine.example"),
      invite(2, "jonas@baltic.example", { code_closed: true }),
      invite(3, "kim@bluewater.example", { status: "accepted", accepted_at: ago(20 * hour) }),
      invite(9, "old@greenfield.example", { status: "expired" }),
      invite(10, "wrong@harbour.example", { status: "revoked" }),
    ],
    users: newUsers(Object.values(users)),
    sessions: newSessions(),
    runs: Array.from({ length: 12 }, (_, n) => run(n + 1)),
    connections: [connection(1)],
    fieldMaps: { [id("e000", 1)]: fieldMap(id("a000", 1), ago(0.19 * hour)) },
    products: [{ id: "heimdal", name: "Heimdal", base_url: heimdalURL }],
    dashboard: "https://rc-dashboard.heimdalsecurity.com/",
    attention: [],
    timeZone: "UTC",
    dataAsOf: ago(0.19 * hour),
    visitedAt: ago(day),
    visits: new Map(),
    views: [],
    defaultViews: new Map(),
    favourites: new Map(),
    recents: new Map(),
    marks: [],
  };
}
