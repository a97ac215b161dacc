import { createContext, useContext } from "react";

/** The time of the data whose age the top bar shows; null where it shows none. */
export const ShownDataAsOf = createContext<string | null>(null);

/** Whether the top bar already shows the age of the data, so that nothing else has to repeat it. */
export function useIsShownDataAsOf(dataAsOf: string | null | undefined): boolean {
  const shown = useContext(ShownDataAsOf);
  return !!shown && !!dataAsOf && Date.parse(shown) === Date.parse(dataAsOf);
}
