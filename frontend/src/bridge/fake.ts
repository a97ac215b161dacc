// Portal without Go: for tests, and for `npm run dev` in a browser. It keeps the API's promises that screens lean
// on (scope, permissions, paging, sorting, one sync at a time, what may be changed of whom) and nothing else.
import { fakeConnections } from "./fakeConnections";
import { fakeSyncs } from "./fakeSyncs";
import { currentMe, fakeUsers } from "./fakeUsers";
import { meUnder, newWorld, type Person, people, type World } from "./fakeWorld";
import type {
  Client,
  Events,
  Grant,
  Invite,
  Me,
  MSP,
  NewInvite,
  Overview,
  Page,
  PageQuery,
  Startup,
} from "./models";
import type { Portal } from "./portal";
import { Problem } from "./problem";

export { people };

type Call = Exclude<keyof Portal, "on">;
type Outcome = Person | Problem;

export interface FakeOptions {
  /** Who is signed in from the start, as the keyring would have it. */
  signedIn?: Person;
  startup?: Partial<Startup>;
  /** Milliseconds every answer takes; 0 unless told. */
  delay?: number;
  /** How a sign-in ends by itself after two seconds; without it, finishSignIn ends it. */
  signInEnds?: Outcome;
}

export interface Fake extends Portal {
  world: World;
  /** Every call made so far, by name. */
  calls: Call[];
  /** What was put on the clipboard last. */
  clipboard: string;
  /** Lets a call fail: the next times calls, every call unless told. Without a problem it works again. */
  fail(call: Call, problem?: Problem, times?: number): void;
  /** Sends an event as the desktop would. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
  /** Ends the waiting sign-in. */
  finishSignIn(outcome: Outcome): void;
  /** The invite code submitInviteCode accepts, whom it lets in, and after how many tries it is closed. */
  inviteCode: { code: string; person: Person; tries: number };
}

const startup: Startup = {
  version: "0.1.0",
  commit: "0000000",
  platform: "linux/amd64",
  api_url: "https://portal.northwind.example",
  api_url_managed: false,
  providers: [],
  allow_export: true,
  has_session: false,
  keyring_problem: "",
};

const closed = "This invite was closed after too many wrong codes. Ask your administrator to send a new one.";

const includes = (q: string | undefined, ...texts: (string | null)[]) =>
  !q || texts.some((text) => text?.toLowerCase().includes(q.toLowerCase()));

function compare(a: unknown, b: unknown): number {
  if (a == null || b == null) return a == null ? (b == null ? 0 : 1) : -1;
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
}

function sorted<Item>(items: Item[], sort = "name"): Item[] {
  const descends = sort.startsWith("-");
  const field = sort.replace(/^-/, "") as keyof Item;
  const by = (a: Item, b: Item) => compare(a[field], b[field]);
  return items.toSorted((a, b) => (descends ? by(b, a) : by(a, b)));
}

function page<Item>(items: Item[], query: PageQuery, dataAsOf: string | null): Page<Item> {
  const from = Number(query.cursor || 0);
  const to = from + (query.limit || 50);
  return {
    items: items.slice(from, to),
    next_cursor: to < items.length ? String(to) : null,
    total: items.length,
    data_as_of: dataAsOf,
  };
}

const expiresWithin = (client: Client, days: number) =>
  client.expires_on !== null && Date.parse(client.expires_on) - Date.now() < days * 86_400_000;

