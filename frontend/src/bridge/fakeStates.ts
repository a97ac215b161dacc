// States of the fake's connections and runs, for tests and for `npm run dev` in a browser: ?sync=review.
import { ago, hour, id } from "./fakeBasics";
import { connection, run } from "./fakeRecords";
import { customers, type World } from "./fakeWorld";
import type { Attention, ConnectionAccount, SyncRun } from "./models";

const attention = (over: Partial<Attention>): Attention => ({
  kind: "sync_failed",
  severity: "error",
  msp_id: null,
  client_id: null,
  run_id: null,
  name: "Heimdal",
  detail: "",
  at: null,
  count: null,
  since: null,
  handler: null,
  snooze: null,
  ...over,
});

const refused = "Heimdal does not accept the API key. Make a new one in its dashboard and replace it here.";
const noChanges = { added: 0, changed: 0, missing: 0 };
const unread = { ...noChanges, seen: 0, msps: 0, clients: 0, other: 0, duplicates: 0, calls: 0 };

const ownAccount: ConnectionAccount = {
  name: "Northwind Security",
  type: "DISTRIBUTOR",
  licence_type: "Annual",
  spla: null,
  seats_used: 8_120,
  seats_total: 9_000,
  expires_on: null,
  alone: false,
};

/** A run that started a moment ago. */
const runningRun = (over: Partial<SyncRun> = {}): SyncRun =>
  run(0, {
    ...noChanges,
    id: id("a100", 1),
    status: "running",
    trigger: "manual",
    created_at: ago(70_000),
    started_at: ago(68_000),
    finished_at: null,
    seen: 214,
    msps: 9,
    clients: 205,
    calls: 9,
    calls_left: 16,
    ...over,
  });

