import type { CustomerField, FieldMap, FieldMapChange, FieldPath } from "../bridge/models";

/** What is chosen for a path: a field, nothing, or what the portal finds by itself. */
export type Choice = CustomerField | "nothing" | "automatic";
export type Draft = Record<string, Choice>;

/** What is chosen for a path already. */
export const savedChoice = ({ source, field }: FieldPath): Choice =>
  source === "admin" ? (field ?? "nothing") : "automatic";

/** The draft after one more choice; one that changes nothing is none. */
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

const mayMove: string[] = ["id", "name", "parent", "type"];

/**
 * Whether the next run will wait for a decision, as far as can be told without reading customers. Before the first run was
 * merged none does.
 */
export const needsReview = (map: FieldMap, draft: Draft): boolean =>
  map.run_id !== null &&
  map.items.some(({ path, field }) => {
    const choice = draft[path];
    return choice !== undefined && (mayMove.includes(choice) || (field !== null && mayMove.includes(field)));
  });

/** What a path fills once the draft is saved; what the portal then finds by itself is not known yet. */
function fills({ path, field }: FieldPath, draft: Draft): CustomerField | null {
  const choice = draft[path];
  if (choice === undefined) return field;
  return choice === "nothing" || choice === "automatic" ? null : choice;
}

/** The portal's fields that nothing fills, the draft included. */
export const unfilled = (map: FieldMap, draft: Draft): CustomerField[] =>
  map.fields.filter(
    (field) => !map.items.some((item) => fills(item, draft) === field && item.customers > 0 && !item.absent),
  );
