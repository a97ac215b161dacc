// The API's types as the screens use them: the models that Wails generates, with two things that its generator cannot
// express: a nil pointer arrives as null, and some strings hold the values of an enumeration. Times are RFC 3339, days
// YYYY-MM-DD.
import type { desktop, portal } from "../../wailsjs/go/models";
import type {
  AttentionKind,
  ChangeKind,
  ChangeReason,
  CustomerField,
  CustomerKind,
  CustomerStatus,
  Elsewhere,
  FieldSource,
  FieldType,
  InviteStatus,
  Level,
  LinkKind,
  MailState,
  NoticeKind,
  Permission,
  ProviderID,
  ReviewEffect,
  Role,
  RunStatus,
  RunTrigger,
  SearchKind,
  SearchMatch,
  Severity,
  StatusReason,
  UserStatus,
  ViewList,
} from "./enums";

export type {
  AttentionKind,
  ChangeKind,
  CustomerField,
  CustomerKind,
  CustomerStatus,
  FieldType,
  InviteStatus,
  LinkKind,
  Permission,
  ProviderID,
  Role,
  RunStatus,
  SearchKind,
  SearchMatch,
  Severity,
  StatusReason,
  UserStatus,
  ViewList,
  YesNo,
} from "./enums";

/** A generated model: every field present, null instead of undefined, and the given fields with narrower types. */
type Narrowed<Model, Fields = unknown> = {
  [K in keyof Model]-?: K extends keyof Fields
    ? Fields[K]
    : undefined extends Model[K]
      ? Exclude<Model[K], undefined> | null
      : Model[K];
};

export type Startup = desktop.Startup;
/**
 * What was opened by links: a kind and an id, "" without one. waiting: it is opened once a user is signed in. invalid: a
 * text that is not a link of the portal.
 */
export type OpenedLink = Omit<desktop.OpenedLink, "kind"> & { kind: LinkKind | "" };
/** How the user wants the app to look; text_size in percent. */
export type Appearance = Omit<desktop.Appearance, "theme" | "density" | "text_size"> & {
  theme: "system" | "light" | "dark";
  density: "comfortable" | "compact";
  text_size: 80 | 90 | 100 | 110 | 125 | 150;
};
/** Paths of the lists as they were left and of the details that were opened, the latest first. */
export type Places = desktop.Places;
export type Provider = Narrowed<portal.Provider, { id: ProviderID }>;
export type User = Narrowed<portal.User>;
export type Scope = Omit<portal.Scope, "level"> & { level: Level };
export type Grant = Narrowed<portal.Grant, { role: Role; scope: Scope }>;
export type Me = Narrowed<
  portal.Me,
  { user: User; grant: Grant; grants: Grant[]; permissions: Permission[]; may_invite: Role[] }
>;

export type TrendDay = Narrowed<portal.TrendDay>;
/** Who handles something that needs attention, and until when it is snoozed; null for neither. */
interface Marks {
  handler: Narrowed<portal.Handler> | null;
  snooze: Narrowed<portal.Snooze> | null;
}
export type Attention = Narrowed<portal.Attention, Marks & { kind: AttentionKind; severity: Severity }>;
type KindCount = Narrowed<portal.KindCount, { kind: AttentionKind }>;
export type Overview = Narrowed<
  portal.Overview,
  { trend: TrendDay[]; attention: Attention[]; snoozed: KindCount[] }
>;

export type FieldPath = Narrowed<
  portal.FieldPath,
  { field: CustomerField | null; source: FieldSource; types: FieldType[] }
>;
/** Which path of a connection's JSON fills which field. */
export type FieldMap = Narrowed<portal.FieldMap, { items: FieldPath[]; fields: CustomerField[] }>;
/** By path: a field, "" for nothing, or null for what the portal finds by itself. Omitted paths do not change. */
export interface FieldMapChange {
  fields: Record<string, CustomerField | "" | null>;
  /** By path: whether clients see it. Omitted paths do not change. */
  shared?: Record<string, boolean>;
}
export type FieldValueChange = Narrowed<portal.FieldValueChange, { field: CustomerField }>;
export type FieldMapEffect = Narrowed<
  portal.FieldMapEffect,
  { kind: CustomerKind; changes: FieldValueChange[] }
>;
export type FieldMapPreview = Narrowed<
  portal.FieldMapPreview,
  { items: FieldMapEffect[]; unread: CustomerField[] }
>;
export type FieldNotice = Narrowed<portal.FieldNotice, { kind: NoticeKind; field: CustomerField | null }>;

export type Field = Narrowed<portal.Field>;
export type Change = Narrowed<
  portal.Change,
  { kind: ChangeKind; reason: ChangeReason | null; elsewhere: Elsewhere | null }
