import type {
  Appearance,
  Attention,
  AttentionKind,
  ChangeFilter,
  ChangeVisit,
  Client,
  ClientDetail,
  ClientFilter,
  Columns,
  ConnectionChange,
  ConnectionItem,
  Connections,
  ConnectionTest,
  ConnectionTrial,
  CreatedInvite,
  CustomerKind,
  Events,
  Exported,
  ExportOptions,
  Facets,
  Favourite,
  FieldMap,
  FieldMapChange,
  FieldMapPreview,
  Grant,
  Grouping,
  Invite,
  InviteFilter,
  ListedChange,
  Me,
  MSP,
  MSPDetail,
  MSPExportOptions,
  MSPFilter,
  NewConnection,
  NewInvite,
  NewView,
  OpenedLink,
  Organisation,
  OrganisationChange,
  Overview,
  OwnSession,
  Page,
  PageQuery,
  Places,
  Provider,
  ProviderID,
  Recent,
  ReviewFilter,
  ReviewItem,
  ReviewTotals,
  SavedDiagnostics,
  SearchQuery,
  SearchResult,
  Sort,
  Startup,
  SyncFilter,
  SyncRun,
  UserChange,
  UserFilter,
  UserItem,
  View,
  ViewChange,
} from "./models";

/** Every call that the screens may make. All reject with a Problem, and no list is ever null. */
export interface Portal {
  startup(): Promise<Startup>;
  appearance(): Promise<Appearance>;
  /** Keeps it for the next start. */
  setAppearance(appearance: Appearance): Promise<void>;
  /** Where a user was under a grant, as kept on this computer. */
  places(userID: string, grantID: string): Promise<Places>;
  setPlaces(userID: string, grantID: string, places: Places): Promise<void>;
  setAPIURL(url: string): Promise<void>;
  providers(): Promise<Provider[]>;
  resume(): Promise<Me>;
  signIn(provider: ProviderID): Promise<Me>;
  submitInviteCode(code: string): Promise<Me>;
  /** Finishes a sign-in that failed with invite_choice. */
  chooseInvites(ids: string[]): Promise<Me>;
  /** Gives the signed-in user the role of a further invite; rejects with invite_code_invalid. */
  claimInvite(code: string): Promise<Grant>;
  cancelSignIn(): Promise<void>;
  openSignInPage(): Promise<void>;
  signOut(): Promise<void>;
  useGrant(id: string): Promise<Me>;
  me(): Promise<Me>;
  overview(): Promise<Overview>;
  msps(query: MSPFilter & Sort & PageQuery): Promise<Page<MSP>>;
  mspFacets(query: MSPFilter & Columns): Promise<Facets>;
  msp(id: string): Promise<MSPDetail>;
  clients(query: ClientFilter & Sort & Grouping & PageQuery): Promise<Page<Client>>;
  clientFacets(query: ClientFilter & Columns): Promise<Facets>;
  client(id: string): Promise<ClientDetail>;
  /** The best matches over MSPs, clients and users that the viewer may see; rejects with invalid for q. */
  search(query: SearchQuery): Promise<SearchResult>;
  /** The changes in the scope, newest first; grouped: many that are alike as one line. */
  changes(query: ChangeFilter & { grouped?: "yes" } & PageQuery): Promise<Page<ListedChange>>;
  /** Saves that the user has seen the changes up to newest_at of the list. */
  visitChanges(visit: ChangeVisit): Promise<void>;
  /** The saved views of every list that the user sees, by name. */
  views(): Promise<View[]>;
  /** Rejects with conflict and the field name for a name in use, and with invalid and the field query. */
  createView(view: NewView): Promise<View>;
  changeView(id: string, change: ViewChange): Promise<View>;
  deleteView(id: string): Promise<void>;
  /** The favourites that are in the scope now, by name. */
  favourites(): Promise<Favourite[]>;
  setFavourite(kind: CustomerKind, id: string, on: boolean): Promise<void>;
  /** Everything that the users of the same MSSP or MSP have snoozed, most urgent first. */
  snoozedAttention(): Promise<Attention[]>;
  /**
   * Leaves what needs attention of an MSP or client out of the overview until a time, at most 31 days from now. Rejects
   * with not_found where it does not need attention any more, and with conflict for too many marks; so does
   * setAttentionHandler.
   */
  snoozeAttention(kind: AttentionKind, id: string, until: string): Promise<void>;
  endSnooze(kind: AttentionKind, id: string): Promise<void>;
  /** Says which user of the same MSSP or MSP handles it, in place of anyone else. */
  setAttentionHandler(kind: AttentionKind, id: string, userID: string): Promise<void>;
  removeAttentionHandler(kind: AttentionKind, id: string): Promise<void>;
  /** The last opened MSPs and clients that are in the scope now, the latest first. */
  recents(): Promise<Recent[]>;
  saveRecent(kind: CustomerKind, id: string): Promise<void>;
  /**
   * Saves a list to a file that the user chooses. asOf is the time of the data on the screen. Rejects with cancelled,
   * policy, file_failed or interrupted; then nothing is saved.
   */
  exportClients(query: ClientFilter & Sort, options: ExportOptions, asOf: string | null): Promise<Exported>;
  exportMSPs(query: MSPFilter & Sort, options: MSPExportOptions, asOf: string | null): Promise<Exported>;
  cancelExport(): Promise<void>;
  /** Saves a zip for support to a file that the user chooses. Rejects with cancelled or file_failed. */
  saveDiagnostics(): Promise<SavedDiagnostics>;
  invites(query: InviteFilter & PageQuery): Promise<Page<Invite>>;
  createInvite(invite: NewInvite): Promise<CreatedInvite>;
  revokeInvite(id: string): Promise<void>;
  /** Replaces the code of an open or expired invite; the old code stops working. */
  resendInvite(id: string): Promise<CreatedInvite>;
  users(query: UserFilter & PageQuery): Promise<Page<UserItem>>;
  /** Rejects with not_found for a user outside the scope. */
  user(id: string): Promise<UserItem>;
  changeUser(id: string, change: UserChange): Promise<UserItem>;
  /** Ends every session of a user. */
  signOutUser(id: string): Promise<void>;
  /** The caller's own sessions, the current one first. */
  sessions(): Promise<OwnSession[]>;
  endSession(id: string): Promise<void>;
  syncs(query: SyncFilter & PageQuery): Promise<Page<SyncRun>>;
  /**
   * Syncs a connection, by default the one that has waited longest; rejects with conflict while that connection is
   * paused.
   */
  startSync(connectionID?: string): Promise<SyncRun>;
  sync(id: string): Promise<SyncRun>;
  /** The customers that accepting a run in review would change; empty for any other run. */
  syncReview(id: string, query: ReviewFilter & PageQuery): Promise<Page<ReviewItem>>;
  /** How many customers of each MSP it would change, and how; empty for any other run. */
  syncReviewTotals(id: string): Promise<ReviewTotals>;
  /** Accepts a run in review; rejects with conflict when it is no longer in review. */
  acceptSync(id: string): Promise<SyncRun>;
  discardSync(id: string): Promise<SyncRun>;
  /** Sends sync:run events for a run until it ends. Each watchSync needs its own unwatchSync. */
  watchSync(id: string): Promise<void>;
  unwatchSync(id: string): Promise<void>;
  connections(): Promise<Connections>;
  /** Resolves also where the product refuses; rejects for invalid parameters. */
  testConnection(trial: ConnectionTrial): Promise<ConnectionTest>;
  /** Tests, saves and queues the first run; rejects with product_refused. */
  createConnection(connection: NewConnection): Promise<ConnectionItem>;
  changeConnection(id: string, change: ConnectionChange): Promise<ConnectionItem>;
  /** The MSSP and the time zones that can be chosen for it. */
  organisation(): Promise<Organisation>;
  /** Rejects with invalid and the field time_zone for a zone that is not known. */
  changeOrganisation(change: OrganisationChange): Promise<Organisation>;
  /** Which path of a connection's JSON fills which field, as of its last run. */
  fieldMap(connectionID: string): Promise<FieldMap>;
  /** Takes effect with the next run, which is queued. */
  changeFieldMap(connectionID: string, change: FieldMapChange): Promise<FieldMap>;
  /** What a change would do to ten customers. */
  previewFieldMap(connectionID: string, change: FieldMapChange): Promise<FieldMapPreview>;
  /** Marks the field map of a run as seen, which removes it from the overview. */
  seeFieldMap(connectionID: string, runID: string): Promise<void>;
  /** The link that was opened last, once; it is kept until a user is signed in. */
  takeLink(signedIn: boolean): Promise<OpenedLink>;
  /** Opens the dashboard of a customer's product in the browser. */
  openDashboard(kind: CustomerKind, id: string): Promise<void>;
  /** Opens the page of those who manage this computer in the browser. */
  openManagedBy(): Promise<void>;
  copyText(text: string): Promise<void>;
  /** Calls handler for each event until the returned function is called. */
  on<Name extends keyof Events>(name: Name, handler: (event: Events[Name]) => void): () => void;
}

let current: Portal | undefined;

/** Returns the Portal that was given to setPortal. */
export function getPortal(): Portal {
  if (!current) throw new Error("setPortal must be called before rendering");
  return current;
}

/** Must be called before rendering, by main.tsx or by a test. */
export function setPortal(portal: Portal): void {
  current = portal;
}
