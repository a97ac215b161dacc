// The vocabulary as the screens use it: the generated models, with two things said that Go's generator cannot say:
// a pointer arrives as null, and which words a string may hold. Times are RFC 3339, days YYYY-MM-DD.
import type { desktop, portal } from "../../wailsjs/go/models";

type Said<Model, Words = unknown> = {
  [K in keyof Model]-?: K extends keyof Words
    ? Words[K]
    : undefined extends Model[K]
      ? Exclude<Model[K], undefined> | null
      : Model[K];
};

export type Level = "mssp" | "msp" | "client";
export type Role = "mssp_admin" | "mssp_staff" | "msp_admin" | "msp_user" | "client_user";
export type Permission =
  | "see_overview"
  | "see_msps"
  | "see_clients"
  | "manage_invites"
  | "manage_users"
  | "see_syncs"
  | "run_sync"
  | "manage_products"
  | "manage_organisation";
export type ProviderID = "google" | "entra";
export type CustomerStatus = "active" | "missing" | "removed" | "disabled";
/** Why a customer is disabled. */
export type StatusReason = "deleted" | "inactive" | "disabled" | "demo" | "licence_expired";
export type YesNo = "yes" | "no" | "unknown";
/** How far the mail of an invite has come; whoever is told none or failed hands the code over. */
export type MailState = "none" | "queued" | "sent" | "failed";
export type InviteStatus = "open" | "accepted" | "expired" | "revoked";
export type UserStatus = "active" | "deactivated";
export type RunStatus =
  | "queued"
  | "running"
  | "complete"
  | "partial"
  | "failed"
  | "needs_review"
  | "discarded";
export type Severity = "error" | "warning" | "info";
export type AttentionKind =
  | "needs_review"
  | "sync_failed"
  | "sync_partial"
  | "fields_changed"
  | "sync_never"
  | "sync_stale"
  | "licence_expired"
  | "licence_expiring"
  | "seats_exceeded"
  | "client_missing"
  | "msp_without_clients";
export type ChangeKind = "added" | "changed" | "missing" | "returned" | "moved" | "removed";

export type Startup = desktop.Startup;
export type Provider = Said<portal.Provider, { id: ProviderID }>;
export type User = Said<portal.User>;
export type Scope = Omit<portal.Scope, "level"> & { level: Level };
export type Grant = Said<portal.Grant, { role: Role; scope: Scope }>;
export type Me = Said<
  portal.Me,
  { user: User; grant: Grant; grants: Grant[]; permissions: Permission[]; may_invite: Role[] }
>;

export type TrendDay = Said<portal.TrendDay>;
export type Attention = Said<portal.Attention, { kind: AttentionKind; severity: Severity }>;
export type Overview = Said<portal.Overview, { trend: TrendDay[]; attention: Attention[] }>;

/** A field of a customer that a path of a product's JSON can fill. */
export type CustomerField =
  | "id"
  | "name"
  | "parent"
  | "type"
  | "status_reason"
  | "products"
  | "licence_type"
  | "spla"
  | "seats_used"
  | "seats_total"
  | "expires_on";
export type FieldSource = "automatic" | "admin" | "none";
export type FieldType = "text" | "number" | "yes_no" | "object" | "list" | "null";
export type FieldPath = Said<
  portal.FieldPath,
  { field: CustomerField | null; source: FieldSource; types: FieldType[] }
>;
/** Which path of a connection's JSON fills which field. */
export type FieldMap = Said<portal.FieldMap, { items: FieldPath[]; fields: CustomerField[] }>;
/** A field, "" for nothing, null for what the portal finds by itself; paths that are left out stay. */
export interface FieldMapChange {
  fields: Record<string, CustomerField | "" | null>;
  /** Which paths clients see; those that are left out stay. */
  shared?: Record<string, boolean>;
}
export type FieldValueChange = Said<portal.FieldValueChange, { field: CustomerField }>;
export type FieldMapEffect = Said<
  portal.FieldMapEffect,
  { kind: "msp" | "client"; changes: FieldValueChange[] }
>;
export type FieldMapPreview = Said<
  portal.FieldMapPreview,
  { items: FieldMapEffect[]; unread: CustomerField[] }
>;
export type NoticeKind = "first" | "disappeared" | "type_changed" | "appeared" | "unreadable";
export type FieldNotice = Said<portal.FieldNotice, { kind: NoticeKind; field: CustomerField | null }>;

export type Field = Said<portal.Field>;
export type Change = Said<portal.Change, { kind: ChangeKind; reason: "field_map" | null }>;
interface StatusWords {
  status: CustomerStatus;
  status_reason: StatusReason | null;
}
interface DetailParts {
  fields: Field[];
  history: Change[];
}
export type Seats = Said<portal.Seats>;
export type SeatSums = Said<portal.SeatSums>;
export type MSP = Said<portal.MSP, StatusWords>;
export type MSPDetail = Said<
  portal.MSPDetail,
  StatusWords & DetailParts & { own_seats: Seats; clients_seats: SeatSums }
