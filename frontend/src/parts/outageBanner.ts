import { createContext, useContext } from "react";
import { isOutage, type Problem } from "../bridge/problem";

/** Whether the banner of an outage is shown. */
export const OutageBannerShown = createContext(false);

/** Whether the banner of an outage already shows the problem, so that nothing else has to repeat it. */
export function useShownInBanner(problem: Problem): boolean {
  return useContext(OutageBannerShown) && isOutage(problem);
}
