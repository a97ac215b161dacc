import { createContext, useContext } from "react";

/** The zone that days are in: the MSSP's; the user's own where nobody is signed in. */
export const TimeZone = createContext<string | undefined>(undefined);

export const useTimeZone = (): string | undefined => useContext(TimeZone);
