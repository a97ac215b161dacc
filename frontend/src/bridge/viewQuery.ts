import type { View } from "./models";
import { paths } from "./paths";

// The address of a list has its parameters, which a view saves, and places in it, which a view does not: the view in
// use, what is expanded, and the client whose panel is open. The path names an open row.

const places = ["view", "opened", "client"];

/** The value of the parameter view for the list without a view. */
export const noView = "all";

/** The parameters of an address that a view saves. */
export function savedParameters(address: URLSearchParams): URLSearchParams {
  const saved = new URLSearchParams();
  for (const [name, value] of address) if (!places.includes(name) && value !== "") saved.append(name, value);
  return saved;
}

const inOrder = (parameters: URLSearchParams) =>
  [...parameters]
    .map((pair) => pair.join("="))
    .sort()
    .join("&");

/** Whether an address has other parameters than a view. */
export const differs = (address: URLSearchParams, view: Pick<View, "query">): boolean =>
  inOrder(savedParameters(address)) !== inOrder(savedParameters(new URLSearchParams(view.query)));

const listPaths: Record<View["list"], string> = {
  msps: paths.msps(),
  clients: paths.clients(),
  changes: paths.changes(),
  users: paths.users,
  invites: paths.admin,
};

/** The address of a list under a view; without one, of all its rows. */
export function viewAddress(list: View["list"], view?: View): string {
  const parameters = savedParameters(new URLSearchParams(view?.query));
  parameters.set("view", view?.id ?? noView);
  return `${listPaths[list]}?${parameters}`;
}

/** The address at which a list opens: under its default view, if it has one. */
export function openingAddress(path: string, views: View[] | undefined): string {
  const opening = views?.find((view) => view.default && listPaths[view.list] === path);
  return opening ? viewAddress(opening.list, opening) : path;
}
