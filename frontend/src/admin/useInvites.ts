import { inviteStatuses } from "../bridge/enums";
import { links } from "../bridge/links";
import { type List, useList } from "../bridge/lists";
import type { Invite, InviteFilter } from "../bridge/models";
import { invitesQuery } from "../bridge/queries";
import { type ListAddress, oneOf, useListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";

/** The filter in the address; invalid values are ignored. */
export function filterFrom(get: ListAddress["get"]): InviteFilter {
  const filter: InviteFilter = {};
  const q = get("q")?.slice(0, 100);
  const status = oneOf(get("status"), inviteStatuses);
  if (q) filter.q = q;
  if (status) filter.status = status;
  return filter;
}

export interface Invites {
  address: ListAddress;
  filter: InviteFilter;
  list: List<Invite>;
}

/** The invites that match the address, within the scope of the active grant. */
export function useInvites(): Invites {
  const { grant } = useSession();
  const address = useListAddress(links.admin);
  const filter = filterFrom(address.get);
  return { address, filter, list: useList(invitesQuery(grant.id, filter)) };
}
