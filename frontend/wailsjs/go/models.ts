export namespace desktop {
	
	export interface Appearance {
	    theme: string;
	    folded: boolean;
	    density: string;
	    text_size: number;
	}
	export interface Exported {
	    name: string;
	    folder: string;
	    rows: number;
	    data_as_of?: string;
	}
	export interface OpenedLink {
	    kind: string;
	    id: string;
	    waiting: boolean;
	    invalid: boolean;
	}
	export interface Places {
	    lists: string[];
	    opened: string[];
	}
	export interface SavedDiagnostics {
	    name: string;
	    folder: string;
	}
	export interface Startup {
	    version: string;
	    commit: string;
	    platform: string;
	    api_url: string;
	    api_url_managed: boolean;
	    providers: string[];
	    allow_export: boolean;
	    managed_by_name: string;
	    managed_by_url: string;
	    has_session: boolean;
	    keyring_problem: string;
	}

}

export namespace portal {
	
	export interface Actor {
	    name: string;
	}
	export interface Snooze {
	    until: string;
	    by?: string;
	}
	export interface Handler {
	    user_id: string;
	    name?: string;
	    since: string;
	}
	export interface Attention {
	    kind: string;
	    severity: string;
	    msp_id?: string;
	    client_id?: string;
	    run_id?: string;
	    name: string;
	    detail: string;
	    at?: string;
	    count?: number;
	    since?: string;
	    handler?: Handler;
	    snooze?: Snooze;
	}
	export interface Change {
	    at: string;
	    kind: string;
	    field?: string;
	    before?: string;
	    after?: string;
	    run_id?: string;
	    reason?: string;
	    elsewhere?: string;
	    actor?: Actor;
	}
	export interface ListedChange {
	    at: string;
	    kind: string;
	    field?: string;
	    before?: string;
	    after?: string;
	    run_id?: string;
	    reason?: string;
	    elsewhere?: string;
	    actor?: Actor;
	    id: string;
	    entity: string;
	    entity_id: string;
	    name: string;
	    left: boolean;
	    msp_id?: string;
	    msp_name?: string;
	    seats_total?: number;
	    group_id: string;
	    alike: number;
	}
	export interface ChangePage {
	    items: ListedChange[];
	    next_cursor?: string;
	    total: number;
	    data_as_of?: string;
	    since?: string;
	    until?: string;
	    newest_at?: string;
	}
	export interface ChangeQuery {
	    kind: string;
	    field: string;
	    msp_id: string;
	    run_id: string;
	    group_id: string;
	    customer_id: string;
	    since: string;
	    until: string;
	    grouped: string;
	    cursor: string;
	    limit: number;
	}
	export interface ChangeVisit {
	    seen_to: string;
	}
	export interface Client {
	    id: string;
	    name: string;
	    type: string;
	    msp_id?: string;
	    msp_name?: string;
	    status: string;
	    status_reason?: string;
	    products: string[];
	    licence_type?: string;
	    spla?: boolean;
	    seats_used?: number;
	    seats_total?: number;
	    expires_on?: string;
	    first_seen_at: string;
	    last_seen_at: string;
	    external_id: string;
	}
	export interface LicenceSpan {
	    from: string;
	    until?: string;
	    status: string;
	    seats_used?: number;
	    seats_total?: number;
	}
	export interface CustomerProduct {
	    name: string;
	    dashboard_url?: string;
	}
	export interface Field {
	    name: string;
	    value: string;
	}
	export interface ClientDetail {
	    id: string;
	    name: string;
	    type: string;
	    msp_id?: string;
	    msp_name?: string;
	    status: string;
	    status_reason?: string;
	    products: string[];
	    licence_type?: string;
	    spla?: boolean;
	    seats_used?: number;
	    seats_total?: number;
	    expires_on?: string;
	    first_seen_at: string;
	    last_seen_at: string;
	    external_id: string;
	    fields: Field[];
	    history: Change[];
	    product: CustomerProduct;
	    licences: LicenceSpan[];
	}
	export interface ClientExport {
	    q: string;
	    name: string;
	    external_id: string;
	    msp_id: string;
	    msp_name: string;
	    status: string;
	    status_reason: string;
	    type: string;
	    licence_type: string;
	    products: string;
	    spla: string;
	    seats_used: string;
	    seats_total: string;
	    seats_exceeded: string;
	    expires_on: string;
	    expires_within: number;
	    first_seen_at: string;
	    last_seen_at: string;
	    sort: string;
	    format: string;
	    columns: string;
	    ids: string;
	    except: boolean;
	}
	export interface ClientFacetQuery {
	    q: string;
	    name: string;
	    external_id: string;
	    msp_id: string;
	    msp_name: string;
	    status: string;
	    status_reason: string;
	    type: string;
	    licence_type: string;
	    products: string;
	    spla: string;
	    seats_used: string;
	    seats_total: string;
	    seats_exceeded: string;
	    expires_on: string;
	    expires_within: number;
	    first_seen_at: string;
	    last_seen_at: string;
	    columns: string;
	}
	export interface ClientGroup {
	    msp_id?: string;
	    msp_name?: string;
	    clients: number;
	    seats_used?: number;
	    seats_total?: number;
	    seats_used_unknown: number;
	    seats_total_unknown: number;
	    seats_exceeded: number;
	}
	export interface ClientPage {
	    items: Client[];
	    next_cursor?: string;
	    total: number;
	    data_as_of?: string;
	    has_expiry: boolean;
	    groups: ClientGroup[];
	}
	export interface ClientQuery {
	    q: string;
	    name: string;
	    external_id: string;
	    msp_id: string;
	    msp_name: string;
	    status: string;
	    status_reason: string;
	    type: string;
	    licence_type: string;
	    products: string;
	    spla: string;
	    seats_used: string;
	    seats_total: string;
	    seats_exceeded: string;
	    expires_on: string;
	    expires_within: number;
	    first_seen_at: string;
	    last_seen_at: string;
	    group: string;
	    sort: string;
	    cursor: string;
	    limit: number;
	}
	export interface ConnectionAccount {
	    name: string;
	    type: string;
	    licence_type?: string;
	    spla?: boolean;
	    seats_used?: number;
	    seats_total?: number;
	    expires_on?: string;
	    alone: boolean;
	}
	export interface ConnectionChange {
	    customer_id?: string;
	    base_url?: string;
	    api_key?: string;
	    paused?: boolean;
	    harmless?: string[];
	}
	export interface FieldNotice {
	    kind: string;
	    path: string;
	    field?: string;
	    count: number;
	    detail: string;
	}
	export interface UnreadReseller {
	    external_id: string;
	    name: string;
	    code: string;
	    detail: string;
	}
	export interface SyncRun {
	    id: string;
	    connection_id: string;
	    product: string;
	    product_name: string;
	    status: string;
	    trigger: string;
	    requester_name?: string;
	    created_at: string;
	    started_at?: string;
	    finished_at?: string;
	    calls: number;
	    calls_left?: number;
	    retry_at?: string;
	    seen: number;
	    msps: number;
	    clients: number;
	    other: number;
	    added: number;
	    changed: number;
	    missing: number;
	    removed: number;
	    moved: number;
	    returned: number;
	    duplicates: number;
	    unknown_parents: number;
	    absent: number;
	    checked: number;
	    found: number;
	    undecided: number;
	    unread: UnreadReseller[];
	    notices: FieldNotice[];
	    remapped: string[];
	    sign?: string;
	    would_miss?: number;
	    reviewed_by?: string;
	    reviewer_name?: string;
	    reviewed_at?: string;
	    error_code?: string;
	    error?: string;
	}
	export interface ConnectionItem {
	    id: string;
	    product: string;
	    product_name: string;
	    customer_id: string;
	    base_url: string;
	    api_key_last4: string;
	    paused: boolean;
	    created_at: string;
	    last_run?: SyncRun;
	    last_complete?: string;
	    failures_in_a_row: number;
	    account?: ConnectionAccount;
	    harmless: string[];
	    next_run_at?: string;
	}
	export interface ConnectionTest {
	    ok: boolean;
	    code?: string;
	    detail?: string;
	    customers?: number;
	}
	export interface ConnectionTrial {
	    id?: string;
	    product?: string;
	    customer_id?: string;
	    base_url?: string;
	    api_key?: string;
	}
	export interface Product {
	    id: string;
	    name: string;
	    base_url: string;
	}
	export interface Connections {
	    items: ConnectionItem[];
	    products: Product[];
	    data_as_of?: string;
	}
	export interface CreatedInvite {
	    id: string;
	    email: string;
	    role: string;
	    msp_id?: string;
	    msp_name?: string;
	    client_id?: string;
	    client_name?: string;
	    provider: string;
	    domain?: string;
	    tenant?: string;
	    status: string;
	    invited_by: string;
	    created_at: string;
	    expires_at: string;
	    accepted_at?: string;
	    mail?: string;
	    code_closed?: boolean;
	    code: string;
	    mailed: boolean;
	}
	