export function createFake(options: FakeOptions = {}): Fake {
  const world = newWorld();
  const failures = new Map<Call, { problem: Problem; times: number }>();
  const handlers = new Map<string, Set<(event: never) => void>>();
  const stored = { ...startup, has_session: options.signedIn !== undefined, ...options.startup };
  let me: Me | null = null;
  let person = options.signedIn ?? null;
  let finish: ((outcome: Outcome) => void) | null = null;

  function become(who: Person, grant: Grant = who.grants[0] as Grant): Me {
    person = who;
    me = { ...meUnder(who, grant), data_as_of: world.dataAsOf };
    stored.has_session = true;
    return me;
  }

  /** What the world says now of whoever is signed in. */
  function asOfNow(): Me {
    if (!me) throw new Problem("signed_out", { message: "Nobody is signed in." });
    const { user, grant } = me;
    const held = world.users.find(({ id }) => id === user.id)?.grants;
    return held ? { ...currentMe(user, held, grant.id), data_as_of: world.dataAsOf } : me;
  }

  function scope() {
    const now = asOfNow().grant;
    if (me && (now.id !== me.grant.id || now.role !== me.grant.role)) {
      throw new Problem("grant_changed", { message: "Your role has changed since you signed in." });
    }
    return now.scope;
  }

  function need(permission: Me["permissions"][number]): Me {
    scope();
    if (!me?.permissions.includes(permission))
      throw new Problem("forbidden", { message: "Your role may not." });
    return me;
  }

  const syncs = fakeSyncs({ world, need, page, emit: (run) => fake.emit("sync:run", { run }) });
  const products = fakeConnections({ world, need, queue: syncs.queue });
  const { users, changeUser, signOutUser, endSession } = fakeUsers({ world, need, includes, sorted, page });

  function clientsInScope(): Client[] {
    const { msp_id, client_id } = scope();
    if (client_id) return world.clients.filter((client) => client.id === client_id);
    return msp_id ? world.clients.filter((client) => client.msp_id === msp_id) : world.clients;
  }

  function mspsInScope(): MSP[] {
    const { msp_id } = scope();
    return msp_id ? world.msps.filter((msp) => msp.id === msp_id) : world.msps;
  }

  function overview(): Overview {
    need("see_overview");
    const clients = clientsInScope();
    const active = clients.filter((client) => client.status === "active");
    const used = active.reduce((all, client) => all + (client.seats_used ?? 0), 0);
    const total = active.reduce((all, client) => all + (client.seats_total ?? 0), 0);
    const ids = new Set(clients.map((client) => client.id));
    return {
      msps: mspsInScope().length,
      clients: active.length,
      clients_missing: clients.length - active.length,
      seats_used: used,
      seats_total: total,
      expiring_soon: active.filter((client) => expiresWithin(client, 30)).length,
      trend: Array.from({ length: 60 }, (_, n) => ({
        day: new Date(Date.now() - (59 - n) * 86_400_000).toISOString().slice(0, 10),
        clients: Math.max(0, active.length - Math.round((59 - n) / 3)),
        seats_used: Math.max(0, Math.round(used * (0.86 + n * 0.0024))),
        seats_total: Math.round(total * (0.9 + n * 0.0017)),
      })),
      attention: world.attention.filter((item) => !item.client_id || ids.has(item.client_id)),
      data_as_of: world.dataAsOf,
    };
  }

  /** What the newest complete run said of everybody, which links to it. */
  function lately() {
    const run = world.runs.find(({ status }) => status === "complete");
    if (!run) return [];
    const what = { kind: "changed" as const, field: "seats_total", before: "40", after: "60" };
    return [{ ...what, at: run.finished_at ?? run.created_at, run_id: run.id }];
  }

  function detail<Item extends { first_seen_at: string }>(item: Item | undefined) {
    if (!item) throw new Problem("not_found", { message: "No such customer.", requestId: "req-fake" });
    return {
      ...item,
      fields: [{ name: "supportTier", value: "gold" }],
      history: [
        ...lately(),
        {
          at: item.first_seen_at,
          kind: "added" as const,
          field: null,
          before: null,
          after: null,
          run_id: null,
        },
      ],
    };
  }

  function createInvite(wanted: NewInvite) {
    need("manage_invites");
    if (world.invites.some((other) => other.email === wanted.email && other.status === "open")) {
      throw new Problem("conflict", { message: "This address has an open invite already.", field: "email" });
    }
    const invite: Invite = {
      id: crypto.randomUUID(),
      email: wanted.email,
      role: wanted.role,
      msp_id: wanted.msp_id ?? null,
      msp_name: world.msps.find((msp) => msp.id === wanted.msp_id)?.name ?? null,
      client_id: wanted.client_id ?? null,
      client_name: world.clients.find((client) => client.id === wanted.client_id)?.name ?? null,
      provider: wanted.provider,
      domain: wanted.domain ?? null,
      tenant: wanted.tenant ?? null,
      status: "open",
      invited_by: me?.user.name ?? "",
      created_at: new Date().toISOString(),
      expires_at: new Date(Date.now() + (wanted.expires_in_hours ?? 72) * 3_600_000).toISOString(),
      accepted_at: null,
      mail: "none",
      code_closed: false,
    };
    world.invites.unshift(invite);
    return { ...invite, code: "K7QM-2VXD-94TB", mailed: false };
  }

  function resendInvite(id: string) {
    need("manage_invites");
    const at = world.invites.findIndex((invite) => invite.id === id);
    const invite = world.invites[at];
    if (!invite) throw new Problem("not_found");
    if (invite.status !== "open" && invite.status !== "expired") {
      throw new Problem("conflict", { message: "This invite is closed: invite the person again." });
    }
    const expires_at = new Date(Date.now() + 72 * 3_600_000).toISOString();
    const fresh: Invite = { ...invite, status: "open", expires_at, code_closed: false };
    world.invites[at] = fresh;
    return { ...fresh, code: "9WMC-7HTR-3ZFA", mailed: false };
  }

  function revokeInvite(id: string) {
    need("manage_invites");
    const at = world.invites.findIndex((invite) => invite.id === id);
    const invite = world.invites[at];
    if (!invite) throw new Problem("not_found");
    if (invite.status !== "open") throw new Problem("conflict", { message: "The invite is not open." });
    world.invites[at] = { ...invite, status: "revoked" };
  }

  function signIn(provider: "google" | "entra"): Promise<Me> {
    finish?.(new Problem("cancelled"));
    return new Promise((resolve, reject) => {
      finish = (outcome) => {
        finish = null;
        if (outcome instanceof Problem) reject(outcome);
        else resolve(become(outcome));
      };
      fake.emit("signin:waiting", {
        provider,
        url: "http://127.0.0.1:50123/start/9f3c",
        expires_at: new Date(Date.now() + 300_000).toISOString(),
        browser_problem: "",
      });
      const { signInEnds } = options;
      if (signInEnds) setTimeout(() => finish?.(signInEnds), 2_000);
    });
  }

  function submitInviteCode(code: string): Me {
    const { inviteCode } = fake;
    if (code === inviteCode.code && inviteCode.tries > 0) return become(inviteCode.person);
    inviteCode.tries -= 1;
    if (inviteCode.tries <= 0) throw new Problem("invite_closed", { message: closed });
    const message = `This is not the code of your invite. Tries left: ${inviteCode.tries}.`;
    throw new Problem("invite_code_wrong", { message });
  }

  function setAPIURL(url: string) {
    if (!/^https:\/\/[^/]+\.[^/]+|^http:\/\/(127\.0\.0\.1|localhost)/.test(url)) {
      throw new Problem("insecure_api_url", {
        message: "The address must begin with https://, for example https://portal.example.com.",
        field: "url",
      });
    }
    stored.api_url = url;
  }

  /** Notes the call, waits, fails if it was told to, and only then answers. */
  function call<Arguments extends unknown[], Answer>(
    name: Call,
    answer: (...given: Arguments) => Answer | Promise<Answer>,
  ): (...given: Arguments) => Promise<Answer> {
    return async (...given) => {
      fake.calls.push(name);
      if (options.delay) await new Promise((done) => setTimeout(done, options.delay));
      const failure = failures.get(name);
      if (failure) {
        failure.times -= 1;
        if (failure.times <= 0) failures.delete(name);
        throw failure.problem;
      }
      return answer(...given);
    };
  }

  const fake: Fake = {
    world,
    calls: [],
    clipboard: "",
    inviteCode: { code: "K7QM-2VXD-94TB", person: people.mspUser, tries: 5 },
    fail: (name, problem, times = Number.POSITIVE_INFINITY) => {
      if (problem) failures.set(name, { problem, times });
      else failures.delete(name);
    },
    emit: (name, event) => {
      for (const handler of handlers.get(name) ?? []) handler(event as never);
    },
    finishSignIn: (outcome) => finish?.(outcome),
    on: (name, handler) => {
      const all = handlers.get(name) ?? new Set();
      handlers.set(name, all.add(handler));
      return () => all.delete(handler);
    },
    startup: call("startup", () => ({ ...stored })),
    setAPIURL: call("setAPIURL", setAPIURL),
    providers: call("providers", () => [
      { id: "google" as const, name: "Google", kind: "oidc" },
      { id: "entra" as const, name: "Microsoft", kind: "oidc" },
    ]),
    resume: call("resume", () => {
      if (!person) throw new Problem("signed_out");
      return become(person);
    }),
    signIn: call("signIn", signIn),
    submitInviteCode: call("submitInviteCode", submitInviteCode),
    cancelSignIn: call("cancelSignIn", () => finish?.(new Problem("cancelled"))),
    openSignInPage: call("openSignInPage", () => undefined),
    signOut: call("signOut", () => {
      me = null;
      person = null;
      stored.has_session = false;
    }),
    useGrant: call("useGrant", (id: string) => {
      const grant = person?.grants.find((held) => held.id === id);
      if (!person || !grant) throw new Problem("grant_changed");
      return become(person, grant);
    }),
    me: call("me", () => {
      me = asOfNow();
      return me;
    }),
    overview: call("overview", overview),
    msps: call("msps", (query) => {
      need("see_msps");
      const found = mspsInScope().filter(
        (msp) =>
          includes(query.q, msp.name, msp.external_id) && (!query.status || msp.status === query.status),
      );
      return page(sorted(found, query.sort || "name"), query, world.dataAsOf);
    }),
    msp: call("msp", (id: string) => {
      need("see_msps");
      return detail(mspsInScope().find((msp) => msp.id === id));
    }),
    clients: call("clients", (query) => {
      need("see_clients");
      const found = clientsInScope().filter(
        (client) =>
          includes(query.q, client.name, client.external_id, client.msp_name) &&
          (!query.status || client.status === query.status) &&
          (!query.type || client.type === query.type) &&
          (!query.msp_id || (client.msp_id ?? "none") === query.msp_id) &&
          (!query.expires_within || expiresWithin(client, query.expires_within)),
      );
      return page(sorted(found, query.sort || "name"), query, world.dataAsOf);
    }),
    client: call("client", (id: string) => {
      need("see_clients");
      return detail(clientsInScope().find((client) => client.id === id));
    }),
    invites: call("invites", (query) => {
      need("manage_invites");
      const found = world.invites.filter(
        (invite) => includes(query.q, invite.email) && (!query.status || invite.status === query.status),
      );
      return page(found, query, null);
    }),
    createInvite: call("createInvite", createInvite),
    revokeInvite: call("revokeInvite", revokeInvite),
    resendInvite: call("resendInvite", resendInvite),
    users: call("users", users),
    changeUser: call("changeUser", changeUser),
    signOutUser: call("signOutUser", signOutUser),
    sessions: call("sessions", () => {
      scope();
      return [...world.sessions];
    }),
    endSession: call("endSession", (id: string) => {
      scope();
      endSession(id);
    }),
    syncs: call("syncs", syncs.list),
    startSync: call("startSync", syncs.start),
    sync: call("sync", syncs.one),
    syncChanges: call("syncChanges", syncs.changes),
    syncReview: call("syncReview", syncs.review),
    acceptSync: call("acceptSync", syncs.accept),
    discardSync: call("discardSync", syncs.discard),
    watchSync: call("watchSync", syncs.watch),
    unwatchSync: call("unwatchSync", syncs.unwatch),
    connections: call("connections", products.list),
    testConnection: call("testConnection", products.test),
    createConnection: call("createConnection", products.create),
    changeConnection: call("changeConnection", products.change),
    copyText: call("copyText", (text: string) => {
      fake.clipboard = text;
    }),
  };
  return fake;
}
