import { customerKinds, reviewEffects } from "../bridge/enums";
import type { ReviewFilter, ReviewItem } from "../bridge/models";
import { t } from "../i18n/i18n";
import { oneOf } from "../parts/listAddress";

type Effect = Pick<ReviewItem, "effect" | "to_msp_name"> & Partial<Pick<ReviewItem, "to_name">>;

/** The effect on a customer, or on each of several. */
export function effectText({ effect, to_msp_name: msp, to_name: name }: Effect): string {
  if (effect === "moved" && msp) return t("sync.review.effects.movedTo", { msp });
  if (effect === "turned" && name) return t("sync.review.effects.turnedTo", { name });
  if (effect === "renamed" && name) return t("sync.review.effects.renamedTo", { name });
  return t(`sync.review.effects.${effect}`);
}

/** The filter in the address; invalid values are ignored. */
export function reviewFilter(get: (name: string) => string | undefined): ReviewFilter {
  const q = get("q");
  const msp_id = get("msp_id");
  const kind = oneOf(get("kind"), customerKinds);
  const effect = oneOf(get("effect"), reviewEffects);
  return { ...(q && { q }), ...(kind && { kind }), ...(msp_id && { msp_id }), ...(effect && { effect }) };
}
