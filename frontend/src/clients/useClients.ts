import { links } from "../bridge/links";
import { type List, useList } from "../bridge/lists";
import type { Client, ClientFilter } from "../bridge/models";
import { clientsQuery } from "../bridge/queries";
import { sortFrom, sortsOf } from "../customers/filters";
import { filterFrom } from "../parts/filters";
import { type ListAddress, useListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";
import { clientFilters } from "./filters";

const sorts = sortsOf([
  "name",
  "msp_name",
  "status",
  "type",
  "licence_type",
  "spla",
  "seats_used",
  "seats_total",
  "seats_over",
  "expires_on",
  "first_seen_at",
  "last_seen_at",
  "external_id",
]);

export interface Clients {
  address: ListAddress;
  filter: ClientFilter;
  sort: string | undefined;
  list: List<Client>;
}

/** The clients that match the address, within the scope of the active grant. */
export function useClients(): Clients {
  const { grant } = useSession();
  const address = useListAddress(links.clients());
  const filter = filterFrom(clientFilters, address.get);
  const sort = sortFrom(address.get("sort"), sorts);
  const list = useList(clientsQuery(grant.id, { ...filter, ...(sort && { sort }) }));
  return { address, filter, sort, list };
}