	export interface FacetValue {
	    value: string;
	    name: string;
	    count: number;
	}
	export interface Facet {
	    column: string;
	    values: FacetValue[];
	    others: number;
	}
	
	export interface Facets {
	    facets: Facet[];
	    types: string[];
	    licence_types: string[];
	}
	export interface Favourite {
	    kind: string;
	    id: string;
	    name: string;
	    context: string;
	    status: string;
	    marked_at: string;
	}
	export interface Favourites {
	    items: Favourite[];
	}
	
	export interface FieldPath {
	    path: string;
	    types: string[];
	    customers: number;
	    example: string;
	    field?: string;
	    source: string;
	    pending: boolean;
	    shared: boolean;
	    absent: boolean;
	    unreadable: number;
	    unreadable_example: string;
	}
	export interface FieldMap {
	    items: FieldPath[];
	    fields: string[];
	    failed_run: boolean;
	    customers: number;
	    run_id?: string;
	    read_at?: string;
	    harmless: string[];
	}
	export interface CustomerField {
	
	}
	export interface FieldMapChange {
	    fields: Record<string, string>;
	    shared?: Record<string, boolean>;
	}
	export interface FieldValueChange {
	    field: string;
	    before?: string;
	    after?: string;
	}
	export interface FieldMapEffect {
	    kind: string;
	    id: string;
	    name: string;
	    changes: FieldValueChange[];
	    known: boolean;
	    error?: string;
	}
	export interface FieldMapPreview {
	    items: FieldMapEffect[];
	    needs_review: boolean;
	    failed_run: boolean;
	    unread: string[];
	}
	
	
	
