import { filtersOf, type ListParameters } from "../views/parameters";
import { mspColumns } from "./columns";
import { mspFilters } from "./filters";
import { sortFields } from "./useMSPs";

const columns = mspColumns({ expiry: true, onToggle: () => undefined });

/** What a view of the list can name. */
export const mspParameters: ListParameters = {
  filters: filtersOf(mspFilters),
  sorts: sortFields,
  columns: columns.map(({ field }) => field),
};
