import { useRef } from "react";
import { links } from "../bridge/links";
import { type List, useList } from "../bridge/lists";
import type { Role, UserFilter, UserItem, UserStatus } from "../bridge/models";
import { usersQuery } from "../bridge/queries";
import { type ListAddress, oneOf, useListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";

export const userStatuses: UserStatus[] = ["active", "deactivated"];
export const roles: Role[] = ["mssp_admin", "mssp_staff", "msp_admin", "msp_user", "client_user"];

/** The words the API sorts users by. */
const sorts = ["name", "email", "role", "last_login_at"].flatMap((field) => [field, `-${field}`]);

/** What the address asks for; what it says wrongly counts as not said. */
export function filterFrom(get: ListAddress["get"]): UserFilter {
  const filter: UserFilter = {};
  const q = get("q")?.slice(0, 100);
  const sort = oneOf(get("sort"), sorts);
  const status = oneOf(get("status"), userStatuses);
  const role = oneOf(get("role"), roles);
  const msp = get("msp_id");
  if (q) filter.q = q;
  if (sort) filter.sort = sort;
  if (status) filter.status = status;
  if (role) filter.role = role;
  if (msp && /^[0-9a-f-]{36}$/i.test(msp)) filter.msp_id = msp;
  return filter;
}

export interface Users {
  address: ListAddress;
  filter: UserFilter;
  list: List<UserItem>;
  /** Whoever is open beside the list, also after a change has taken them out of it. */
  opened: UserItem | undefined;
}

/** The people the address asks for, within the scope of the active grant. */
export function useUsers(): Users {
  const { grant } = useSession();
  const address = useListAddress(links.users);
  const filter = filterFrom(address.get);
  const list = useList(usersQuery(grant.id, filter));
  const seen = useRef<UserItem | undefined>(undefined);
  const found = list.rows.find(({ id }) => id === address.openId);
  if (found) seen.current = found;
  const opened = found ?? (seen.current?.id === address.openId ? seen.current : undefined);
  return { address, filter, list, opened };
}
