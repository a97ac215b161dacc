import { links } from "../bridge/links";
import { type List, useList } from "../bridge/lists";
import type { Client, ClientFilter, CustomerStatus } from "../bridge/models";
import { clientsQuery } from "../bridge/queries";
import { type ListAddress, oneOf, useListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";

export const statuses: CustomerStatus[] = ["active", "missing", "removed"];
export const spans = [30, 60, 90];

/** The words the API sorts clients by. */
const sorts = ["name", "status", "type", "seats_used", "expires_on", "last_seen_at"].flatMap((field) => [
  field,
  `-${field}`,
]);

/** What the address asks for; what it says wrongly counts as not said. */
export function filterFrom(get: ListAddress["get"]): ClientFilter {
  const filter: ClientFilter = {};
  const q = get("q")?.slice(0, 100);
  const status = oneOf(get("status"), statuses);
  const sort = oneOf(get("sort"), sorts);
  const type = get("type")?.slice(0, 64);
  const msp = get("msp_id");
  const days = Number(get("expires_within"));
  if (q) filter.q = q;
  if (sort) filter.sort = sort;
  if (status) filter.status = status;
  if (type) filter.type = type;
  if (msp && /^(none|[0-9a-f-]{36})$/i.test(msp)) filter.msp_id = msp;
  if (Number.isInteger(days) && days > 0 && days <= 3660) filter.expires_within = days;
  return filter;
}

export interface Clients {
  address: ListAddress;
  filter: ClientFilter;
  list: List<Client>;
}

/** The clients the address asks for, within the scope of the active grant. */
export function useClients(): Clients {
  const { grant } = useSession();
  const address = useListAddress(links.clients());
  const filter = filterFrom(address.get);
  return { address, filter, list: useList(clientsQuery(grant.id, filter)) };
}
