// A small believable world for tests and for `npm run dev` in a browser: one MSSP, 24 MSPs, 612 clients.
import { fieldMap } from "./fakeFields";
import { type FakeUser, newSessions, newUsers } from "./fakePeople";
import type {
  Attention,
  Client,
  ConnectionItem,
  FieldMap,
  Grant,
  Invite,
  Me,
  MSP,
  OwnSession,
  Permission,
  Product,
  Role,
  Seats,
  StatusReason,
  SyncRun,
} from "./models";

export const msspID = "0195a000-0000-7000-8000-000000000001";
const hour = 3_600_000;
const day = 24 * hour;

/** A fixed sequence of numbers between 0 and 1, the same in every run. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export const id = (kind: string, n: number) => `0195a000-0000-7000-${kind}-${String(n).padStart(12, "0")}`;
export const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const dayFromNow = (days: number) => new Date(Date.now() + days * day).toISOString().slice(0, 10);

export const mspNames = [
  "Alpine IT Services",
  "Baltic Managed Systems",
  "Bluewater Networks",
  "Cedar & Stone IT",
  "Citadel Computing",
  "Dovetail Technology Partners",
  "Ember Cloud Services",
  "Fjord Systems",
  "Greenfield Support",
  "Harbour Light IT",
  "Ironbridge Solutions",
  "Juniper Lane Computing",
  "Kestrel Managed IT",
  "Lakeside Technology",
  "Meridian Digital",
  "Northgate Systems",
  "Oakwood Networks",
  "Polaris IT Care",
  "Quayside Computing",
  "Redwood Service Desk",
  "Summit Support Group",
  "Tidewater Technology",
  "Upland Systems",
  "Vantage Managed Services",
];
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

/** One of whose clients the product sends no licence figures at all. */
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
    expires_on: null,
    first_seen_at: ago((400 - n) * day),
    last_seen_at: ago(0.2 * hour),
    external_id: String(1_000 + n),
  };
}

/** The sum of a figure over those that have it, null where none does, and how many lack it. */
export function sumKnown(clients: Client[], figure: "seats_used" | "seats_total") {
  const known = clients.map((client) => client[figure]).filter((value) => value !== null);
  const sum = known.length === 0 ? null : known.reduce((all, value) => all + value, 0);
  return { sum, unknown: clients.length - known.length };
}

function withSums(msp: MSP, clients: Client[], own: Seats | undefined): MSP {
  const active = clients.filter((client) => client.msp_id === msp.id && client.status === "active");
  const used = sumKnown(active, "seats_used");
  const total = sumKnown(active, "seats_total");
  const dates = active.map((client) => client.expires_on).filter((on) => on !== null);
  return {
    ...msp,
    clients: active.length,
    seats_used: own?.used ?? used.sum,
    seats_total: own?.total ?? total.sum,
    seats_used_unknown: own?.used == null ? used.unknown : 0,
    seats_total_unknown: own?.total == null ? total.unknown : 0,
    expires_on: dates.sort()[0] ?? null,
  };
}

export const run = (n: number, over: Partial<SyncRun> = {}): SyncRun => ({
  id: id("a000", n),
  connection_id: id("e000", 1),
  product: "heimdal",
  status: "complete",
  trigger: "schedule",
  created_at: ago((n - 1) * 6 * hour + 0.2 * hour),
  started_at: ago((n - 1) * 6 * hour + 0.2 * hour),
  finished_at: ago((n - 1) * 6 * hour + 0.19 * hour),
  seen: 636,
  msps: 24,
  clients: 612,
  other: 0,
  added: n % 3,
  changed: n % 5,
  missing: 0,
  calls: 25,
  calls_left: null,
  retry_at: null,
  removed: 0,
  moved: 0,
  returned: 0,
  duplicates: 0,
  unknown_parents: 0,
  absent: 0,
  checked: 0,
  found: 0,
  undecided: 0,
  unread: [],
  notices: [],
  sign: null,
  remapped: [],
  would_miss: null,
  reviewed_by: null,
  reviewer_name: null,
  reviewed_at: null,
  error_code: null,
  error: null,
  ...over,
});