	export interface Scope {
	    level: string;
	    mssp_id: string;
	    msp_id?: string;
	    client_id?: string;
	}
	export interface Grant {
	    id: string;
	    role: string;
	    scope: Scope;
	    node: string;
	    mssp: string;
	}
	
	export interface HeldGrant {
	    id: string;
	    role: string;
	    scope: Scope;
	    node: string;
	    mssp: string;
	    active: boolean;
	}
	export interface Invite {
	    id: string;
	    email: string;
	    role: string;
	    msp_id?: string;
	    msp_name?: string;
	    client_id?: string;
	    client_name?: string;
	    provider: string;
	    domain?: string;
	    tenant?: string;
	    status: string;
	    invited_by: string;
	    created_at: string;
	    expires_at: string;
	    accepted_at?: string;
	    mail?: string;
	    code_closed?: boolean;
	}
	export interface InvitePage {
	    items: Invite[];
	    next_cursor?: string;
	    total: number;
	}
	export interface InviteQuery {
	    role: string;
	    msp_id: string;
	    provider: string;
	    created_at: string;
	    expires_at: string;
	    q: string;
	    status: string;
	    cursor: string;
	    limit: number;
	}
	export interface KindCount {
	    kind: string;
	    count: number;
	}
	
	
	export interface MSP {
	    id: string;
	    name: string;
	    type: string;
	    status: string;
	    status_reason?: string;
	    clients: number;
	    licence_type?: string;
	    spla?: boolean;
	    seats_used?: number;
	    seats_total?: number;
	    seats_used_unknown: number;
	    seats_total_unknown: number;
	    expires_on?: string;
	    next_expires_on?: string;
	    growth?: number;
	    expiring_30: number;
	    expiring_90: number;
	    expired: number;
	    exceeded: number;
	    disabled: number;
	    missing: number;
	    first_seen_at: string;
	    last_seen_at: string;
	    external_id: string;
	}
	export interface TrendDay {
	    day: string;
	    clients: number;
	    seats_used?: number;
	    seats_total?: number;
	}
	export interface SeatSums {
	    used?: number;
	    total?: number;
	    used_unknown: number;
	    total_unknown: number;
	}
	export interface Seats {
	    used?: number;
	    total?: number;
	}
	export interface MSPDetail {
	    id: string;
	    name: string;
	    type: string;
	    status: string;
	    status_reason?: string;
	    clients: number;
	    licence_type?: string;
	    spla?: boolean;
	    seats_used?: number;
	    seats_total?: number;
	    seats_used_unknown: number;
	    seats_total_unknown: number;
	    expires_on?: string;
	    next_expires_on?: string;
	    growth?: number;
	    expiring_30: number;
	    expiring_90: number;
	    expired: number;
	    exceeded: number;
	    disabled: number;
	    missing: number;
	    first_seen_at: string;
	    last_seen_at: string;
	    external_id: string;
	    own_seats: Seats;
	    clients_seats: SeatSums;
	    fields: Field[];
	    history: Change[];
	    product: CustomerProduct;
	    trend: TrendDay[];
	}
	export interface MSPExport {
	    q: string;
	    name: string;
	    external_id: string;
	    status: string;
	    status_reason: string;
	    type: string;
	    licence_type: string;
	    spla: string;
	    clients: string;
	    seats_used: string;
	    seats_total: string;
	    expires_on: string;
	    next_expires_on: string;
	    growth: string;
	    expiring_30: string;
	    expiring_90: string;
	    expired: string;
	    exceeded: string;
	    disabled: string;
	    missing: string;
	    first_seen_at: string;
	    last_seen_at: string;
	    sort: string;
	    format: string;
	    columns: string;
	    ids: string;
	    except: boolean;
	    with_clients: string;
	}
	export interface MSPFacetQuery {
	    q: string;
	    name: string;
	    external_id: string;
	    status: string;
	    status_reason: string;
	    type: string;
	    licence_type: string;
	    spla: string;
	    clients: string;
	    seats_used: string;
	    seats_total: string;
	    expires_on: string;
	    next_expires_on: string;
	    growth: string;
	    expiring_30: string;
	    expiring_90: string;
	    expired: string;
	    exceeded: string;
	    disabled: string;
	    missing: string;
	    first_seen_at: string;
	    last_seen_at: string;
	    columns: string;
	}
	export interface MSPPage {
	    items: MSP[];
	    next_cursor?: string;
	    total: number;
	    data_as_of?: string;
	    has_expiry: boolean;
	}
	export interface MSPQuery {
	    q: string;
	    name: string;
	    external_id: string;
	    status: string;
	    status_reason: string;
	    type: string;
	    licence_type: string;
	    spla: string;
	    clients: string;
	    seats_used: string;
	    seats_total: string;
	    expires_on: string;
	    next_expires_on: string;
	    growth: string;
	    expiring_30: string;
	    expiring_90: string;
	    expired: string;
	    exceeded: string;
	    disabled: string;
	    missing: string;
	    first_seen_at: string;
	    last_seen_at: string;
	    sort: string;
	    cursor: string;
	    limit: number;
	}
	export interface User {
	    id: string;
	    name: string;
	    email: string;
	    active: boolean;
	    last_login_at?: string;
	}
	export interface Me {
	    user: User;
	    grant: Grant;
	    grants: Grant[];
	    permissions: string[];
	    may_invite: string[];
	    time_zone: string;
	    data_as_of?: string;
	}
	export interface NewConnection {
	    product: string;
	    customer_id: string;
	    base_url?: string;
	    api_key: string;
	}
	export interface NewHandler {
	    user_id?: string;
	}
	export interface NewInvite {
	    email: string;
	    role: string;
	    msp_id?: string;
	    client_id?: string;
	    provider: string;
	    domain?: string;
	    tenant?: string;
	    expires_in_hours?: number;
	    language?: string;
	}
	export interface NewSnooze {
	    until: string;
	}
	export interface NewView {
	    list: string;
	    name: string;
	    query: string;
	    shared?: boolean;
	    default?: boolean;
	}
	export interface Organisation {
	    id: string;
	    name: string;
	    time_zone: string;
	    time_zones: string[];
	}
	export interface OrganisationChange {
	    time_zone?: string;
	}
	export interface Overview {
	    msps: number;
	    clients: number;
	    clients_missing: number;
	    clients_disabled: number;
	    seats_used?: number;
	    seats_total?: number;
	    seats_used_unknown: number;
	    seats_total_unknown: number;
	    seats_exceeded: number;
	    msps_without_clients: number;
	    expiring_soon?: number;
	    expired?: number;
	    products: string[];
	    trend: TrendDay[];
	    attention: Attention[];
	    snoozed: KindCount[];
	    changes_since_visit?: number;
	    data_as_of?: string;
	}
	export interface OwnSession {
	    id: string;
	    device: string;
	    created_at: string;
	    last_used_at: string;
	    expires_at: string;
	    current: boolean;
	}
	export interface OwnSessions {
	    items: OwnSession[];
	}
	
