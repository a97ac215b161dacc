import {
  type InfiniteData,
  type QueryKey,
  type UseInfiniteQueryOptions,
  useInfiniteQuery,
} from "@tanstack/react-query";
import { useMemo } from "react";
import type { ClientGroup, Page } from "./models";
import type { Problem } from "./problem";

/** A paged list in the shape DataTable takes: <DataTable {...list} />. */
export interface List<Item> {
  rows: Item[];
  /** How many rows the list has, loaded or not; null where the API does not count them. */
  total: number | null;
  /** When the last complete sync ended; null before the first. */
  dataAsOf: string | null;
  /** For MSPs and clients: whether any client in the viewer's scope has an expiry date. */
  hasExpiry: boolean;
  /** For clients in groups: the groups of the rows, in their order. A group on two pages is there twice. */
  groups: ClientGroup[];
  /** For changes: the beginning of the span, null for all. */
  since: string | null;
  /** For changes: the newest one in the viewer's scope when the list was loaded; null for none. */
  newestAt: string | null;
  /** No page has been loaded yet. */
  loading: boolean;
  /** The rows belong to the previous filter while those of the new one load. */
  refreshing: boolean;
  problem: Problem | null;
  hasMore: boolean;
  loadingMore: boolean;
  onMore: () => void;
  onRetry: () => void;
}

/** Loads a list page by page: useList(clientsQuery(grant.id, filter)). */
export function useList<Item, Key extends QueryKey>(
  options: UseInfiniteQueryOptions<Page<Item>, Problem, InfiniteData<Page<Item>>, Key, string>,
): List<Item> {
  const query = useInfiniteQuery(options);
  const pages = query.data?.pages;
  const rows = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const groups = useMemo(() => pages?.flatMap((page) => page.groups ?? []) ?? [], [pages]);
  const newest = pages?.at(-1);
  return {
    rows,
    total: newest ? newest.total : 0,
    dataAsOf: newest?.data_as_of ?? null,
    hasExpiry: newest?.has_expiry ?? false,
    groups,
    since: pages?.[0]?.since ?? null,
    newestAt: pages?.[0]?.newest_at ?? null,
    loading: query.isPending,
    refreshing: query.isFetching && query.isPlaceholderData,
    problem: query.error,
    hasMore: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    onMore: () => {
      if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
    },
    onRetry: () => void query.refetch(),
  };
}
