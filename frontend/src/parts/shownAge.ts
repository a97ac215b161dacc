import { createContext, useContext } from "react";

/** The age of the data that the top bar shows; null where it shows none. */
export const ShownAge = createContext<string | null>(null);

/** Whether the top bar already shows this age, so that nothing else has to repeat it. */
export function useIsShownAge(dataAsOf: string | null | undefined): boolean {
  const shown = useContext(ShownAge);
  return !!shown && !!dataAsOf && Date.parse(shown) === Date.parse(dataAsOf);
}
