import { userSorts } from "../bridge/enums";
import { filtersOf, type ListParameters } from "../views/parameters";
import { inviteColumns } from "./columns";
import { inviteFilters, userFilters } from "./filters";
import { userColumns } from "./userColumns";

/** What a view of the users can name. */
export const userParameters: ListParameters = {
  filters: filtersOf(userFilters),
  sorts: userSorts,
  columns: userColumns(true).map(({ field }) => field),
};

/** What a view of the invites can name. */
export const inviteParameters: ListParameters = {
  filters: filtersOf(inviteFilters),
  sorts: [],
  columns: inviteColumns({ onResend: () => undefined, onRevoke: () => undefined, withMSP: true }).map(
    ({ field }) => field,
  ),
};
