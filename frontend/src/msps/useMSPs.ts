import { links } from "../bridge/links";
import { type List, useList } from "../bridge/lists";
import type { CustomerStatus, MSP, MSPFilter } from "../bridge/models";
import { mspsQuery } from "../bridge/queries";
import { type ListAddress, oneOf, useListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";

export const statuses: CustomerStatus[] = ["active", "missing", "removed"];

/** The words the API sorts MSPs by. */
const sorts = ["name", "clients", "seats_used", "status", "last_seen_at"].flatMap((field) => [
  field,
  `-${field}`,
]);

/** What the address asks for; what it says wrongly counts as not said. */
export function filterFrom(get: ListAddress["get"]): MSPFilter {
  const filter: MSPFilter = {};
  const q = get("q")?.slice(0, 100);
  const status = oneOf(get("status"), statuses);
  const sort = oneOf(get("sort"), sorts);
  if (q) filter.q = q;
  if (sort) filter.sort = sort;
  if (status) filter.status = status;
  return filter;
}

export interface MSPs {
  address: ListAddress;
  filter: MSPFilter;
  list: List<MSP>;
}

/** The MSPs the address asks for, within the scope of the active grant. */
export function useMSPs(): MSPs {
  const { grant } = useSession();
  const address = useListAddress(links.msps());
  const filter = filterFrom(address.get);
  return { address, filter, list: useList(mspsQuery(grant.id, filter)) };
}
