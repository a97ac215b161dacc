import { clientSorts } from "../bridge/enums";
import { limits } from "../bridge/limits";
import { type List, useList } from "../bridge/lists";
import type { Client, ClientFilter, Grouping } from "../bridge/models";
import { paths } from "../bridge/paths";
import { clientsQuery } from "../bridge/queries";
import { sortFrom, sortsOf } from "../customers/filters";
import { filterFrom } from "../parts/filters";
import { type ListAddress, useListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";
import { clientFilters } from "./filters";

const sorts = sortsOf(clientSorts);

export interface Clients {
  address: ListAddress;
  filter: ClientFilter;
  sort: string | undefined;
  /** Whether the clients are grouped by MSP. */
  grouped: boolean;
  list: List<Client>;
}

/** The clients that match the address, within the scope of the active grant. */
export function useClients(): Clients {
  const { grant } = useSession();
  const address = useListAddress(paths.clients());
  const filter = filterFrom(clientFilters, address.get);
  // Who sees one MSP only has nothing to group.
  const grouped = address.get("group") === "msp" && grant.scope.level === "mssp";
  const chosen = sortFrom(address.get("sort"), sorts);
  const sort = grouped ? sortInGroups(chosen) : chosen;
  const grouping: Grouping = grouped ? { group: "msp" } : {};
  const list = useList(clientsQuery(grant.id, { ...filter, ...grouping, ...(sort && { sort }) }));
  return { address, filter, sort, grouped, list };
}

/** Groups are in the order of their MSPs, and the API sorts within them by fewer fields. */
function sortInGroups(sort: string | undefined): string | undefined {
  const terms = sort?.split(",").filter((term) => !/^-?msp_name$/.test(term)) ?? [];
  return terms.slice(0, limits.groupedSorts).join(",") || undefined;
}
