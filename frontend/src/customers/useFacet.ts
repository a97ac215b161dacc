import { keepPreviousData, type QueryKey, type UseQueryOptions, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Columns, Facets } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import type { Counting } from "../parts/ChoiceChip";
import { useSession } from "../session/session";

/** Counts the values of the filter whose menu is open, under the other filters. */
export function useFacet<Filter extends object, Key extends QueryKey>(
  query: (grant: string, filter: Filter & Columns) => UseQueryOptions<Facets, Problem, Facets, Key>,
  filter: Filter,
): Counting {
  const { grant } = useSession();
  const [open, setOpen] = useState("");
  const options = query(grant.id, { ...filter, ...(open && { [open]: undefined }), columns: open });
  const { data, error, refetch } = useQuery({
    ...options,
    enabled: open !== "",
    placeholderData: keepPreviousData,
  });
  const facet = data?.facets.find(({ column }) => column === open);
  return {
    onOpen: setOpen,
    of: (name) =>
      name === open && {
        facet,
        failed: facet === undefined && error !== null,
        onRetry: () => void refetch(),
      },
  };
}
