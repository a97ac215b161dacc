import { reviewedFields } from "../bridge/enums";
import type { CustomerField, FieldMap, FieldMapChange, FieldPath } from "../bridge/models";

/** The choice for a path: a field, nothing, or automatic detection by the portal. */
export type Choice = CustomerField | "nothing" | "automatic";
export type Draft = Record<string, Choice>;

/** The saved choice for a path. */
export const savedChoice = ({ source, field }: FieldPath): Choice =>
  source === "admin" ? (field ?? "nothing") : "automatic";

/** The draft after a choice. A choice equal to the saved one is removed. */
export function choose(draft: Draft, item: FieldPath, choice: Choice): Draft {
  const { [item.path]: _, ...rest } = draft;
  return choice === savedChoice(item) ? rest : { ...rest, [item.path]: choice };
}

export function toChange(draft: Draft): FieldMapChange {
  const value = (choice: Choice) => {
    if (choice === "automatic") return null;
    return choice === "nothing" ? ("" as const) : choice;
  };
  return {
    fields: Object.fromEntries(Object.entries(draft).map(([path, choice]) => [path, value(choice)])),
  };
}

/**
 * Whether the next run will wait for a review, as far as that is known without reading customers. No run does before
 * the first one was merged.
 */
export const needsReview = (map: FieldMap, draft: Draft): boolean =>
  map.run_id !== null &&
  map.items.some(({ path, field }) => {
    const choice = draft[path];
    return (
      choice !== undefined && reviewedFields.some((reviewed) => reviewed === choice || reviewed === field)
    );
  });

/** The field that a path fills once the draft is saved; null for none, and for automatic detection. */
function fills({ path, field }: FieldPath, draft: Draft): CustomerField | null {
  const choice = draft[path];
  if (choice === undefined) return field;
  return choice === "nothing" || choice === "automatic" ? null : choice;
}

/** The portal's fields that no path fills once the draft is saved. */
export const unfilled = (map: FieldMap, draft: Draft): CustomerField[] =>
  map.fields.filter(
    (field) => !map.items.some((item) => fills(item, draft) === field && item.customers > 0 && !item.absent),
  );
