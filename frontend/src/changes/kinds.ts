import type { ChangeKind } from "../bridge/models";
import type { Tone } from "../parts/StatusChip";

export const changeTones: Record<ChangeKind, Tone> = {
  added: "ok",
  changed: "info",
  moved: "info",
  returned: "ok",
  missing: "warning",
  removed: "neutral",
};