export const syncStates = {
  /** One is under way. */
  running: (world: World) => {
    world.runs = [runningRun(), ...world.runs];
  },
  /** One is under way and waits for the product's rate limit. */
  waiting: (world: World) => {
    world.runs = [runningRun({ retry_at: new Date(Date.now() + 42_000).toISOString() }), ...world.runs];
  },
  /** The last one failed because of a name in the response that can be declared harmless. */
  sign: (world: World) => {
    const failed = run(1, {
      ...unread,
      id: id("a300", 1),
      status: "failed",
      created_at: ago(9 * 60_000),
      started_at: ago(9 * 60_000),
      finished_at: ago(8 * 60_000),
      error_code: "incomplete",
      error:
        'The response may be incomplete: the portal does not know "nextCursor". Nothing was changed; the next run tries again.',
      sign: "nextCursor",
    });
    world.runs = [failed, ...world.runs];
  },
  /** The account is among its own customers, and names were declared harmless. */
  account: (world: World) => {
    world.connections = [
      connection(1, { account: ownAccount, harmless: ["header X-Has-More", "isComplete"] }),
    ];
  },
  /** The customer id has no customers. */
  alone: (world: World) => {
    const account = { ...ownAccount, type: "CORP", seats_used: null, seats_total: null, alone: true };
    world.connections = [connection(1, { account })];
  },
  /** The last three failed. */
  failing: (world: World) => {
    const failed = (n: number) =>
      run(n, {
        ...noChanges,
        id: id("a200", n),
        status: "failed",
        seen: 0,
        error_code: "bad_key",
        error: refused,
        calls: 1,
      });
    world.runs = [failed(1), failed(2), failed(3), ...world.runs.slice(3)];
    const last = world.runs[0] as SyncRun;
    world.attention = [
      attention({
        run_id: last.id,
        detail: refused,
        at: last.finished_at,
        count: 3,
        since: ago(12.2 * hour),
      }),
      ...world.attention,
    ];
    world.dataAsOf = ago(18.2 * hour);
  },
  /** One waits for a review. */
  review: (world: World) => {
    const waits = run(1, {
      ...noChanges,
      id: id("a300", 1),
      status: "needs_review",
      seen: 422,
      msps: 16,
      clients: 406,
    });
    world.runs = [{ ...waits, would_miss: 214, error_code: "too_many_missing" }, ...world.runs.slice(1)];
    world.attention = [
      attention({ kind: "needs_review", run_id: waits.id, at: waits.finished_at, count: 214 }),
      ...world.attention,
    ];
    world.dataAsOf = ago(6.2 * hour);
  },
  /** A run in review would detach many clients from their MSP. */
  moved: (world: World) => {
    syncStates.review(world);
    world.runs = world.runs.map((one) =>
      one.status === "needs_review" ? { ...one, error_code: "too_many_moved" } : one,
    );
  },
  /** A run in review after an administrator remapped the parent field. */
  remapped: (world: World) => {
    syncStates.review(world);
    world.runs = world.runs.map((one) =>
      one.status === "needs_review" ? { ...one, error_code: "fields_remapped", remapped: ["parent"] } : one,
    );
  },
  /** The last sync noticed that fields have changed. */
  fields: (world: World) => {
    const notice = { field: null, count: 0, detail: "" };
    const changed = run(1, {
      notices: [
        { ...notice, kind: "disappeared", path: "licenseInfo.purchased", field: "seats_total", count: 612 },
        { ...notice, kind: "type_changed", path: "spla", field: "spla", count: 590, detail: "yes_no, text" },
        { ...notice, kind: "appeared", path: "entitlement.bought", count: 612, detail: "number" },
        { ...notice, kind: "unreadable", path: "entitlement.until", field: "expires_on", count: 3 },
      ],
    });
    world.runs = [changed, ...world.runs.slice(1)];
    world.attention = [
      attention({
        kind: "fields_changed",
        severity: "warning",
        run_id: changed.id,
        at: changed.finished_at,
        detail: "disappeared",
        count: 3,
      }),
      ...world.attention,
    ];
  },
  /** The only connection is paused for longer than data stays fresh. */
  paused: (world: World) => {
    world.connections = world.connections.map((one) => ({ ...one, paused: true }));
    world.runs = world.runs.slice(6);
    world.dataAsOf = ago(2.2 * 24 * hour);
    world.attention = [
      attention({ kind: "sync_stale", severity: "warning", detail: "paused", at: world.dataAsOf }),
      ...world.attention,
    ];
  },
  /** The clients of two MSPs could not be read. */
  partial: (world: World) => {
    const reason =
      "Heimdal does not know this reseller when asked for its customers (status 404). Check the reseller in Heimdal's dashboard.";
    const unreadMSPs = world.msps.slice(0, 2).map(({ external_id, name }) => ({
      external_id,
      name,
      code: "not_found",
      detail: reason,
    }));
    const last = run(1, {
      status: "partial",
      unread: unreadMSPs,
      missing: 1,
      absent: 3,
      checked: 3,
      found: 2,
    });
    world.runs = [last, ...world.runs.slice(1)];
    const old = new Set(unreadMSPs.map(({ external_id }) => external_id));
    const asOf = ago(30 * hour);
    world.msps = world.msps.map((one) => (old.has(one.external_id) ? { ...one, last_seen_at: asOf } : one));
    world.attention = [
      attention({
        kind: "sync_partial",
        severity: "warning",
        run_id: last.id,
        detail: unreadMSPs[0]?.name ?? "",
        at: last.finished_at,
        count: unreadMSPs.length,
        since: asOf,
      }),
      ...world.attention,
    ];
  },
  /** Every kind of change in one run. */
  changed: (world: World) => {
    const counts = { added: 14, changed: 38, moved: 3, returned: 2, missing: 4, removed: 1, duplicates: 2 };
    world.runs = [run(1, { ...counts, unknown_parents: 7 }), ...world.runs.slice(1)];
  },
  /** Two connections, the second never synced. */
  two: (world: World) => {
    world.connections = [
      ...world.connections,
      connection(2, { customer_id: "98211", base_url: "https://eu.heimdal.example", api_key_last4: "c01d" }),
    ];
  },
  /** Three connections: one fails, one is paused, one waits for a review. Names and addresses are long. */
  many: (world: World) => {
    const long = "https://integration-gateway.north-europe.customers.heimdal-security-services.example:8443";
    world.products = [
      ...world.products,
      { id: "sentinel", name: "Sentinel Endpoint Protection for Managed Service Providers", base_url: long },
    ];
    world.connections = [
      connection(1),
      connection(2, { customer_id: "9821104477", base_url: `${long}/partner/api`, paused: true }),
      connection(3, { product: "sentinel", customer_id: "northwind-security-emea-01", base_url: long }),
    ];
    const of = (n: number, over: Partial<SyncRun>) => run(n, { connection_id: id("e000", n), ...over });
    const failed = { ...unread, status: "failed" as const, error_code: "bad_key", error: refused };
    world.runs = [
      of(1, { id: id("a400", 1), ...failed }),
      of(3, {
        ...noChanges,
        id: id("a400", 3),
        status: "needs_review",
        product: "sentinel",
        product_name: "Sentinel Endpoint Protection for Managed Service Providers",
        would_miss: 61,
        error_code: "too_many_missing",
      }),
      run(4),
      of(2, { id: id("a400", 2) }),
      run(6),
    ];
  },
  /** One is queued and has not started. */
  queued: (world: World) => {
    world.runs = [
      runningRun({ ...unread, status: "queued", started_at: null, calls_left: null }),
      ...world.runs,
    ];
  },
  /** The first sync failed: there is no good data. */
  firstFailed: (world: World) => {
    const failed = run(1, {
      ...unread,
      id: id("a500", 1),
      status: "failed",
      error_code: "bad_key",
      error: refused,
    });
    world.runs = [failed];
    world.dataAsOf = null;
    world.clients = [];
    world.msps = [];
    world.attention = [attention({ run_id: failed.id, detail: refused, at: failed.finished_at, count: 1 })];
  },
  /** Connected, and never synced. */
  never: (world: World) => {
    world.runs = [];
    world.dataAsOf = null;
    world.clients = [];
    world.msps = [];
    world.attention = [attention({ kind: "sync_never", severity: "warning" })];
  },
  /** Synced, but not for days, though nothing failed. */
  stale: (world: World) => {
    world.runs = world.runs.slice(8);
    world.dataAsOf = ago(2.1 * 24 * hour);
    world.attention = [
      attention({ kind: "sync_stale", severity: "warning", at: world.dataAsOf }),
      ...world.attention,
    ];
  },
  /** Three that were in review: one superseded by a later run, one discarded, one accepted. */
  decided: (world: World) => {
    const review = { ...noChanges, would_miss: 214, msps: 16, clients: 406, seen: 422 };
    const ada = { reviewed_by: id("a100", 1), reviewer_name: "Ada Lindqvist", reviewed_at: ago(hour) };
    world.runs = [
      run(1, { ...review, id: id("a600", 1), status: "discarded" }),
      run(2, { ...review, ...ada, id: id("a600", 2), status: "discarded" }),
      run(3, { ...review, ...ada, id: id("a600", 3), missing: 214 }),
      ...world.runs.slice(3),
    ];
  },
  /** No product is connected. */
  unconnected: (world: World) => {
    world.connections = [];
    world.runs = [];
  },
} satisfies Record<string, (world: World) => void>;

