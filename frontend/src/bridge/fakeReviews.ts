// What a run in review of the fake would change: its first clients, by the reason of the review.
import { finds } from "./fakeLists";
import type { World } from "./fakeWorld";
import type { Client, ReviewFilter, ReviewItem, ReviewTotal, ReviewTotals, SyncRun } from "./models";

type Outcome = Pick<ReviewItem, "effect" | "to_msp_name" | "to_name">;

function outcomeOf({ error_code: reason }: SyncRun): Outcome {
  const nowhere = { to_msp_name: null, to_name: null };
  if (reason === "too_many_moved") return { effect: "detached", ...nowhere };
  if (reason === "fields_remapped") return { effect: "moved", ...nowhere, to_msp_name: "Harbour IT" };
  return { effect: reason === "account_known" ? "removed" : "missing", ...nowhere };
}

const clientsOf = (run: SyncRun, world: World): Client[] =>
  run.status === "needs_review" ? world.clients.slice(0, run.would_miss ?? 0) : [];

/** The customers that accepting the run would change and that the filter selects. */
export function reviewItems(run: SyncRun, world: World, filter: ReviewFilter): ReviewItem[] {
  const { q, kind = "client", msp_id, effect } = filter;
  const outcome = outcomeOf(run);
  if (kind !== "client" || (effect && effect !== outcome.effect)) return [];
  return clientsOf(run, world)
    .filter((client) => !msp_id || (client.msp_id ?? "none") === msp_id)
    .filter((client) => !q || finds(q, [client.name, client.msp_name], client.external_id))
    .map(({ id, name, type, msp_name, seats_used, external_id }) => ({
      kind: "client" as const,
      id,
      name,
      type,
      msp_name,
      seats_used,
      external_id,
      ...outcome,
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** The totals per MSP, the largest first. */
export function reviewTotals(run: SyncRun, world: World): ReviewTotals {
  const { effect, to_msp_name } = outcomeOf(run);
  const counts = new Map<string | null, ReviewTotal>();
  for (const { msp_id, msp_name } of clientsOf(run, world)) {
    const of = world.clients.filter((one) => one.msp_id === msp_id && one.status !== "missing").length;
    const before = counts.get(msp_id) ?? {
      kind: "client",
      msp_id,
      msp_name,
      effect,
      to_msp_name,
      count: 0,
      of,
    };
    counts.set(msp_id, { ...before, count: before.count + 1 });
  }
  const items = [...counts.values()].toSorted((a, b) => b.count - a.count);
  return { items: items.slice(0, 100), total: items.length };
}