	export interface Provider {
	    id: string;
	    name: string;
	    kind: string;
	}
	export interface Recent {
	    kind: string;
	    id: string;
	    name: string;
	    context: string;
	    status: string;
	    opened_at: string;
	}
	export interface Recents {
	    items: Recent[];
	}
	export interface ReviewItem {
	    kind: string;
	    id: string;
	    name: string;
	    type: string;
	    msp_name?: string;
	    effect: string;
	    to_msp_name?: string;
	    to_name?: string;
	    seats_used?: number;
	    external_id: string;
	}
	export interface Review {
	    items: ReviewItem[];
	    next_cursor?: string;
	    total: number;
	}
	
	export interface ReviewQuery {
	    q: string;
	    kind: string;
	    msp_id: string;
	    effect: string;
	    cursor: string;
	    limit: number;
	}
	export interface ReviewTotal {
	    kind: string;
	    msp_id?: string;
	    msp_name?: string;
	    effect: string;
	    to_msp_name?: string;
	    count: number;
	    of: number;
	}
	export interface ReviewTotals {
	    items: ReviewTotal[];
	    total: number;
	}
	
	export interface SearchHit {
	    kind: string;
	    id: string;
	    name: string;
	    context: string;
	    status: string;
	    matched: string;
	    text: string;
	}
	export interface SearchQuery {
	    q: string;
	    limit: number;
	}
	export interface SearchTotal {
	    kind: string;
	    total: number;
	    more: boolean;
	}
	export interface SearchResult {
	    items: SearchHit[];
	    totals: SearchTotal[];
	}
	
	
	
	
	export interface SnoozedAttention {
	    items: Attention[];
	}
	export interface SyncPage {
	    items: SyncRun[];
	    next_cursor?: string;
	    total: number;
	    data_as_of?: string;
	}
	export interface SyncQuery {
	    status: string;
	    trigger: string;
	    connection_id: string;
	    started_at: string;
	    cursor: string;
	    limit: number;
	}
	
	
	
	
	export interface UserChange {
	    active?: boolean;
	    grant_id?: string;
	    role?: string;
	    msp_id?: string;
	    client_id?: string;
	}
	export interface UserItem {
	    id: string;
	    name: string;
	    email: string;
	    email_confirmed: boolean;
	    provider: string;
	    active: boolean;
	    grants: HeldGrant[];
	    sessions: number;
	    last_login_at?: string;
	    created_at: string;
	    self: boolean;
	}
	export interface UserPage {
	    items: UserItem[];
	    next_cursor?: string;
	    total: number;
	}
	export interface UserQuery {
	    provider: string;
	    last_login_at: string;
	    q: string;
	    sort: string;
	    role: string;
	    status: string;
	    msp_id: string;
	    cursor: string;
	    limit: number;
	}
	export interface View {
	    id: string;
	    list: string;
	    name: string;
	    query: string;
	    shared: boolean;
	    default: boolean;
	    own: boolean;
	    owner?: string;
	    created_at: string;
	    updated_at: string;
	}
	export interface ViewChange {
	    name?: string;
	    query?: string;
	    shared?: boolean;
	    default?: boolean;
	}
	export interface ViewQuery {
	    list: string;
	}
	export interface Views {
	    items: View[];
	}

}

