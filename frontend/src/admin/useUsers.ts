import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { userSorts } from "../bridge/enums";
import { type List, useList } from "../bridge/lists";
import type { UserFilter, UserItem } from "../bridge/models";
import { paths } from "../bridge/paths";
import type { Problem } from "../bridge/problem";
import { userQuery, usersQuery } from "../bridge/queries";
import { filterFrom } from "../parts/filters";
import { type ListAddress, oneOf, useListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";
import { userFilters } from "./filters";

const sorts = userSorts.flatMap((field) => [field, `-${field}`]);

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
  const address = useListAddress(paths.users);
  const sort = oneOf(address.get("sort"), sorts);
  const filter: UserFilter = { ...filterFrom(userFilters, address.get), ...(sort && { sort }) };
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
