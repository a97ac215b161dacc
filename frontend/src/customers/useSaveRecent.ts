import { useEffect } from "react";
import type { CustomerKind } from "../bridge/models";
import { useSaveRecent as useMutation } from "../bridge/viewMutations";
import { useSession } from "../session/session";

/** A panel that is open for less is passed over, not looked at: arrow keys move through a list. */
const lookedAt = 1_000;

/** Saves an MSP or client as opened last, once its panel shows it. One that cannot be saved is only missing there. */
export function useSaveRecent(kind: CustomerKind, id: string, shown: boolean) {
  const { grant } = useSession();
  const { mutate } = useMutation(grant.id);
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => mutate({ kind, id }), lookedAt);
    return () => clearTimeout(timer);
  }, [kind, id, shown, mutate]);
}
