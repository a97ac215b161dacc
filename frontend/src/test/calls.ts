import type { Fake } from "../bridge/fake";

/** How often a call was made. */
export const countCalls = (fake: Fake, call: Fake["calls"][number]) =>
  fake.calls.filter((made) => made === call).length;

type List = "clients" | "msps" | "users";
type Query<Name extends List> = Parameters<Fake[Name]>[0];

/** Collects the filter and order of every later request for a list. */
export function recordQueries<Name extends List>(fake: Fake, name: Name): Query<Name>[] {
  const queries: Query<Name>[] = [];
  const request = fake[name] as (query: Query<Name>) => ReturnType<Fake[Name]>;
  fake[name] = ((query: Query<Name>) => {
    queries.push(query);
    return request(query);
  }) as Fake[Name];
  return queries;
}
