import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { reachable } from "./connection";
import { isPassing, Problem } from "./problem";

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: Problem;
  }
}

// Only what may pass by itself is asked again; a 4xx stays one however often it is asked.
const retry = (failures: number, error: Problem) =>
  error instanceof Problem && error.code === "unavailable" && failures < 2;

/** The cache of everything asked of Go. networkMode: the API may be on loopback, whatever the system thinks of its network. */
export function newQueryClient(): QueryClient {
  const heard = {
    onSuccess: () => reachable(true),
    onError: (error: Problem) => {
      if (error.code === "offline") reachable(false);
      else if (!isPassing(error)) reachable(true);
    },
  };
  return new QueryClient({
    queryCache: new QueryCache(heard),
    mutationCache: new MutationCache(heard),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        refetchOnWindowFocus: true,
        retry,
        networkMode: "always",
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
