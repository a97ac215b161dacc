import { filtersOf, type ListParameters } from "../views/parameters";
import { changeColumns } from "./columns";
import { changeFilters } from "./filters";

const columns = changeColumns({ mssp: "", withRuns: true });

/** What a view of the list can name. */
export const changeParameters: ListParameters = {
  filters: filtersOf(changeFilters),
  sorts: [],
  columns: columns.map(({ field }) => field),
};
