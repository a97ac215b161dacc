// Single records of the fake: sync runs, connections, invites.
import { ago, day, hour, id, mspNames } from "./fakeBasics";
import type { ConnectionItem, Invite, SyncRun } from "./models";

export const run = (n: number, over: Partial<SyncRun> = {}): SyncRun => ({
  id: id("a000", n),
  connection_id: id("e000", 1),
  product: "heimdal",
  product_name: "Heimdal",
  status: "complete",
  trigger: "schedule",
  requester_name: null,
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

/** A connection without the fields that are derived from its runs. */
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

export const invite = (n: number, email: string, over: Partial<Invite> = {}): Invite => ({
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
