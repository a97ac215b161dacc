// Ids, dates and names that the fake's records share.
import { type Role, roleLevels, roleTable } from "./enums";
import type { Grant, Me } from "./models";

export const msspID = "0195a000-0000-7000-8000-000000000001";
export const hour = 3_600_000;
export const day = 24 * hour;

export const id = (kind: string, n: number) => `0195a000-0000-7000-${kind}-${String(n).padStart(12, "0")}`;
export const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
export const dayFromNow = (days: number) => new Date(Date.now() + days * day).toISOString().slice(0, 10);

export const mspNames = [
  "Alpine IT Services",
  "Baltic Managed Systems",
  "Bluewater Networks",
  "Cedar & Stone IT",
  "Citadel Computing",
  "Dovetail Technology Partners",
  "Ember Cloud Services",
  "Fjord Systems",
  "Greenfield Support",
  "Harbour Light IT",
  "Ironbridge Solutions",
  "Juniper Lane Computing",
  "Kestrel Managed IT",
  "Lakeside Technology",
  "Meridian Digital",
  "Northgate Systems",
  "Oakwood Networks",
  "Polaris IT Care",
  "Quayside Computing",
  "Redwood Service Desk",
  "Summit Support Group",
  "Tidewater Technology",
  "Upland Systems",
  "Vantage Managed Services",
];
export function grant(role: Role, node: string, under: { msp_id?: string; client_id?: string } = {}): Grant {
  const place = under.client_id ?? under.msp_id ?? "all";
  return {
    id: `${role}@${place}`,
    role,
    scope: { level: roleLevels[role], mssp_id: msspID, ...under },
    node,
    mssp: "Northwind Security",
  };
}

export interface UserWithGrants {
  user: Me["user"];
  grants: Grant[];
}

/** The user under one of their grants, with the permissions of the role table. */
export function meUnder({ user, grants }: UserWithGrants, active: Grant): Me {
  return {
    user,
    grant: active,
    grants,
    ...roleTable[active.role],
    time_zone: "UTC",
    data_as_of: null,
  };
}