>;
export type Client = Said<portal.Client, StatusWords>;
export type ClientDetail = Said<portal.ClientDetail, StatusWords & DetailParts>;
/** The values by which a list can be filtered in the viewer's scope. */
export type Facets = Said<portal.Facets>;

export type Invite = Said<portal.Invite, { role: Role; provider: ProviderID; status: InviteStatus }> & {
  mail: MailState | null;
  /** Too many wrong codes were typed: only a new code opens it again. */
  code_closed: boolean | null;
};
export type NewInvite = Omit<portal.NewInvite, "role" | "provider"> & { role: Role; provider: ProviderID };
/** An open invite for the address of somebody who signs in. */
export interface InviteOffer {
  id: string;
  organisation: string;
  role: Role;
  mssp: string;
  needs_code: boolean;
}
export type CreatedInvite = Invite & { code: string; mailed: boolean };

/** A grant as those who administer it see it: also while it is deactivated. */
export type HeldGrant = Grant & { active: boolean };
/** A person who holds a grant inside the viewer's scope; grants are those inside it only. */
export type UserItem = Said<portal.UserItem, { provider: ProviderID; grants: HeldGrant[] }>;
export type UserChange = Omit<portal.UserChange, "role"> & { role?: Role };
export type Organisation = portal.Organisation;
export type OrganisationChange = portal.OrganisationChange;
export type OwnSession = Said<portal.OwnSession>;

export type SyncRun = Said<
  portal.SyncRun,
  {
    status: RunStatus;
    trigger: "schedule" | "manual" | "command";
    notices: FieldNotice[];
    remapped: CustomerField[];
  }
>;
/** One line of what a run changed; name is the customer's as it is now. */
export type RunChange = Said<
  portal.RunChange,
  { kind: ChangeKind; entity: "msp" | "client"; reason: "field_map" | null }
>;
export type ReviewEffect = "missing" | "removed" | "turned" | "detached" | "moved" | "renamed";
/** A customer that a run in review would mark as missing, move or rename. */
export type ReviewItem = Said<portal.ReviewItem, { kind: "msp" | "client"; effect: ReviewEffect }>;

export type Product = portal.Product;
/** A connection to a product; its API key is never among what is told of it. */
export type ConnectionItem = Said<
  portal.ConnectionItem,
  { last_run: SyncRun | null; account: ConnectionAccount | null }
>;
/** What a product says of the MSSP's own account. */
export type ConnectionAccount = Said<portal.ConnectionAccount>;
export interface Connections {
  items: ConnectionItem[];
  products: Product[];
}
export type NewConnection = portal.NewConnection;
export type ConnectionChange = portal.ConnectionChange;
/** A new connection, or a saved one (id) with what is given changed. */
export type ConnectionTrial = portal.ConnectionTrial;
/** What a product said to a trial. */
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
  /** How many there are in all; null where nobody counts. */
  total: number | null;
  data_as_of?: string | null;
  /** Of MSPs and clients: whether any client in the viewer's scope has an expiry date. */
  has_expiry?: boolean;
}

interface FilterWords {
  status: CustomerStatus;
  status_reason: StatusReason;
  spla: YesNo;
}

/** The parameters of a generated query that narrow it; each may be left out. */
type FilterOf<Query> = {
  [K in Exclude<keyof Query, "sort" | "cursor" | "limit">]?: K extends keyof FilterWords
    ? FilterWords[K]
    : Query[K];
};

/** What a list is narrowed by; portal.MSPFilter and portal.ClientFilter describe each parameter. */
export type MSPFilter = FilterOf<portal.MSPQuery>;
export type ClientFilter = FilterOf<portal.ClientQuery>;

/** What a list is ordered by: a field, descending with a leading minus. */
export interface Sort {
  sort?: string;
}

export interface InviteFilter {
  q?: string;
  status?: InviteStatus;
}

export interface UserFilter {
  q?: string;
  sort?: string;
  status?: UserStatus;
  role?: Role;
  msp_id?: string;
}

export interface RunChangeFilter {
  kind?: ChangeKind;
}

/** The place of one page in its list. */
export interface PageQuery {
  cursor?: string;
  limit?: number;
}

/** Events the desktop sends by itself. */
export interface Events {
  /** url works once: after it was used the event comes again. browser_problem: the browser could not be opened. */
  "signin:waiting": { provider: ProviderID; url: string; expires_at: string; browser_problem: string };
  "signin:exchanging": { provider: ProviderID };
  /** A call was asked to wait and is made again by itself after so many seconds. */
  waiting: { seconds: number; what: "limit" | "unavailable" };
  "session:ended": { code: string; message: string };
  /** The API no longer takes the user for what they were. */
  "role:changed": unknown;
  /** Why the session ends with the app; an empty message takes that back. */
  "session:only": { message: string; cause?: string };
  /** The computer has another network or has slept: what could not be reached may be now. */
  "network:changed": unknown;
  /** How a watched run stands; the last one of a run tells how it ended. */
  "sync:run": { run: SyncRun };
}
