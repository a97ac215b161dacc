import type { ClientFilter } from "./models";

/** The counts of an MSP's clients, each with the filter of the list that has as many rows. */
export const mspCounts = {
  clients: { status: "active" },
  expiring_30: { expires_on: "30d" },
  expiring_90: { expires_on: "90d" },
  expired: { expires_on: "expired" },
  exceeded: { status: "active", seats_exceeded: "yes" },
  disabled: { status: "disabled" },
  missing: { status: "missing" },
} as const satisfies Record<string, ClientFilter>;

export type CountName = keyof typeof mspCounts;
