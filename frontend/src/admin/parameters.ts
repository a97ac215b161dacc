import { userSorts } from "../bridge/enums";
import type { ListParameters } from "../views/parameters";
import { inviteColumns } from "./columns";
import { filterFrom as inviteFilterFrom } from "./useInvites";
import { userColumns } from "./userColumns";
import { filterFrom as userFilterFrom } from "./useUsers";

/** Whether a function that reads a filter from an address understands one of its parameters. */
const understands =
  (filterFrom: (get: (name: string) => string | undefined) => object, name: string) => (value: string) =>
    Object.hasOwn(
      filterFrom((asked) => (asked === name ? value : undefined)),
      name,
    );

/** What a view of the users can name. */
export const userParameters: ListParameters = {
  filters: Object.fromEntries(
    ["q", "status", "role", "msp_id"].map((name) => [name, understands(userFilterFrom, name)]),
  ),
  sorts: userSorts,
  columns: userColumns().map(({ field }) => field),
};

/** What a view of the invites can name. */
export const inviteParameters: ListParameters = {
  filters: Object.fromEntries(["q", "status"].map((name) => [name, understands(inviteFilterFrom, name)])),
  sorts: [],
  columns: inviteColumns({ onResend: () => undefined, onRevoke: () => undefined }).map(({ field }) => field),
};
