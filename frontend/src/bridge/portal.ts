import type {
  Client,
  ClientDetail,
  ClientFilter,
  ConnectionChange,
  ConnectionItem,
  Connections,
  ConnectionTest,
  ConnectionTrial,
  CreatedInvite,
  Events,
  Facets,
  FieldMap,
  FieldMapChange,
  FieldMapPreview,
  Grant,
  Invite,
  InviteFilter,
  Me,
  MSP,
  MSPDetail,
  MSPFilter,
  NewConnection,
  NewInvite,
  Organisation,
  OrganisationChange,
  Overview,
  OwnSession,
  Page,
  PageQuery,
  Provider,
  ProviderID,
  ReviewItem,
  RunChange,
  RunChangeFilter,
  Sort,
  Startup,
  SyncRun,
  UserChange,
  UserFilter,
  UserItem,
} from "./models";

/** Every call the screens may make. All reject with a Problem and never answer null for a list. */
export interface Portal {
  startup(): Promise<Startup>;
  setAPIURL(url: string): Promise<void>;
  providers(): Promise<Provider[]>;
  resume(): Promise<Me>;
  signIn(provider: ProviderID): Promise<Me>;
  submitInviteCode(code: string): Promise<Me>;
  /** Finishes a sign-in that was answered with invite_choice. */
  chooseInvites(ids: string[]): Promise<Me>;
  /** Gives whoever is signed in the role of a further invite; rejects with invite_code_invalid. */
  claimInvite(code: string): Promise<Grant>;
  cancelSignIn(): Promise<void>;
  openSignInPage(): Promise<void>;
  signOut(): Promise<void>;
  useGrant(id: string): Promise<Me>;
  me(): Promise<Me>;
  overview(): Promise<Overview>;
  msps(query: MSPFilter & Sort & PageQuery): Promise<Page<MSP>>;
  mspFacets(): Promise<Facets>;
  msp(id: string): Promise<MSPDetail>;
  clients(query: ClientFilter & Sort & PageQuery): Promise<Page<Client>>;
  clientFacets(): Promise<Facets>;
  client(id: string): Promise<ClientDetail>;
  invites(query: InviteFilter & PageQuery): Promise<Page<Invite>>;
  createInvite(invite: NewInvite): Promise<CreatedInvite>;
  revokeInvite(id: string): Promise<void>;
  /** A fresh code for an open or expired invite; its old one is dead. */
  resendInvite(id: string): Promise<CreatedInvite>;
  users(query: UserFilter & PageQuery): Promise<Page<UserItem>>;
  changeUser(id: string, change: UserChange): Promise<UserItem>;
  /** Ends every session of a person. */
  signOutUser(id: string): Promise<void>;
  /** The caller's own sessions, the current one first. */
  sessions(): Promise<OwnSession[]>;
  endSession(id: string): Promise<void>;
  syncs(query: PageQuery): Promise<Page<SyncRun>>;
  /** Of one connection, or of the one that has waited longest; rejects with conflict for a paused one. */
  startSync(connectionID?: string): Promise<SyncRun>;
  sync(id: string): Promise<SyncRun>;
  /** What a run changed; nobody counts the lines. */
  syncChanges(id: string, query: RunChangeFilter & PageQuery): Promise<Page<RunChange>>;
  /** Who a run in review would mark as missing; nobody for any other run. */
  syncReview(id: string, query: PageQuery): Promise<Page<ReviewItem>>;
  /** Lets a run in review mark them missing; rejects with conflict when it is not in review any more. */
  acceptSync(id: string): Promise<SyncRun>;
  discardSync(id: string): Promise<SyncRun>;
  /** Has the event sync:run tell how a run stands until it ends; one unwatchSync takes one watchSync back. */
  watchSync(id: string): Promise<void>;
  unwatchSync(id: string): Promise<void>;
  connections(): Promise<Connections>;
  /** That the product refuses is an answer; rejects for what nobody needs to ask about. */
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
  /** From the next run on, which is queued. */
  changeFieldMap(connectionID: string, change: FieldMapChange): Promise<FieldMap>;
  /** What a change would do to ten customers. */
  previewFieldMap(connectionID: string, change: FieldMapChange): Promise<FieldMapPreview>;
  /** Notes that the field map of a run was looked at: it needs no attention any more. */
  seeFieldMap(connectionID: string, runID: string): Promise<void>;
  copyText(text: string): Promise<void>;
  /** Calls handler on each event until the answered function is called. */
  on<Name extends keyof Events>(name: Name, handler: (event: Events[Name]) => void): () => void;
}

let current: Portal | undefined;

/** The door to Go; main.tsx (or a test) hangs it in before anything is drawn. */
export function portal(): Portal {
  if (!current) throw new Error("no portal is hung in");
  return current;
}

export function hangIn(door: Portal): void {
  current = door;
}
