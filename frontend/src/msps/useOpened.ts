import { useCallback, useMemo } from "react";
import type { ListAddress } from "../parts/listAddress";

/** What the address says where every MSP is closed, although one would be open by itself. */
const none = "none";

export interface Opened {
  /** The MSPs whose clients are shown in place, by their ids. */
  ids: string[];
  isOpen: (id: string) => boolean;
  set: (id: string, open: boolean) => void;
}

/** Which MSPs are opened in place, as the address says; own is open unless it was closed. */
export function useOpened({ get, set: change }: ListAddress, own: string | undefined): Opened {
  const said = get("opened");
  const ids = useMemo(() => {
    if (said === undefined) return own ? [own] : [];
    return said === none ? [] : said.split(",");
  }, [said, own]);
  const set = useCallback(
    (id: string, open: boolean) => {
      const others = ids.filter((other) => other !== id);
      const opened = (open ? [...others, id] : others).join(",");
      // No step of its own in the history: back leads to the list before, not to a row before.
      change({ opened: opened || (own && none) }, true);
    },
    [ids, own, change],
  );
  return useMemo(() => ({ ids, isOpen: (id) => ids.includes(id), set }), [ids, set]);
}
