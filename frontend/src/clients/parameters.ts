import { clientSorts } from "../bridge/enums";
import { filtersOf, type ListParameters } from "../views/parameters";
import { clientColumns } from "./columns";
import { clientFilters } from "./filters";

const columns = clientColumns({ onMSP: () => undefined, type: true, expiry: true });

/** What a view of the list can name. */
export const clientParameters: ListParameters = {
  filters: { ...filtersOf(clientFilters), group: (value) => value === "msp" },
  sorts: clientSorts,
  columns: columns.map(({ field }) => field),
};
