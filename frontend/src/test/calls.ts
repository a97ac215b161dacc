import type { Fake } from "../bridge/fake";

/** How often a call was made. */
export const countCalls = (fake: Fake, call: Fake["calls"][number]) =>
  fake.calls.filter((made) => made === call).length;

type Query<List extends "clients" | "msps"> = Parameters<Fake[List]>[0];

/** Collects the filter and order of every later request for a list. */
export function recordQueries<List extends "clients" | "msps">(fake: Fake, list: List): Query<List>[] {
  const queries: Query<List>[] = [];
  const request = fake[list] as (query: Query<List>) => ReturnType<Fake[List]>;
  fake[list] = ((query: Query<List>) => {
    queries.push(query);
    return request(query);
  }) as Fake[List];
  return queries;
}
