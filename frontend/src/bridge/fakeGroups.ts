// How the fake groups clients by MSP, as the API does.

import { seatsOver } from "./fakeAttention";
import { fold } from "./fakeLists";
import { sumKnown } from "./fakeWorld";
import { limits } from "./limits";
import type { Client, ClientGroup } from "./models";
import { Problem } from "./problem";

/** Sorted clients by their MSP first, by its name and id; those directly under the MSSP last. */
export function grouped(ordered: Client[], sort = ""): Client[] {
  if (sort.split(",").length > limits.groupedSorts) {
    throw new Problem("invalid", {
      field: "sort",
      message: `Sort by ${limits.groupedSorts} fields at most within groups.`,
    });
  }
  const keyOf = ({ msp_id, msp_name }: Client) =>
    msp_id === null ? "\u{10ffff}" : `${fold(msp_name ?? "")} ${msp_id}`;
  return ordered.toSorted((one, other) => {
    const [a, b] = [keyOf(one), keyOf(other)];
    return a === b ? 0 : a < b ? -1 : 1;
  });
}

/** The MSPs of the clients on a page, with the sums over all clients that match. */
export function groupsOf(shown: Client[], matching: Client[]): ClientGroup[] {
  const firsts = shown.filter((client, n) => n === 0 || shown[n - 1]?.msp_id !== client.msp_id);
  return firsts.map(({ msp_id, msp_name }) => {
    const its = matching.filter((client) => client.msp_id === msp_id);
    const [used, total] = [sumKnown(its, "seats_used"), sumKnown(its, "seats_total")];
    return {
      msp_id,
      msp_name,
      clients: its.length,
      seats_used: used.sum,
      seats_total: total.sum,
      seats_used_unknown: used.unknown,
      seats_total_unknown: total.unknown,
      seats_exceeded: its.filter((client) => (seatsOver(client) ?? 0) > 0).length,
    };
  });
}
