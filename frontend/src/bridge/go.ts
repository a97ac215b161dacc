import * as app from "../../wailsjs/go/main/App";
import type { portal } from "../../wailsjs/go/models";
import { EventsOn } from "../../wailsjs/runtime/runtime";
import type { Attention, ExportOptions, Favourite, OwnSession, Recent, View } from "./models";
import type { Portal } from "./portal";
import { toProblem } from "./problem";

// Turns every rejection into a Problem. The type parameter narrows what the generated binding declares as a string. Go
// never sends null for a list: backend/desktop/lists.go replaces nil slices.
async function call<Result>(result: Promise<unknown>): Promise<Result> {
  try {
    return (await result) as Result;
  } catch (rejection) {
    throw toProblem(rejection);
  }
}

const exportQuery = ({ format, columns, ids = [], except = false }: ExportOptions) => ({
  format,
  columns: columns.join(","),
  ids: ids.join(","),
  except,
});

const firstPage = { cursor: "", limit: 50 };

/** Calls the bound methods of app.go. */
export const go: Portal = {
  startup: () => call(app.Startup()),
  appearance: () => call(app.Appearance()),
  setAppearance: (appearance) => call(app.SetAppearance(appearance)),
  places: (userID, grantID) => call(app.Places(userID, grantID)),
  setPlaces: (userID, grantID, places) => call(app.SetPlaces(userID, grantID, places)),
  setAPIURL: (url) => call(app.SetAPIURL(url)),
  providers: () => call(app.Providers()),
  resume: () => call(app.Resume()),
  signIn: (provider) => call(app.SignIn(provider)),
  submitInviteCode: (code) => call(app.SubmitInviteCode(code)),
  chooseInvites: (ids) => call(app.ChooseInvites(ids)),
  claimInvite: (code) => call(app.ClaimInvite(code)),
  cancelSignIn: () => call(app.CancelSignIn()),
  openSignInPage: () => call(app.OpenSignInPage()),
  signOut: () => call(app.SignOut()),
  useGrant: (id) => call(app.UseGrant(id)),
  me: () => call(app.Me()),
  overview: () => call(app.Overview()),
  // Go reads an omitted parameter as an empty one, which does not filter.
  msps: (query) => call(app.MSPs(query as portal.MSPQuery)),
  mspFacets: (query) => call(app.MSPFacets(query as portal.MSPFacetQuery)),
  msp: (id) => call(app.MSP(id)),
  clients: (query) => call(app.Clients(query as portal.ClientQuery)),
  clientFacets: (query) => call(app.ClientFacets(query as portal.ClientFacetQuery)),
  client: (id) => call(app.Client(id)),
  search: (query) => call(app.Search(query)),
  changes: (query) => call(app.Changes(query as portal.ChangeQuery)),
  visitChanges: (visit) => call(app.VisitChanges(visit)),
  views: async () => (await call<{ items: View[] }>(app.Views({ list: "" } as portal.ViewQuery))).items,
  createView: (view) => call(app.CreateView(view as portal.NewView)),
  changeView: (id, change) => call(app.ChangeView(id, change)),
  deleteView: (id) => call(app.DeleteView(id)),
  favourites: async () => (await call<{ items: Favourite[] }>(app.Favourites())).items,
  setFavourite: (kind, id, on) => call(app.SetFavourite(kind, id, on)),
  snoozedAttention: async () => (await call<{ items: Attention[] }>(app.SnoozedAttention())).items,
  snoozeAttention: (kind, id, until) => call(app.SnoozeAttention(kind, id, { until })),
  endSnooze: (kind, id) => call(app.EndSnooze(kind, id)),
  setAttentionHandler: (kind, id, userID) => call(app.SetAttentionHandler(kind, id, { user_id: userID })),
  removeAttentionHandler: (kind, id) => call(app.RemoveAttentionHandler(kind, id)),
  recents: async () => (await call<{ items: Recent[] }>(app.Recents())).items,
  saveRecent: (kind, id) => call(app.SaveRecent(kind, id)),
  exportClients: (query, options, asOf) =>
    call(app.ExportClients({ ...query, ...exportQuery(options) } as portal.ClientExport, asOf ?? "")),
  exportMSPs: (query, { withClients, ...options }, asOf) => {
    const nested = { with_clients: withClients ? "yes" : "" };
    return call(
      app.ExportMSPs({ ...query, ...exportQuery(options), ...nested } as portal.MSPExport, asOf ?? ""),
    );
  },
  cancelExport: () => call(app.CancelExport()),
  saveDiagnostics: () => call(app.SaveDiagnostics()),
  invites: (query) => call(app.Invites(query as portal.InviteQuery)),
  createInvite: (invite) => call(app.CreateInvite(invite)),
  revokeInvite: (id) => call(app.RevokeInvite(id)),
  resendInvite: (id) => call(app.ResendInvite(id)),
  users: (query) => call(app.Users(query as portal.UserQuery)),
  user: (id) => call(app.User(id)),
  changeUser: (id, change) => call(app.ChangeUser(id, change)),
  signOutUser: (id) => call(app.SignOutUser(id)),
  sessions: async () => (await call<{ items: OwnSession[] }>(app.Sessions())).items,
  endSession: (id) => call(app.EndSession(id)),
  syncs: (query) => call(app.Syncs(query as portal.SyncQuery)),
  startSync: (connectionID) => call(app.StartSync(connectionID ?? "")),
  sync: (id) => call(app.Sync(id)),
  syncReview: (id, query) =>
    call(app.SyncReview(id, { ...firstPage, q: "", kind: "", msp_id: "", effect: "", ...query })),
  syncReviewTotals: (id) => call(app.SyncReviewTotals(id)),
  acceptSync: (id) => call(app.AcceptSync(id)),
  discardSync: (id) => call(app.DiscardSync(id)),
  watchSync: (id) => call(app.WatchSync(id)),
  unwatchSync: (id) => call(app.UnwatchSync(id)),
  connections: () => call(app.Connections()),
  testConnection: (trial) => call(app.TestConnection(trial)),
  createConnection: (connection) => call(app.CreateConnection(connection)),
  changeConnection: (id, change) => call(app.ChangeConnection(id, change)),
  organisation: () => call(app.Organisation()),
  changeOrganisation: (change) => call(app.ChangeOrganisation(change)),
  fieldMap: (id) => call(app.FieldMap(id)),
  changeFieldMap: (id, change) => call(app.ChangeFieldMap(id, change as portal.FieldMapChange)),
  previewFieldMap: (id, change) => call(app.PreviewFieldMap(id, change as portal.FieldMapChange)),
  seeFieldMap: (id, runID) => call(app.SeeFieldMap(id, runID)),
  takeLink: (signedIn) => call(app.TakeLink(signedIn)),
  openDashboard: (kind, id) => call(app.OpenDashboard(kind, id)),
  openManagedBy: () => call(app.OpenManagedBy()),
  copyText: (text) => call(app.CopyText(text)),
  on: (name, handler) => EventsOn(name, handler),
};
