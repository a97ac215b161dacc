import { createContext, useContext } from "react";
import { isOutage, type Problem } from "../bridge/problem";

/** Whether a banner above says at the moment that the portal cannot be used. */
export const Announced = createContext(false);

/** Whether a problem is already said above, with its own "Try again": then nothing else repeats it. */
export function useAnnounced(problem: Problem): boolean {
  return useContext(Announced) && isOutage(problem);
}