/** Variants of what the product sends about its customers: ?world=noExpiry. */
export const worlds = {
  /** 40 clients under five MSPs, and one MSP without. */
  small: (world: World) => void Object.assign(world, customers(40, 6)),
  /** 10,000 clients under 23 MSPs, and one MSP without. */
  large: (world: World) => void Object.assign(world, customers(10_000, 24)),
  /** No customer has an expiry date. */
  noExpiry: (world: World) => {
    world.clients = world.clients.map((client) => ({ ...client, expires_on: null }));
    world.msps = world.msps.map((msp) => ({
      ...msp,
      expires_on: null,
      next_expires_on: null,
      expiring_30: 0,
      expiring_90: 0,
      expired: 0,
    }));
  },
  /** No customer has licence figures. */
  noSeats: (world: World) => {
    const none = { seats_used: null, seats_total: null };
    world.clients = world.clients.map((client) => ({ ...client, ...none }));
    world.ownSeats = {};
    world.msps = world.msps.map((msp) => ({
      ...msp,
      ...noChanges,
      seats_used_unknown: msp.clients,
      seats_total_unknown: msp.clients,
    }));
  },
} satisfies Record<string, (world: World) => void>;

/** Advances running runs over time until they are complete. */
export function advanceRuns(world: World, every = 700): void {
  const step = () => {
    world.runs = world.runs.map((one) => {
      if (one.status === "queued") return { ...one, status: "running" };
      if (one.status !== "running") return one;
      const left = one.calls_left ?? 24;
      if (left === 0)
        return { ...one, status: "complete", calls_left: null, finished_at: new Date().toISOString() };
      return { ...one, calls: one.calls + 1, calls_left: left - 1, seen: Math.min(636, one.seen + 27) };
    });
  };
  setInterval(step, every);
}
