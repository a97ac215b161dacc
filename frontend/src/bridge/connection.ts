import { useSyncExternalStore } from "react";

let since: Date | null = null;
const listeners = new Set<() => void>();

/** Notes whether the API answered the last call. */
export function reachable(yes: boolean): void {
  if (yes === (since === null)) return;
  since = yes ? null : new Date();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Since when the API cannot be reached; null while it can. */
export const useOfflineSince = (): Date | null => useSyncExternalStore(subscribe, () => since);
