import { createContext } from "react";
import type { Grant, Me, Startup } from "../bridge/models";
import type { Problem } from "../bridge/problem";

/** The state of the session, from the start of the app until the user is signed in. */
export type SessionState =
  /** The session is being restored from the keyring. */
  | { at: "starting" }
  /** Go failed to return its startup data. */
  | { at: "broken"; problem: Problem }
  /**
   * No user is signed in. why: what ended the last session, or why it could not be restored. kept: the session may
   * still be restored once the portal can be reached.
   */
  | { at: "signed_out"; startup: Startup; why: Problem | null; kept?: boolean }
  | { at: "signed_in"; startup: Startup; me: Me }
  /** The grant is being switched; no screen is shown, so that none can mix the data of two tenants. */
  | { at: "switching"; startup: Startup; me: Me; to: Grant };

export interface SessionControl {
  state: SessionState;
  /** Why the session is not kept after the app closes; null where the keyring holds it. */
  notKept: string | null;
  entered: (me: Me) => void;
  reload: () => Promise<void>;
  /** Tries again to restore a kept session; resolves to true if no further try makes sense. */
  resumeAgain: () => Promise<boolean>;
  /** Reloads the signed-in user after a change of their data. */
  refresh: () => Promise<void>;
  signOut: () => Promise<void>;
  actAs: (grant: Grant) => Promise<void>;
}

/** In a file of its own, so that a hot reload of session.tsx keeps the context that is already provided. */
export const SessionContext = createContext<SessionControl | null>(null);
