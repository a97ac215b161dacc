// A Portal without Go, for tests and for `npm run dev` in a browser. It implements the rules of the API that screens
// depend on: scope, permissions, paging, sorting, one sync at a time, and who may change whom.

import { standardAppearance } from "./appearance";
import { meUnder, type UserWithGrants } from "./fakeBasics";
import { fakeChanges } from "./fakeChanges";
import { fakeConnections } from "./fakeConnections";
import { fakeCustomers } from "./fakeCustomers";
import { fakeExports, type SavedFile } from "./fakeExports";
import { fakeFavourites } from "./fakeFavourites";
import { fakeFields } from "./fakeFields";
import { fakeInvites, inviteCode } from "./fakeInvites";
import { fakeLinks } from "./fakeLinks";
import { includes, page, sorted } from "./fakeLists";
import { fakeOrganisation } from "./fakeOrganisation";
import { offers, refusal, wrongCode } from "./fakeRefusals";
import { fakeSearch } from "./fakeSearch";
import { fakeSyncs } from "./fakeSyncs";
import { users } from "./fakeUserRecords";
import { currentMe, fakeUsers } from "./fakeUsers";
import { fakeViews } from "./fakeViews";
import { newWorld, type World } from "./fakeWorld";
import type { Appearance, CustomerKind, Events, Grant, InviteOffer, Me, Places, Startup } from "./models";
import type { Portal } from "./portal";
import { Problem } from "./problem";

export { users };

type Call = Exclude<keyof Portal, "on">;
type Outcome = UserWithGrants | Problem;

export interface FakeOptions {
  /** The user whose session is in the keyring. */
  signedIn?: UserWithGrants;
  startup?: Partial<Startup>;
  /** Milliseconds that every call takes; default 0. */
  delay?: number;
  /** The outcome of a sign-in after two seconds; without it, finishSignIn ends the sign-in. */
  signInEnds?: Outcome;
}

export interface Fake extends Portal {
  world: World;
  /** Every call made so far, by name. */
  calls: Call[];
  /** What is kept on this computer: the appearance, and places by the ids of user and grant. */
  kept: { appearance: Appearance; places: Map<string, Places> };
  /** What exports have saved; hold keeps the next one from ending until finishExport or cancelExport. */
  exports: { saved: SavedFile[]; hold: boolean };
  finishExport(): void;
  /** Opens a link as the system does. */
  openLink(text: string): void;
  /** The content of the clipboard. */
  clipboard: string;
  /** The addresses that were opened in the browser. */
  browsed: string[];
  /** Lets the next calls fail, by default all. Without a problem the call works again. */
  fail(call: Call, problem?: Problem, times?: number): void;
  /** Sends an event as the desktop would. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
  /** Ends the waiting sign-in. */
  finishSignIn(outcome: Outcome): void;
  /** The code that submitInviteCode accepts, whom it signs in, and after how many tries the invite is closed. */
  inviteCode: { code: string; user: UserWithGrants; tries: number };
  /** The invites that chooseInvites offers. */
  offers: InviteOffer[];
}

const startup: Startup = {
  version: "dev",
  commit: "0000000",
  platform: "linux/amd64",
  api_url: "https://portal.northwind.example",
  api_url_managed: false,
  providers: [],
  allow_export: true,
  managed_by_name: "",
  managed_by_url: "",
  has_session: false,
  keyring_problem: "",
};

const offered = [
  { id: "google" as const, name: "Google", kind: "oidc" },
  { id: "entra" as const, name: "Microsoft", kind: "oidc" },
];

const letters = (code: string) => code.replace(/[^0-9a-z]/gi, "").toUpperCase();
/** The API also computes the last character from the others. */
const isCode = (typed: string) => /^[0-9A-HJKMNP-TV-Z]{30}$/.test(letters(typed));

