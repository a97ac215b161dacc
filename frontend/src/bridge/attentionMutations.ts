import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { AttentionKind } from "./models";
import { getPortal } from "./portal";
import { keys } from "./queries";

/** Sets or removes one mark of what needs attention: until when it is snoozed, or the id of the user who handles it. */
export type MarkChange = { kind: AttentionKind; id: string } & (
  | { until: string | null }
  | { handler: string | null }
);

function send(change: MarkChange): Promise<void> {
  const { kind, id } = change;
  const portal = getPortal();
  if ("until" in change) {
    return change.until === null
      ? portal.endSnooze(kind, id)
      : portal.snoozeAttention(kind, id, change.until);
  }
  return change.handler === null
    ? portal.removeAttentionHandler(kind, id)
    : portal.setAttentionHandler(kind, id, change.handler);
}

/** Changes a mark; it is pending until the lines that it leaves are read again, for another one takes its place. */
export function useChangeMark(grant: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: keys.overview(grant) }),
        queries.invalidateQueries({ queryKey: keys.snoozed(grant) }),
      ]),
  });
}
