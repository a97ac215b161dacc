import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { heard } from "./connection";
import { isOutage, isPassing, type Problem } from "./problem";

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: Problem;
  }
}

/** The cache of everything asked of Go. networkMode: the API may be on loopback, whatever the system thinks of its network. */
export function newQueryClient(): QueryClient {
  const outcome = {
    onSuccess: () => heard(null),
    onError: (error: Problem) => {
      if (isOutage(error)) heard(error);
      else if (!isPassing(error)) heard(null);
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
        // Go reads once more by itself where that may help.
        retry: false,
        networkMode: "always",
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
