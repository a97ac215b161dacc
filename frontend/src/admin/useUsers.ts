import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { roles, userSorts, userStatuses } from "../bridge/enums";
import { links } from "../bridge/links";
import { type List, useList } from "../bridge/lists";
import type { UserFilter, UserItem } from "../bridge/models";
import type { Problem } from "../bridge/problem";
import { userQuery, usersQuery } from "../bridge/queries";
import { type ListAddress, oneOf, useListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";

const sorts = userSorts.flatMap((field) => [field, `-${field}`]);

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

/** The user whose panel is open. */
export interface OpenedUser {
  /** Undefined while they load and where they could not be loaded. */
  user: UserItem | undefined;
  problem: Problem | null;
  onRetry: () => void;
}

export interface Users {
  address: ListAddress;
  filter: UserFilter;
  list: List<UserItem>;
  opened: OpenedUser;
}

/** The users that match the address, within the scope of the active grant. */
export function useUsers(): Users {
  const { grant } = useSession();
  const address = useListAddress(links.users);
  const filter = filterFrom(address.get);
  const list = useList(usersQuery(grant.id, filter));
  return { address, filter, list, opened: useOpened(address.openId, list) };
}

/** The open user, from the list or on their own: also from beyond the loaded rows, or after a change moved them out. */
function useOpened(id: string | undefined, list: List<UserItem>): OpenedUser {
  const { grant } = useSession();
  const found = list.rows.find((user) => user.id === id);
  const seen = useRef<UserItem | undefined>(undefined);
  if (found) seen.current = found;
  const alone = useQuery({ ...userQuery(grant.id, id ?? ""), enabled: !!id && !found && !list.loading });
  const kept = seen.current?.id === id ? seen.current : undefined;
  return {
    user: found ?? alone.data ?? kept,
    problem: found ? null : alone.error,
    onRetry: () => void alone.refetch(),
  };
}