>;
interface StatusFields {
  status: CustomerStatus;
  status_reason: StatusReason | null;
}
interface DetailParts {
  fields: Field[];
  history: Change[];
  product: CustomerProduct;
}
export type Seats = Narrowed<portal.Seats>;
type SeatSums = Narrowed<portal.SeatSums>;
export type MSP = Narrowed<portal.MSP, StatusFields>;
export type MSPDetail = Narrowed<
  portal.MSPDetail,
  StatusFields & DetailParts & { own_seats: Seats; clients_seats: SeatSums; trend: TrendDay[] }
>;
export type Client = Narrowed<portal.Client, StatusFields>;
/** The product from which a customer was read. */
export type CustomerProduct = Narrowed<portal.CustomerProduct>;
/** A span of time in which the status and the licences of a client stayed the same. */
export type LicenceSpan = Narrowed<portal.LicenceSpan, { status: CustomerStatus }>;
export type ClientDetail = Narrowed<
  portal.ClientDetail,
  StatusFields & DetailParts & { licences: LicenceSpan[] }
>;
/** The values by which a list can be filtered in the viewer's scope. */
export type Facets = Narrowed<portal.Facets, { facets: Facet[] }>;
export type Facet = Narrowed<portal.Facet, { values: FacetValue[] }>;
export type FacetValue = Narrowed<portal.FacetValue>;
/** The columns whose values are counted, separated by commas; default all. */
export interface Columns {
  columns?: string;
}

export type Invite = Narrowed<portal.Invite, { role: Role; provider: ProviderID; status: InviteStatus }> & {
  mail: MailState | null;
  /** Too many wrong codes were entered: the invite needs a new code. */
  code_closed: boolean | null;
};
export type NewInvite = Omit<portal.NewInvite, "role" | "provider"> & { role: Role; provider: ProviderID };
/** An open invite for the address of the user who signs in. */
export interface InviteOffer {
  id: string;
  organisation: string;
  role: Role;
  mssp: string;
  needs_code: boolean;
}
export type CreatedInvite = Invite & { code: string; mailed: boolean };

/** A grant as an administrator sees it, active or deactivated. */
export type HeldGrant = Grant & { active: boolean };
/** A user with a grant inside the viewer's scope; grants outside it are left out. */
export type UserItem = Narrowed<portal.UserItem, { provider: ProviderID; grants: HeldGrant[] }>;
export type UserChange = Omit<portal.UserChange, "role"> & { role?: Role };
/** An MSP, client or user that a search found, the best first. */
export type SearchHit = Narrowed<
  portal.SearchHit,
  { kind: SearchKind; matched: SearchMatch; status: CustomerStatus | "deactivated" }
>;
/** How many the list of a kind finds; more: there may be more than the total. */
export type SearchTotal = Narrowed<portal.SearchTotal, { kind: SearchKind }>;
export interface SearchResult {
  items: SearchHit[];
  totals: SearchTotal[];
}
/** A text of 1 to 100 characters, and the greatest number of hits of each kind. */
export interface SearchQuery {
  q: string;
  limit: number;
}
/** A saved view of a list; query holds the list's parameters as in its address. */
export type View = Narrowed<portal.View, { list: ViewList }>;
export type NewView = Omit<portal.NewView, "list"> & { list: ViewList };
export type ViewChange = portal.ViewChange;
interface NamedCustomerFields {
  kind: CustomerKind;
  status: CustomerStatus;
}
/** An MSP or client that the user has marked. */
export type Favourite = Narrowed<portal.Favourite, NamedCustomerFields>;
/** An MSP or client that the user has opened. */
export type Recent = Narrowed<portal.Recent, NamedCustomerFields>;
export type Organisation = portal.Organisation;
export type OrganisationChange = portal.OrganisationChange;
export type OwnSession = Narrowed<portal.OwnSession>;

export type SyncRun = Narrowed<
  portal.SyncRun,
  {
    status: RunStatus;
    trigger: RunTrigger;
    notices: FieldNotice[];
    remapped: CustomerField[];
  }
>;
/** A line of the list of changes; name is the customer's current name, or that when it left. */
export type ListedChange = Narrowed<
  portal.ListedChange,
  { kind: ChangeKind; entity: CustomerKind; reason: ChangeReason | null; elsewhere: Elsewhere | null }
>;
/** A customer that a run in review would mark as missing, move or rename. */
export type ReviewItem = Narrowed<portal.ReviewItem, { kind: CustomerKind; effect: ReviewEffect }>;
/** How many customers a run in review would change in the same way: MSPs, or the clients of one MSP. */
export type ReviewTotal = Narrowed<portal.ReviewTotal, { kind: CustomerKind; effect: ReviewEffect }>;
export type ReviewTotals = Narrowed<portal.ReviewTotals, { items: ReviewTotal[] }>;
/** portal.ReviewFilter in Go describes each parameter. */
export interface ReviewFilter {
  q?: string;
  kind?: CustomerKind;
  msp_id?: string;
  effect?: ReviewEffect;
}

