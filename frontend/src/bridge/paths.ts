import type { ChangeFilter, ClientFilter, Grouping, MSPFilter, Permission, Sort } from "./models";

function query(filter: object): string {
  const pairs = Object.entries(filter).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return text && `?${text}`;
}

/** The paths of the screens, so that one can link to another without importing it. Filters are query parameters. */
export const paths = {
  overview: "/overview",
  msps: (filter: MSPFilter & Sort = {}) => `/msps${query(filter)}`,
  msp: (id: string) => `/msps/${id}`,
  clients: (filter: ClientFilter & Sort & Grouping = {}) => `/clients${query(filter)}`,
  client: (id: string) => `/clients/${id}`,
  changes: (filter: ChangeFilter = {}) => `/changes${query(filter)}`,
  admin: "/admin",
  users: "/admin/users",
  user: (id: string) => `/admin/users/${id}`,
  usersMatching: (q: string) => `/admin/users${query({ q })}`,
  syncs: "/syncs",
  fields: (connectionID: string) => `/admin/connections/${connectionID}/fields`,
  sync: (id: string) => `/syncs/${id}`,
  syncReview: (id: string) => `/syncs/${id}/review`,
  settings: "/settings",
  sessions: "/settings/sessions",
};

/** The sections of Admin with their permissions; their screens show the same tabs without importing each other. */
export const adminSections: { to: string; may: Permission; name: "users" | "invites" | "syncs" }[] = [
  { to: paths.users, may: "manage_users", name: "users" },
  { to: paths.admin, may: "manage_invites", name: "invites" },
  { to: paths.syncs, may: "see_syncs", name: "syncs" },
];
