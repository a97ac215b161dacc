import { mspSorts } from "../bridge/enums";
import { filtersOf, type ListParameters } from "../views/parameters";
import { mspColumns } from "./columns";
import { mspFilters } from "./filters";

const columns = mspColumns({ expiry: true, onToggle: () => undefined });

/** What a view of the list can name. */
export const mspParameters: ListParameters = {
  filters: filtersOf(mspFilters),
  sorts: mspSorts,
  columns: columns.map(({ field }) => field),
};
