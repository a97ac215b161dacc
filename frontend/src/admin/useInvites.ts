import { type List, useList } from "../bridge/lists";
import type { Invite, InviteFilter } from "../bridge/models";
import { paths } from "../bridge/paths";
import { invitesQuery } from "../bridge/queries";
import { filterFrom } from "../parts/filters";
import { type ListAddress, useListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";
import { inviteFilters } from "./filters";

export interface Invites {
  address: ListAddress;
  filter: InviteFilter;
  list: List<Invite>;
}

/** The invites that match the address, within the scope of the active grant. */
export function useInvites(): Invites {
  const { grant } = useSession();
  const address = useListAddress(paths.admin);
  const filter: InviteFilter = filterFrom(inviteFilters, address.get);
  return { address, filter, list: useList(invitesQuery(grant.id, filter)) };
}
