import { useEffect } from "react";
import { getPortal } from "../bridge/portal";

/** A visit goes on while the user does something at least this often; the API ends it after half an hour. */
const goesOn = 10 * 60_000;

/**
 * Saves that the user has seen the changes up to the newest, and that they are still looking as long as they use the
 * keyboard or the pointer. A visit that cannot be saved leaves the changes new, so its problem is not shown.
 */
export function useVisit(newestAt: string | null): void {
  useEffect(() => {
    if (newestAt === null) return;
    const save = () =>
      void getPortal()
        .visitChanges({ seen_to: newestAt })
        .catch(() => undefined);
    save();
    let saved = Date.now();
    const used = () => {
      if (Date.now() - saved < goesOn) return;
      saved = Date.now();
      save();
    };
    const events = ["pointerdown", "keydown", "wheel"] as const;
    for (const event of events) window.addEventListener(event, used, { passive: true });
    return () => {
      for (const event of events) window.removeEventListener(event, used);
    };
  }, [newestAt]);
}
