import { useRef } from "react";
import { roles, userStatuses } from "../bridge/enums";
import { links } from "../bridge/links";
import { type List, useList } from "../bridge/lists";
import type { UserFilter, UserItem } from "../bridge/models";
import { usersQuery } from "../bridge/queries";
import { type ListAddress, oneOf, useListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";

/** Every sort that the API accepts for users. */
const sorts = ["name", "email", "role", "last_login_at"].flatMap((field) => [field, `-${field}`]);

/** The filter in the address; invalid values are ignored. */
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
  /** The user whose panel is open, also after a change has removed them from the list. */
  opened: UserItem | undefined;
}

/** The users that match the address, within the scope of the active grant. */
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
