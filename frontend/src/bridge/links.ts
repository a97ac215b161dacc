import type { ClientFilter, MSPFilter } from "./models";

function query(filter: object): string {
  const pairs = Object.entries(filter).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return text && `?${text}`;
}

/** The paths of the screens, so that one can lead to another without importing it. Filters travel as query. */
export const links = {
  overview: "/overview",
  msps: (filter: MSPFilter = {}) => `/msps${query(filter)}`,
  msp: (id: string) => `/msps/${id}`,
  clients: (filter: ClientFilter = {}) => `/clients${query(filter)}`,
  client: (id: string) => `/clients/${id}`,
  admin: "/admin",
  syncs: "/syncs",
  sync: (id: string) => `/syncs/${id}`,
  settings: "/settings",
};
