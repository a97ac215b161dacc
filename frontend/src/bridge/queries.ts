import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import type {
  ChangeFilter,
  ClientFilter,
  Columns,
  FieldMapChange,
  Grouping,
  InviteFilter,
  MSPFilter,
  Page,
  ReviewFilter,
  Sort,
  SyncFilter,
  UserFilter,
} from "./models";
import { getPortal } from "./portal";

const pageSize = 100;

/**
 * The query keys. Each begins with the grant of the query, so that another grant never shows this tenant's data.
 * Invalidate all queries of a noun by its short key: keys.invites(grant).
 */
export const keys = {
  all: (grant: string) => [grant] as const,
  overview: (grant: string) => [grant, "overview"] as const,
  snoozed: (grant: string) => [grant, "snoozed"] as const,
  msps: (grant: string) => [grant, "msps"] as const,
  clients: (grant: string) => [grant, "clients"] as const,
  changes: (grant: string) => [grant, "changes"] as const,
  invites: (grant: string) => [grant, "invites"] as const,
  users: (grant: string) => [grant, "users"] as const,
  sessions: (grant: string) => [grant, "sessions"] as const,
  syncs: (grant: string) => [grant, "syncs"] as const,
  connections: (grant: string) => [grant, "connections"] as const,
  organisation: (grant: string) => [grant, "organisation"] as const,
  views: (grant: string) => [grant, "views"] as const,
  favourites: (grant: string) => [grant, "favourites"] as const,
  recents: (grant: string) => [grant, "recents"] as const,
  fieldMaps: (grant: string) => [grant, "fields"] as const,
  fieldMap: (grant: string, id: string) => [grant, "fields", id] as const,
};

const next = <Item>(page: Page<Item>) => page.next_cursor ?? undefined;

// A window focus refetches every loaded page one by one, so this is for short lists only.
const onFocus = (query: { state: { data?: { pages: unknown[] } } }) =>
  (query.state.data?.pages.length ?? 0) <= 5;

/** The ways to sign in at an API address. */
export const providersQuery = (apiURL: string) =>
  queryOptions({ queryKey: ["providers", apiURL], queryFn: () => getPortal().providers() });

export const overviewQuery = (grant: string) =>
  queryOptions({ queryKey: keys.overview(grant), queryFn: () => getPortal().overview() });

export const snoozedQuery = (grant: string) =>
  queryOptions({ queryKey: keys.snoozed(grant), queryFn: () => getPortal().snoozedAttention() });

export const mspsQuery = (grant: string, filter: MSPFilter & Sort) =>
  infiniteQueryOptions({
    queryKey: [...keys.msps(grant), "list", filter],
    queryFn: ({ pageParam }) => getPortal().msps({ ...filter, cursor: pageParam, limit: pageSize }),
    initialPageParam: "",
    getNextPageParam: next,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: onFocus,
  });

export const mspQuery = (grant: string, id: string) =>
  queryOptions({ queryKey: [...keys.msps(grant), "one", id], queryFn: () => getPortal().msp(id) });

/** The values of MSPs that match a filter, with counts. */
export const mspFacetsQuery = (grant: string, filter: MSPFilter & Columns) =>
  queryOptions({
    queryKey: [...keys.msps(grant), "facets", filter],
    queryFn: () => getPortal().mspFacets(filter),
  });

export const clientsQuery = (grant: string, filter: ClientFilter & Sort & Grouping) =>
  infiniteQueryOptions({
    queryKey: [...keys.clients(grant), "list", filter],
    queryFn: ({ pageParam }) => getPortal().clients({ ...filter, cursor: pageParam, limit: pageSize }),
    initialPageParam: "",
    getNextPageParam: next,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: onFocus,
  });

export const clientQuery = (grant: string, id: string) =>
  queryOptions({ queryKey: [...keys.clients(grant), "one", id], queryFn: () => getPortal().client(id) });

/** The values of clients that match a filter, with counts. */
export const clientFacetsQuery = (grant: string, filter: ClientFilter & Columns) =>
  queryOptions({
    queryKey: [...keys.clients(grant), "facets", filter],
    queryFn: () => getPortal().clientFacets(filter),
  });

/** The changes in the scope; those of one group line by line, all others grouped. */
export const changesQuery = (grant: string, filter: ChangeFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.changes(grant), filter],
    queryFn: ({ pageParam }) =>
      getPortal().changes({
        ...filter,
        ...(filter.group_id === undefined && { grouped: "yes" as const }),
        cursor: pageParam,
        limit: pageSize,
      }),
    initialPageParam: "",
    getNextPageParam: next,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: onFocus,
  });

