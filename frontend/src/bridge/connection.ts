import { useSyncExternalStore } from "react";
import type { Problem } from "./problem";

/** Since when the portal cannot be used, and why. */
export interface Outage {
  since: Date;
  problem: Problem;
}

let outage: Outage | null = null;
const listeners = new Set<() => void>();

/** Notes that the API gave a reply to the last call, or why there was none. */
export function heard(problem: Problem | null): void {
  if (!problem && !outage) return;
  outage = problem && { since: outage?.since ?? new Date(), problem };
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The outage the portal is in; null while it can be used. */
export const useOutage = (): Outage | null => useSyncExternalStore(subscribe, () => outage);
