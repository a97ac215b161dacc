import { useSyncExternalStore } from "react";
import type { Problem } from "./problem";

/** Since when the portal has been unreachable, and why. */
export interface Outage {
  since: Date;
  problem: Problem;
}

let outage: Outage | null = null;
const listeners = new Set<() => void>();

/** Reports the outcome of a call: null after a reply of the API, otherwise why there was none. */
export function reportOutcome(problem: Problem | null): void {
  if (!problem && !outage) return;
  outage = problem && { since: outage?.since ?? new Date(), problem };
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The current outage; null while the portal is reachable. */
export const useOutage = (): Outage | null => useSyncExternalStore(subscribe, () => outage);
