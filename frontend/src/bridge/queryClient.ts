import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { reportOutcome } from "./outage";
import { isOutage, isTemporary, type Problem } from "./problem";

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: Problem;
  }
}

/**
 * Returns the cache for the results of calls to Go. networkMode "always": the API may be on loopback, where the
 * system's own idea of being offline does not matter.
 */
export function newQueryClient(): QueryClient {
  const outcome = {
    onSuccess: () => reportOutcome(null),
    onError: (error: Problem) => {
      if (isOutage(error)) reportOutcome(error);
      else if (!isTemporary(error)) reportOutcome(null);
    },
  };
  return new QueryClient({
    queryCache: new QueryCache(outcome),
    mutationCache: new MutationCache(outcome),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: true,
        // Go retries reads by itself where that may help.
        retry: false,
        networkMode: "always",
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
