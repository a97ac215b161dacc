import * as app from "../../wailsjs/go/main/App";
import type { portal } from "../../wailsjs/go/models";
import { EventsOn } from "../../wailsjs/runtime/runtime";
import type * as m from "./models";
import type { Portal } from "./portal";
import { toProblem } from "./problem";

// Every rejection becomes a Problem. The type parameter narrows what the generator could only call a string.
async function ask<Answer>(answer: Promise<unknown>): Promise<Answer> {
  try {
    return (await answer) as Answer;
  } catch (rejection) {
    throw toProblem(rejection);
  }
}

type Nullable<T> = { [K in keyof T]: T[K] | null };

// A nil slice in Go arrives as null.
const list = <Item>(items: Item[] | null): Item[] => items ?? [];

async function askPage<Item>(answer: Promise<unknown>): Promise<m.Page<Item>> {
  const page = await ask<Nullable<m.Page<Item>>>(answer);
  return {
    items: list(page.items),
    next_cursor: page.next_cursor || null,
    total: page.total ?? null,
    data_as_of: page.data_as_of ?? null,
    ...(page.has_expiry != null && { has_expiry: page.has_expiry }),
  };
}

async function askFacets(answer: Promise<unknown>): Promise<m.Facets> {
  const facets = await ask<Nullable<m.Facets>>(answer);
  return { types: list(facets.types), licence_types: list(facets.licence_types) };
}

async function askMe(answer: Promise<unknown>): Promise<m.Me> {
  const me = await ask<m.Me>(answer);
  return {
    ...me,
    grants: list(me.grants),
    permissions: list(me.permissions),
    may_invite: list(me.may_invite),
  };
}

async function askDetail<Detail extends { fields: m.Field[]; history: m.Change[] }>(
  answer: Promise<unknown>,
): Promise<Detail> {
  const detail = await ask<Detail>(answer);
  return { ...detail, fields: list(detail.fields), history: list(detail.history) };
}

const withProducts = <Item extends m.Client>(client: Item): Item => ({
  ...client,
  products: list(client.products),
});

const withZones = (organisation: m.Organisation): m.Organisation => ({
  ...organisation,
  time_zones: list(organisation.time_zones),
});

const withGrants = (user: m.UserItem): m.UserItem => ({ ...user, grants: list(user.grants) });

const withPaths = (map: m.FieldMap): m.FieldMap => ({
  ...map,
  items: list(map.items),
  fields: list(map.fields),
});

const firstPage = { cursor: "", limit: 50 };
const noFilter = { q: "", sort: "", status: "" };

/** The App of app.go. */
export const go: Portal = {
  startup: async () => {
    const startup = await ask<m.Startup>(app.Startup());
    return { ...startup, providers: list(startup.providers) };
  },
  setAPIURL: (url) => ask(app.SetAPIURL(url)),
  providers: async () => list(await ask<m.Provider[] | null>(app.Providers())),
  resume: () => askMe(app.Resume()),
  signIn: (provider) => askMe(app.SignIn(provider)),
  submitInviteCode: (code) => askMe(app.SubmitInviteCode(code)),
  chooseInvites: (ids) => askMe(app.ChooseInvites(ids)),
  claimInvite: (code) => ask(app.ClaimInvite(code)),
  cancelSignIn: () => ask(app.CancelSignIn()),
  openSignInPage: () => ask(app.OpenSignInPage()),
  signOut: () => ask(app.SignOut()),
  useGrant: (id) => askMe(app.UseGrant(id)),
  me: () => askMe(app.Me()),
  overview: async () => {
    const overview = await ask<m.Overview>(app.Overview());
    return {
      ...overview,
      products: list(overview.products),
      trend: list(overview.trend),
      attention: list(overview.attention),
    };
  },
  // Go reads a parameter that is left out as an empty one, which narrows nothing.
  msps: (query) => askPage(app.MSPs(query as portal.MSPQuery)),
  mspFacets: () => askFacets(app.MSPFacets()),
  msp: (id) => askDetail<m.MSPDetail>(app.MSP(id)),
  clients: async (query) => {
    const page = await askPage<m.Client>(app.Clients(query as portal.ClientQuery));
    return { ...page, items: page.items.map(withProducts) };
  },
  clientFacets: () => askFacets(app.ClientFacets()),
  client: async (id) => withProducts(await askDetail<m.ClientDetail>(app.Client(id))),
  invites: (query) => askPage(app.Invites({ ...firstPage, q: "", status: "", ...query })),
  createInvite: (invite) => ask(app.CreateInvite(invite)),
  revokeInvite: (id) => ask(app.RevokeInvite(id)),
  resendInvite: (id) => ask(app.ResendInvite(id)),
  users: async (query) => {
    const none = { ...firstPage, ...noFilter, role: "", msp_id: "" };
    const page = await askPage<m.UserItem>(app.Users({ ...none, ...query }));
    return { ...page, items: page.items.map(withGrants) };
  },
  changeUser: async (id, change) => withGrants(await ask<m.UserItem>(app.ChangeUser(id, change))),
  signOutUser: (id) => ask(app.SignOutUser(id)),
  sessions: async () => list((await ask<{ items: m.OwnSession[] | null }>(app.Sessions())).items),
  endSession: (id) => ask(app.EndSession(id)),
  syncs: (query) => askPage(app.Syncs({ ...firstPage, ...query })),
  startSync: (connectionID) => ask(app.StartSync(connectionID ?? "")),
  sync: (id) => ask(app.Sync(id)),
  syncChanges: (id, query) => askPage(app.SyncChanges(id, { ...firstPage, kind: "", ...query })),
  syncReview: (id, query) => askPage(app.SyncReview(id, { ...firstPage, ...query })),
  acceptSync: (id) => ask(app.AcceptSync(id)),
  discardSync: (id) => ask(app.DiscardSync(id)),
  watchSync: (id) => ask(app.WatchSync(id)),
  unwatchSync: (id) => ask(app.UnwatchSync(id)),
  connections: async () => {
    const all = await ask<Nullable<m.Connections>>(app.Connections());
    return { items: list(all.items), products: list(all.products) };
  },
  testConnection: (trial) => ask(app.TestConnection(trial)),
  createConnection: (connection) => ask(app.CreateConnection(connection)),
  changeConnection: (id, change) => ask(app.ChangeConnection(id, change)),
  organisation: async () => withZones(await ask<m.Organisation>(app.Organisation())),
  changeOrganisation: async (change) => withZones(await ask<m.Organisation>(app.ChangeOrganisation(change))),
  fieldMap: async (id) => withPaths(await ask<m.FieldMap>(app.FieldMap(id))),
  changeFieldMap: async (id, change) =>
    withPaths(await ask<m.FieldMap>(app.ChangeFieldMap(id, change as portal.FieldMapChange))),
  previewFieldMap: async (id, change) => {
    const preview = await ask<m.FieldMapPreview>(app.PreviewFieldMap(id, change as portal.FieldMapChange));
    return {
      ...preview,
      items: list(preview.items).map((item) => ({ ...item, changes: list(item.changes) })),
    };
  },
  seeFieldMap: (id, runID) => ask(app.SeeFieldMap(id, runID)),
  copyText: (text) => ask(app.CopyText(text)),
  on: (name, handler) => EventsOn(name, handler),
};
