import { createContext, useContext } from "react";

/** Where the user was in each list under the active grant. */
export interface ListPlaces {
  /** The address at which the user left the list at a path; the path itself for one that is not left or not a list. */
  addressOf: (path: string) => string;
  /** The paths of the details that were opened, the latest first. */
  opened: () => string[];
  /** How far each list is scrolled, in pixels, by the name of the table and its filter. */
  scrolled: Map<string, number>;
  /** The last layout of the columns of each list, by its path, as in the address. */
  layouts: Map<string, string>;
}

const Context = createContext<ListPlaces | null>(null);

export const ListPlacesProvider = Context.Provider;

/** The places of the frame around; null outside of it. */
export const useListPlaces = () => useContext(Context);
