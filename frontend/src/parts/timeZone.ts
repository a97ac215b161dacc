import { createContext, useContext } from "react";

/** The time zone of days: the MSSP's, or the user's own while no user is signed in. */
export const TimeZone = createContext<string | undefined>(undefined);

export const useTimeZone = (): string | undefined => useContext(TimeZone);