/** Whether a run has changed the world. */
export const merged = ({ status }: SyncRun) => status === "complete" || status === "partial";

/** A connection without what its runs tell of it. */
export type FakeConnection = Pick<
  ConnectionItem,
  | "id"
  | "product"
  | "customer_id"
  | "base_url"
  | "api_key_last4"
  | "paused"
  | "created_at"
  | "account"
  | "harmless"
>;

export const heimdalURL = "https://dashboard.heimdalsecurity.com";

export const connection = (n: number, over: Partial<FakeConnection> = {}): FakeConnection => ({
  id: id("e000", n),
  product: "heimdal",
  customer_id: String(120_450 + n),
  base_url: heimdalURL,
  api_key_last4: "7f3a",
  paused: false,
  created_at: ago(90 * day),
  account: null,
  harmless: [],
  ...over,
});

const invite = (n: number, email: string, over: Partial<Invite> = {}): Invite => ({
  id: id("b000", n),
  email,
  role: "msp_user",
  msp_id: id("8100", n),
  msp_name: mspNames[n - 1] ?? null,
  client_id: null,
  client_name: null,
  provider: n % 2 ? "google" : "entra",
  domain: null,
  tenant: null,
  status: "open",
  invited_by: "Ada Lindqvist",
  created_at: ago(n * 9 * hour),
  expires_at: ago(n * 9 * hour - 72 * hour),
  accepted_at: null,
  mail: null,
  code_closed: null,
  ...over,
});

const rules: Record<Role, { may: Permission[]; invite: Role[] }> = {
  mssp_admin: {
    may: [
      "see_overview",
      "see_msps",
      "see_clients",
      "manage_invites",
      "manage_users",
      "see_syncs",
      "run_sync",
      "manage_products",
      "manage_organisation",
    ],
    invite: ["mssp_admin", "mssp_staff", "msp_admin", "msp_user", "client_user"],
  },
  mssp_staff: { may: ["see_overview", "see_msps", "see_clients", "see_syncs"], invite: [] },
  msp_admin: {
    may: ["see_overview", "see_msps", "see_clients", "manage_invites", "manage_users"],
    invite: ["msp_admin", "msp_user", "client_user"],
  },
  msp_user: { may: ["see_overview", "see_msps", "see_clients"], invite: [] },
  client_user: { may: ["see_overview", "see_clients"], invite: [] },
};

export function grant(role: Role, node: string, under: { msp_id?: string; client_id?: string } = {}): Grant {
  const level = role.startsWith("mssp") ? "mssp" : role.startsWith("msp") ? "msp" : "client";
  const place = under.client_id ?? under.msp_id ?? "all";
  return {
    id: `${role}@${place}`,
    role,
    scope: { level, mssp_id: msspID, ...under },
    node,
    mssp: "Northwind Security",
  };
}

/** Me under one of a person's grants, with what the role table permits. */
export function meUnder(person: Person, active: Grant): Me {
  const { may, invite: mayInvite } = rules[active.role];
  return {
    user: person.user,
    grant: active,
    grants: person.grants,
    permissions: may,
    may_invite: mayInvite,
    time_zone: "UTC",
    data_as_of: null,
  };
}

export interface Person {
  user: Me["user"];
  grants: Grant[];
}

const person = (n: number, name: string, email: string, grants: Grant[]): Person => ({
  user: { id: id("c000", n), name, email, active: true, last_login_at: ago(2 * day) },
  grants,
});

const first = mspNames[0] as string;
const msp1 = { msp_id: id("8100", 1) };
const msp2 = { msp_id: id("8100", 2) };