export function createFake(options: FakeOptions = {}): Fake {
  const world = newWorld();
  const failures = new Map<Call, { problem: Problem; times: number }>();
  const handlers = new Map<string, Set<(event: never) => void>>();
  const stored = { ...startup, has_session: options.signedIn !== undefined, ...options.startup };
  let me: Me | null = null;
  let signedIn = options.signedIn ?? null;
  let finish: ((outcome: Outcome) => void) | null = null;

  const worldFields = () => ({ time_zone: world.timeZone, data_as_of: world.dataAsOf });

  function become(user: UserWithGrants, grant: Grant = user.grants[0] as Grant): Me {
    signedIn = user;
    me = { ...meUnder(user, grant), ...worldFields() };
    stored.has_session = true;
    return me;
  }

  /** The signed-in user with their current grants. */
  function currentUser(): Me {
    if (!me) throw new Problem("signed_out", { message: "No user is signed in." });
    const { user, grant } = me;
    const held = world.users.find(({ id }) => id === user.id)?.grants;
    return held ? { ...currentMe(user, held, grant.id), ...worldFields() } : me;
  }

  function scope() {
    const now = currentUser().grant;
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
  const fields = fakeFields({ world, need, queue: syncs.queue });
  const changes = fakeChanges({ world, need, scope });
  const customers = fakeCustomers({ world, need, scope, changesSinceVisit: changes.sinceVisit });
  const exporting = fakeExports({
    customers,
    need,
    allowed: () => stored.allow_export,
    emit: (progress) => fake.emit("export:progress", progress),
  });
  const organisation = fakeOrganisation({ world, need });
  const opened = fakeLinks();
  const invites = fakeInvites({ world, need });
  const userCalls = fakeUsers({ world, need, includes, sorted, page });

  const lists = {
    clients: customers.clients,
    msps: customers.msps,
    changes: changes.list,
    users: userCalls.users,
    invites: invites.list,
  };
  const views = fakeViews({ world, need, lists });
  const favourites = fakeFavourites({ world, need, ...customers });

  function signIn(provider: "google" | "entra"): Promise<Me> {
    if (stored.providers.length > 0 && !stored.providers.includes(provider)) {
      throw new Problem("policy", { message: "Your organisation does not allow this sign-in." });
    }
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
    if (!isCode(code)) throw refusal("code_mistyped");
    if (letters(code) === letters(inviteCode.code) && inviteCode.tries > 0) return become(inviteCode.user);
    inviteCode.tries -= 1;
    if (inviteCode.tries <= 0) throw refusal("invite_closed");
    throw wrongCode(inviteCode.tries);
  }

  function chooseInvites(ids: string[]): Me {
    const chosen = fake.offers.filter(({ id }) => ids.includes(id));
    if (chosen.length === 0) throw refusal("choice");
    if (chosen.some(({ needs_code }) => needs_code)) throw refusal("code_required");
    return become(fake.inviteCode.user);
  }

  function claimInvite(code: string): Grant {
    const { user } = currentUser();
    if (!isCode(code)) throw refusal("code_mistyped");
    if (letters(code) !== letters(fake.inviteCode.code)) throw refusal("code_unknown");
    const grant = { ...(fake.inviteCode.user.grants[0] as Grant), id: "claimed" };
    world.users.find(({ id }) => id === user.id)?.grants.push({ ...grant, active: true });
    if (signedIn) signedIn = { ...signedIn, grants: [...signedIn.grants, grant] };
    return grant;
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

  /** Records the call, waits, throws a failure set by fail, and only then runs it. */
  function call<Arguments extends unknown[], Result>(
    name: Call,
    run: (...given: Arguments) => Result | Promise<Result>,
  ): (...given: Arguments) => Promise<Result> {
    return async (...given) => {
      fake.calls.push(name);
      if (options.delay) await new Promise((done) => setTimeout(done, options.delay));
      const failure = failures.get(name);
      if (failure) {
        failure.times -= 1;
        if (failure.times <= 0) failures.delete(name);
        throw failure.problem;
      }
      return run(...given);
    };
  }

  const fake: Fake = {
    world,
    calls: [],
    exports: exporting.state,
    finishExport: exporting.finish,
    clipboard: "",
    browsed: [],
    openLink: (text) => {
      opened.open(text);
      fake.emit("link:opened", {});
    },
    inviteCode: { code: inviteCode, user: users.mspUser, tries: 5 },
    offers,
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
    kept: { appearance: { ...standardAppearance }, places: new Map() },
    appearance: call("appearance", () => ({ ...fake.kept.appearance })),
    setAppearance: call("setAppearance", (appearance: Appearance) => {
      fake.kept.appearance = appearance;
    }),
    places: call(
      "places",
      (userID: string, grantID: string) =>
        fake.kept.places.get(`${userID} ${grantID}`) ?? { lists: [], opened: [] },
    ),
    setPlaces: call("setPlaces", (userID: string, grantID: string, { lists, opened }: Places) => {
      // As the desktop does: never what was typed into a search.
      const withoutSearch = (path: string) => path.replace(/([?&])q=[^&]*&?/, "$1").replace(/[?&]$/, "");
      fake.kept.places.set(`${userID} ${grantID}`, { lists: lists.map(withoutSearch), opened });
    }),
    setAPIURL: call("setAPIURL", setAPIURL),
    providers: call("providers", () => {
      const { providers: allowed } = stored;
      return offered.filter(({ id }) => allowed.length === 0 || allowed.includes(id));
    }),
    resume: call("resume", () => {
      if (!signedIn) throw new Problem("signed_out");
      return become(signedIn);
    }),
    signIn: call("signIn", signIn),
    submitInviteCode: call("submitInviteCode", submitInviteCode),
    chooseInvites: call("chooseInvites", chooseInvites),
    claimInvite: call("claimInvite", claimInvite),
    cancelSignIn: call("cancelSignIn", () => finish?.(new Problem("cancelled"))),
    openSignInPage: call("openSignInPage", () => undefined),
    signOut: call("signOut", () => {
      me = null;
      signedIn = null;
      stored.has_session = false;
    }),
    useGrant: call("useGrant", (id: string) => {
      const grant = signedIn?.grants.find((held) => held.id === id);
      if (!signedIn || !grant) throw new Problem("grant_changed");
      return become(signedIn, grant);
    }),
    me: call("me", () => {
      me = currentUser();
      return me;
    }),
    overview: call("overview", customers.overview),
    msps: call("msps", customers.msps),
    msp: call("msp", customers.msp),
    mspFacets: call("mspFacets", customers.mspFacets),
    clients: call("clients", customers.clients),
    clientFacets: call("clientFacets", customers.clientFacets),
    client: call("client", customers.client),
    search: call("search", fakeSearch({ world, need, scope, ...customers, ...userCalls })),
    changes: call("changes", changes.list),
    visitChanges: call("visitChanges", changes.visit),
    views: call("views", views.list),
    createView: call("createView", views.create),
    changeView: call("changeView", views.change),
    deleteView: call("deleteView", views.remove),
    favourites: call("favourites", favourites.favourites),
    setFavourite: call("setFavourite", favourites.setFavourite),
    snoozedAttention: call("snoozedAttention", customers.attention.snoozed),
    snoozeAttention: call("snoozeAttention", customers.attention.snooze),
    endSnooze: call("endSnooze", customers.attention.endSnooze),
    setAttentionHandler: call("setAttentionHandler", customers.attention.setHandler),
    removeAttentionHandler: call("removeAttentionHandler", customers.attention.removeHandler),
    recents: call("recents", favourites.recents),
    saveRecent: call("saveRecent", favourites.saveRecent),
    exportClients: call("exportClients", exporting.exportClients),
    exportMSPs: call("exportMSPs", exporting.exportMSPs),
    cancelExport: call("cancelExport", exporting.cancelExport),
    saveDiagnostics: call("saveDiagnostics", () => ({
      name: "fs-client-portal-diagnostics-2026-11-30.zip",
      folder: "/home/ada/Documents",
    })),
    invites: call("invites", invites.list),
    createInvite: call("createInvite", invites.create),
    revokeInvite: call("revokeInvite", invites.revoke),
    resendInvite: call("resendInvite", invites.resend),
    users: call("users", userCalls.users),
    user: call("user", userCalls.user),
    changeUser: call("changeUser", userCalls.changeUser),
    signOutUser: call("signOutUser", userCalls.signOutUser),
    sessions: call("sessions", () => {
      scope();
      return [...world.sessions];
    }),
    endSession: call("endSession", (id: string) => {
      scope();
      userCalls.endSession(id);
    }),
    syncs: call("syncs", syncs.list),
    startSync: call("startSync", syncs.start),
    sync: call("sync", syncs.one),
    syncReview: call("syncReview", syncs.review),
    syncReviewTotals: call("syncReviewTotals", syncs.reviewTotals),
    acceptSync: call("acceptSync", syncs.accept),
    discardSync: call("discardSync", syncs.discard),
    watchSync: call("watchSync", syncs.watch),
    unwatchSync: call("unwatchSync", syncs.unwatch),
    connections: call("connections", products.list),
    testConnection: call("testConnection", products.test),
    createConnection: call("createConnection", products.create),
    changeConnection: call("changeConnection", products.change),
    organisation: call("organisation", organisation.read),
    changeOrganisation: call("changeOrganisation", organisation.change),
    fieldMap: call("fieldMap", fields.show),
    changeFieldMap: call("changeFieldMap", fields.change),
    previewFieldMap: call("previewFieldMap", fields.preview),
    seeFieldMap: call("seeFieldMap", fields.see),
    takeLink: call("takeLink", opened.take),
    openDashboard: call("openDashboard", (kind: CustomerKind, id: string) => {
      const { name, dashboard_url: address } = (kind === "msp" ? customers.msp(id) : customers.client(id))
        .product;
      if (address === null)
        throw new Problem("not_found", { message: `The address of the dashboard of ${name} is not known.` });
      fake.browsed.push(address);
    }),
    openManagedBy: call("openManagedBy", () => {
      if (!stored.managed_by_url) throw new Problem("not_found");
      fake.browsed.push(stored.managed_by_url);
    }),
    copyText: call("copyText", (text: string) => {
      fake.clipboard = text;
    }),
  };
  return fake;
}