export type Product = portal.Product;
/** A connection to a product; the API key itself is never returned. */
export type ConnectionItem = Narrowed<
  portal.ConnectionItem,
  { last_run: SyncRun | null; account: ConnectionAccount | null }
>;
/** The product's record of the MSSP's own account. */
export type ConnectionAccount = Narrowed<portal.ConnectionAccount>;
export interface Connections {
  items: ConnectionItem[];
  products: Product[];
}
export type NewConnection = portal.NewConnection;
export type ConnectionChange = portal.ConnectionChange;
/** A new connection, or a saved one (id) with the given fields changed. */
export type ConnectionTrial = portal.ConnectionTrial;
/** The product's response to a trial. */
export interface ConnectionTest {
  ok: boolean;
  code?: string;
  detail?: string;
  customers?: number | null;
}

/** One page of a list; next_cursor is null on the last. */
export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
  /** How many items the list has; null where the API does not count them. */
  total: number | null;
  data_as_of?: string | null;
  /** For MSPs and clients: whether any client in the viewer's scope has an expiry date. */
  has_expiry?: boolean;
  /** For clients in groups: the MSPs of the items, in their order. */
  groups?: ClientGroup[];
  /** For changes: the beginning of the span, null for all, and the newest change in the viewer's scope. */
  since?: string | null;
  newest_at?: string | null;
}

/** The filter parameters of a generated query, all optional. */
type FilterOf<Query> = { [K in Exclude<keyof Query, "sort" | "group" | "cursor" | "limit">]?: Query[K] };

/**
 * The filter of a list; portal.MSPFilter and portal.ClientFilter in Go describe each parameter, filterValue.ts the grammar
 * of their values. Only older apps send expires_within.
 */
export type MSPFilter = FilterOf<portal.MSPQuery>;
export type ClientFilter = Omit<FilterOf<portal.ClientQuery>, "expires_within">;
export type ChangeFilter = Omit<FilterOf<portal.ChangeQuery>, "grouped">;
export type ChangeVisit = portal.ChangeVisit;

/** The order of a list: a field, descending with a leading minus. */
export interface Sort {
  sort?: string;
}

/** Whether clients are grouped by MSP. */
export interface Grouping {
  group?: "msp";
}

export type ClientGroup = Narrowed<portal.ClientGroup>;

export interface InviteFilter extends Omit<FilterOf<portal.InviteQuery>, "status"> {
  status?: InviteStatus;
}

export type SyncFilter = FilterOf<portal.SyncQuery>;

export interface UserFilter extends Omit<FilterOf<portal.UserQuery>, "status" | "role"> {
  sort?: string;
  status?: UserStatus;
  role?: Role;
}

/** How a list is exported. Columns are names of the JSON, all by default. */
export interface ExportOptions {
  format: ExportFormat;
  columns: string[];
  /** Only these rows, or with except all but these. */
  ids?: string[];
  except?: boolean;
}
export interface MSPExportOptions extends ExportOptions {
  /** Each MSP is followed by its clients. */
  withClients: boolean;
}
export type ExportFormat = "csv" | "xlsx" | "ndjson";
/** A saved export. */
export type Exported = Narrowed<desktop.Exported>;
export type SavedDiagnostics = Narrowed<desktop.SavedDiagnostics>;

/** Which page of a list. */
export interface PageQuery {
  cursor?: string;
  limit?: number;
}

/** Events that the desktop sends. */
export interface Events {
  /**
   * url works once; after it was used the event is sent again. browser_problem: why the browser could not be opened.
   */
  "signin:waiting": { provider: ProviderID; url: string; expires_at: string; browser_problem: string };
  "signin:exchanging": { provider: ProviderID };
  /** The API asked a call to wait; it is retried after this many seconds. */
  waiting: { seconds: number; what: "limit" | "unavailable" };
  "session:ended": { code: string; message: string };
  /** The user's role may have changed. */
  "role:changed": unknown;
  /** Why the session is not kept after the app closes; an empty message: it is kept again. */
  "session:only": { message: string; cause?: string };
  /** The network changed or the computer woke up: what could not be reached may be reachable now. */
  "network:changed": unknown;
  /** A side button of the mouse was pressed, where the page gets no event of it. */
  "window:history": { way: "back" | "forward" };
  /** A link was opened: takeLink returns it. */
  "link:opened": unknown;
  /** How far the running export is; rows is 0 where they cannot be counted before the end. */
  "export:progress": { rows: number; total: number; bytes: number };
  /** The state of a watched run; the last event of a run holds its final state. */
  "sync:run": { run: SyncRun };
}