/** The changes of one customer, line by line. */
export const customerChangesQuery = (grant: string, filter: ChangeFilter & { customer_id: string }) =>
  infiniteQueryOptions({
    queryKey: [...keys.changes(grant), "of", filter],
    queryFn: ({ pageParam }) => getPortal().changes({ ...filter, cursor: pageParam, limit: pageSize }),
    initialPageParam: "",
    getNextPageParam: next,
  });

export const invitesQuery = (grant: string, filter: InviteFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.invites(grant), "list", filter],
    queryFn: ({ pageParam }) => getPortal().invites({ ...filter, cursor: pageParam, limit: pageSize }),
    initialPageParam: "",
    getNextPageParam: next,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: onFocus,
  });

export const usersQuery = (grant: string, filter: UserFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.users(grant), "list", filter],
    queryFn: ({ pageParam }) => getPortal().users({ ...filter, cursor: pageParam, limit: pageSize }),
    initialPageParam: "",
    getNextPageParam: next,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: onFocus,
  });

export const userQuery = (grant: string, id: string) =>
  queryOptions({ queryKey: [...keys.users(grant), "one", id], queryFn: () => getPortal().user(id) });

/** The user's own sessions. */
export const sessionsQuery = (grant: string) =>
  queryOptions({ queryKey: keys.sessions(grant), queryFn: () => getPortal().sessions() });

export const syncsQuery = (grant: string, filter: SyncFilter = {}) =>
  infiniteQueryOptions({
    queryKey: [...keys.syncs(grant), "list", filter],
    queryFn: ({ pageParam }) => getPortal().syncs({ ...filter, cursor: pageParam, limit: 50 }),
    initialPageParam: "",
    getNextPageParam: next,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: onFocus,
  });

/** One run; useRun also watches its events. */
export const syncQuery = (grant: string, id: string) =>
  queryOptions({ queryKey: [...keys.syncs(grant), "one", id], queryFn: () => getPortal().sync(id) });

/** The customers that accepting a run in review would change. */
export const syncReviewQuery = (grant: string, id: string, filter: ReviewFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.syncs(grant), "review", id, filter],
    queryFn: ({ pageParam }) => getPortal().syncReview(id, { ...filter, cursor: pageParam, limit: pageSize }),
    initialPageParam: "",
    getNextPageParam: next,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: onFocus,
  });

/** How many customers of each MSP it would change, and how. */
export const syncReviewTotalsQuery = (grant: string, id: string) =>
  queryOptions({
    queryKey: [...keys.syncs(grant), "reviewTotals", id],
    queryFn: () => getPortal().syncReviewTotals(id),
  });

/** The connections to products, and the products to connect. */
export const connectionsQuery = (grant: string) =>
  queryOptions({
    queryKey: keys.connections(grant),
    queryFn: () => getPortal().connections(),
    refetchInterval: 60_000,
  });

/** The MSSP and what can be set for it. */
export const organisationQuery = (grant: string) =>
  queryOptions({ queryKey: keys.organisation(grant), queryFn: () => getPortal().organisation() });

/** Which path of a connection's JSON fills which field. */
export const fieldMapQuery = (grant: string, id: string) =>
  queryOptions({ queryKey: keys.fieldMap(grant, id), queryFn: () => getPortal().fieldMap(id) });

/** What a change of a field map would do to ten customers. */
export const fieldMapPreviewQuery = (grant: string, id: string, change: FieldMapChange) =>
  queryOptions({
    queryKey: [...keys.fieldMap(grant, id), "preview", change],
    queryFn: () => getPortal().previewFieldMap(id, change),
    gcTime: 0,
    refetchOnWindowFocus: false,
  });

/** The best matches of a text over MSPs, clients and users. */
export const searchQuery = (grant: string, q: string) =>
  queryOptions({
    queryKey: [grant, "search", q],
    queryFn: () => getPortal().search({ q, limit: 6 }),
    placeholderData: keepPreviousData,
  });

/** The saved views of every list. */
export const viewsQuery = (grant: string) =>
  queryOptions({ queryKey: keys.views(grant), queryFn: () => getPortal().views() });

/** The MSPs and clients that the user has marked. */
export const favouritesQuery = (grant: string) =>
  queryOptions({ queryKey: keys.favourites(grant), queryFn: () => getPortal().favourites() });

/** The MSPs and clients that the user has opened last. */
export const recentsQuery = (grant: string) =>
  queryOptions({ queryKey: keys.recents(grant), queryFn: () => getPortal().recents() });
