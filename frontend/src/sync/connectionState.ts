import type { ConnectionItem } from "../bridge/models";
import { isActive, staleAfter } from "../bridge/runs";
import type { Tone } from "../parts/StatusChip";

/** The state of a connection; where several apply, the most important one. */
export type ConnectionState =
  | "fresh"
  | "syncing"
  | "waiting"
  | "failing"
  | "partial"
  | "stale"
  | "paused"
  | "review"
  | "never";

export const stateTones: Record<ConnectionState, Tone> = {
  fresh: "ok",
  syncing: "info",
  waiting: "info",
  failing: "error",
  partial: "warning",
  stale: "warning",
  paused: "neutral",
  review: "warning",
  never: "neutral",
};

type StateFields = Pick<ConnectionItem, "paused" | "last_run" | "last_complete" | "failures_in_a_row">;

export function connectionState(connection: StateFields, now: Date): ConnectionState {
  const { paused, last_run: run, last_complete, failures_in_a_row } = connection;
  if (run && isActive(run)) {
    return run.retry_at && Date.parse(run.retry_at) > now.getTime() ? "waiting" : "syncing";
  }
  if (paused) return "paused";
  if (run?.status === "needs_review") return "review";
  if (failures_in_a_row > 0) return "failing";
  if (!last_complete) return "never";
  if (now.getTime() - Date.parse(last_complete) > staleAfter) return "stale";
  return run?.status === "partial" ? "partial" : "fresh";
}
