import { mspSorts } from "../bridge/enums";
import { type List, useList } from "../bridge/lists";
import type { MSP, MSPFilter } from "../bridge/models";
import { paths } from "../bridge/paths";
import { mspsQuery } from "../bridge/queries";
import { sortFrom, sortsOf } from "../customers/filters";
import { filterFrom } from "../parts/filters";
import { type ListAddress, useListAddress } from "../parts/listAddress";
import { useSession } from "../session/session";
import { mspFilters } from "./filters";

const sorts = sortsOf(mspSorts);

export interface MSPs {
  address: ListAddress;
  filter: MSPFilter;
  sort: string | undefined;
  list: List<MSP>;
}

/** The MSPs that match the address, within the scope of the active grant. */
export function useMSPs(): MSPs {
  const { grant } = useSession();
  const address = useListAddress(paths.msps());
  const filter = filterFrom(mspFilters, address.get);
  const sort = sortFrom(address.get("sort"), sorts);
  const list = useList(mspsQuery(grant.id, { ...filter, ...(sort && { sort }) }));
  return { address, filter, sort, list };
}
