// The scorecard of an MSP of the fake, counted from its clients as the API's kept counts are.
import { matchingClients } from "./fakeFilters";
import type { Client, ClientFilter, MSP } from "./models";
import { mspCounts } from "./mspCounts";

const growthDays = 30;

type Scorecard = Pick<
  MSP,
  | "growth"
  | "expires_on"
  | "next_expires_on"
  | "expiring_30"
  | "expiring_90"
  | "expired"
  | "exceeded"
  | "disabled"
  | "missing"
>;

const { clients: _, ...filters } = mspCounts;

/** The figures of an MSP that has these clients. */
export function scorecardOf(clients: Client[]): Scorecard {
  const count = (filter: ClientFilter) => matchingClients(clients, filter, "mssp").length;
  const ends = clients
    .filter(({ status, expires_on }) => status === "active" && expires_on !== null)
    .map(({ expires_on }) => expires_on as string)
    .sort();
  const counts = Object.fromEntries(Object.entries(filters).map(([name, filter]) => [name, count(filter)]));
  return {
    ...(counts as Record<keyof typeof filters, number>),
    growth: growthOf(clients),
    expires_on: ends[0] ?? null,
    next_expires_on: ends[count({ expires_on: "expired" })] ?? null,
  };
}

/** Of the clients that the fake has, those first seen since then came, and those missing since then left. */
function growthOf(clients: Client[]): number {
  const since = Date.now() - growthDays * 86_400_000;
  const came = clients.filter((one) => one.status === "active" && Date.parse(one.first_seen_at) > since);
  const left = clients.filter(
    (one) =>
      one.status === "missing" &&
      Date.parse(one.last_seen_at) > since &&
      Date.parse(one.first_seen_at) <= since,
  );
  return came.length - left.length;
}

/** The figures of an MSP without clients. */
export const noFigures: Scorecard = scorecardOf([]);