/** Who may sign in. */
export const people = {
  admin: person(1, "Ada Lindqvist", "ada@northwind.example", [grant("mssp_admin", "Northwind Security")]),
  staff: person(2, "Sam Okoro", "sam@northwind.example", [grant("mssp_staff", "Northwind Security")]),
  mspAdmin: person(3, "Mia Keller", "mia@alpine.example", [grant("msp_admin", first, msp1)]),
  mspUser: person(4, "Tom Brandt", "tom@alpine.example", [grant("msp_user", first, msp1)]),
  clientUser: person(5, "Ines Duarte", "ines@client.example", [
    grant("client_user", "Aldgate Bakery Ltd", { ...msp1, client_id: id("9000", 0) }),
  ]),
  severalGrants: person(6, "Noor Haddad", "noor@northwind.example", [
    grant("mssp_staff", "Northwind Security"),
    grant("msp_admin", first, msp1),
    grant("msp_user", mspNames[1] as string, msp2),
  ]),
} satisfies Record<string, Person>;

export interface World {
  msps: MSP[];
  /** The product's own figures for an MSP, by its id, where it sends any. */
  ownSeats: Record<string, Seats>;
  clients: Client[];
  invites: Invite[];
  users: FakeUser[];
  /** Of whoever is signed in. */
  sessions: OwnSession[];
  runs: SyncRun[];
  connections: FakeConnection[];
  /** What each connection's field map holds; without an entry it has not been read yet. */
  fieldMaps: Record<string, FieldMap>;
  products: Product[];
  attention: Attention[];
  timeZone: string;
  dataAsOf: string | null;
}

/** A world nobody has changed yet. */
export function newWorld(): World {
  const next = sequence(7);
  const bare = mspNames.map(makeMSP);
  const clients = Array.from({ length: 612 }, (_, n) =>
    makeClient(n, n % 40 === 39 ? null : n % 23, bare, next),
  );
  // The second MSP's own figures differ from the sums over its clients.
  const ownSeats: Record<string, Seats> = { [id("8100", 2)]: { used: 1_480, total: 1_900 } };
  return {
    clients,
    msps: bare.map((msp) => withSums(msp, clients, ownSeats[msp.id])),
    ownSeats,
    invites: [
      invite(1, "lea@alpine.example"),
      invite(2, "jonas@baltic.example", { code_closed: true }),
      invite(3, "kim@bluewater.example", { status: "accepted", accepted_at: ago(20 * hour) }),
      invite(9, "old@greenfield.example", { status: "expired" }),
      invite(10, "wrong@harbour.example", { status: "revoked" }),
    ],
    users: newUsers(Object.values(people)),
    sessions: newSessions(),
    runs: Array.from({ length: 12 }, (_, n) => run(n + 1)),
    connections: [connection(1)],
    fieldMaps: { [id("e000", 1)]: fieldMap(id("a000", 1), ago(0.19 * hour)) },
    products: [{ id: "heimdal", name: "Heimdal", base_url: heimdalURL }],
    attention: attentionOf(clients),
    timeZone: "UTC",
    dataAsOf: ago(0.19 * hour),
  };
}

function attentionOf(clients: Client[]): Attention[] {
  const about = (client: Client, over: Partial<Attention>): Attention => ({
    kind: "licence_expiring",
    severity: "warning",
    msp_id: client.msp_id,
    client_id: client.id,
    run_id: null,
    name: client.name,
    detail: client.expires_on ?? "",
    at: client.expires_on,
    count: null,
    since: null,
    ...over,
  });
  const today = dayFromNow(0);
  const dated = clients.filter((client) => client.expires_on && client.expires_on < dayFromNow(30));
  const expired = dated.filter((client) => (client.expires_on as string) < today).slice(0, 3);
  const soon = dated.filter((client) => (client.expires_on as string) >= today).slice(0, 5);
  const over = clients.filter((client) => (client.seats_used ?? 0) > (client.seats_total ?? 0)).slice(0, 2);
  return [
    ...expired.map((client) => about(client, { kind: "licence_expired", severity: "error" })),
    ...over.map((client) =>
      about(client, {
        kind: "seats_exceeded",
        at: null,
        detail: `${client.seats_used}/${client.seats_total}`,
      }),
    ),
    ...soon.map((client) => about(client, {})),
  ];
}
