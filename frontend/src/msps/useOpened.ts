import { useCallback, useMemo } from "react";
import type { ListAddress } from "../parts/listAddress";

/** The value in the address for "none expanded" where one MSP is expanded by default. */
const none = "none";

export interface Opened {
  /** The ids of the expanded MSPs. */
  ids: string[];
  isOpen: (id: string) => boolean;
  set: (id: string, open: boolean) => void;
}

/** Which MSPs are expanded, from the address; own is expanded unless it was collapsed. */
export function useOpened({ get, set: change }: ListAddress, own: string | undefined): Opened {
  const value = get("opened");
  const ids = useMemo(() => {
    if (value === undefined) return own ? [own] : [];
    return value === none ? [] : value.split(",");
  }, [value, own]);
  const set = useCallback(
    (id: string, open: boolean) => {
      const others = ids.filter((other) => other !== id);
      const opened = (open ? [...others, id] : others).join(",");
      // Replaces the history entry: back leads to the previous list, not to the previous row.
      change({ opened: opened || (own && none) }, true);
    },
    [ids, own, change],
  );
  return useMemo(() => ({ ids, isOpen: (id) => ids.includes(id), set }), [ids, set]);
}
