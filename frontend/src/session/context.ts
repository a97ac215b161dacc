import { createContext } from "react";
import type { SessionControl } from "./session";

/** In a file of its own, so that a hot reload of session.tsx keeps the context that is already provided. */
export const SessionContext = createContext<SessionControl | null>(null);
