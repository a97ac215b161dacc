import { type Query, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { Grant, Me, Permission, Startup } from "../bridge/models";
import { getPortal } from "../bridge/portal";
import { type Problem, type ProblemCode, toProblem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { useNotify } from "../parts/Notices";
import { keepsAll, sameRole, useRoleWatch } from "./useRoleWatch";

/** Where the app stands between starting and being signed in. */
export type SessionState =
  /** The keyring is being asked; nothing is known yet. */
  | { at: "starting" }
  /** Go itself could not say how it stands. */
  | { at: "broken"; problem: Problem }
  /**
   * Nobody is signed in; why says what ended the last session, or kept it from being picked up. kept: it still may be,
   * once the portal can be reached.
   */
  | { at: "signed_out"; startup: Startup; why: Problem | null; kept?: boolean }
  | { at: "signed_in"; startup: Startup; me: Me }
  /** Another grant is being taken; no screen is shown that could mix two tenants. */
  | { at: "switching"; startup: Startup; me: Me; to: Grant };

interface Door {
  state: SessionState;
  /** Why the session is kept for this run only; null where the keyring holds it. */
  only: string | null;
  entered: (me: Me) => void;
  reload: () => Promise<void>;
  /** Tries once more to pick up a session that was kept; resolves whether that is settled now. */
  resumeAgain: () => Promise<boolean>;
  /** Loads the signed-in user again after a change of what it holds. */
  refresh: () => Promise<void>;
  signOut: () => Promise<void>;
  actAs: (grant: Grant) => Promise<void>;
}

const Context = createContext<Door | null>(null);

/** The session's state and what changes it: for App and the sign-in screen. Screens take useSession. */
export function useDoor(): Door {
  const door = useContext(Context);
  if (!door) throw new Error("useDoor needs <SessionProvider> above it");
  return door;
}

export interface Session {
  me: Me;
  /** The grant all calls run under; every query takes its id: clientsQuery(grant.id, …). */
  grant: Grant;
  startup: Startup;
  /** Whether the active grant permits something; screens hide what it does not. */
  can: (permission: Permission) => boolean;
  only: string | null;
  signOut: () => Promise<void>;
  actAs: (grant: Grant) => Promise<void>;
}

/** Who is signed in, as what. Only for what is drawn while somebody is. */
export function useSession(): Session {
  const { state, only, signOut, actAs } = useDoor();
  if (state.at !== "signed_in") throw new Error("useSession needs somebody signed in");
  const { me, startup } = state;
  return useMemo(
    () => ({
      me,
      grant: me.grant,
      startup,
      can: (permission: Permission) => me.permissions.includes(permission),
      only,
      signOut,
      actAs,
    }),
    [me, startup, only, signOut, actAs],
  );
}

// There was nothing to pick up, or the user did not want to wait for it.
const silent: readonly ProblemCode[] = ["signed_out", "cancelled"];

// The session itself may be as good as ever.
const outOfReach: readonly ProblemCode[] = [
  "offline",
  "unavailable",
  "timed_out",
  "too_many_requests",
  "internal",
];

async function resume(startup: Startup): Promise<SessionState> {
  if (!startup.api_url || !startup.has_session) return { at: "signed_out", startup, why: null };
  try {
    return { at: "signed_in", startup, me: await getPortal().resume() };
  } catch (error) {
    const why = toProblem(error);
    const kept = outOfReach.includes(why.code);
    return { at: "signed_out", startup, why: silent.includes(why.code) ? null : why, kept };
  }
}

/** Holds who is signed in. Picks the session up on start, and drops all data when it ends. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<SessionState>({ at: "starting" });
  const [only, setOnly] = useState<string | null>(null);
  const queries = useQueryClient();

  const reload = useCallback(async () => {
    try {
      setState(await resume(await getPortal().startup()));
    } catch (error) {
      setState({ at: "broken", problem: toProblem(error) });
    }
  }, []);

  const resumeAgain = useCallback(async () => {
    if (state.at !== "signed_out") return true;
    const next = await resume({ ...state.startup, has_session: true });
    // Whoever has signed in by the browser meanwhile stays.
    setState((now) => (now === state ? next : now));
    return next.at !== "signed_out" || !next.kept;
  }, [state]);

  const leave = useCallback(
    async (why: Problem | null) => {
      await queries.cancelQueries();
      queries.clear();
      const startup = await getPortal().startup();
      setOnly(null);
      setState({ at: "signed_out", startup: { ...startup, has_session: false }, why });
    },
    [queries],
  );

  const entered = useCallback(
    (me: Me) =>
      setState((before) =>
        before.at === "signed_out" ? { at: "signed_in", startup: before.startup, me } : before,
      ),
    [],
  );

  // useRoleWatch notices a changed role. What cannot be loaded now is loaded when the user comes back.
  const refresh = useCallback(async () => {
    const me = await getPortal()
      .me()
      .catch(() => null);
    if (!me) return;
    setState((now) => (now.at === "signed_in" && sameRole(now.me, me) ? { ...now, me } : now));
  }, []);

  const signOut = useCallback(async () => {
    try {
      await getPortal().signOut();
    } finally {
      await leave(null);
      // Whoever signs in next begins at the start, not where somebody else left off.
      window.location.hash = "";
    }
  }, [leave]);

  const actAs = useCallback(
    async (to: Grant) => {
      if (state.at !== "signed_in") return;
      const { startup, me } = state;
      setState({ at: "switching", startup, me, to });
      await queries.cancelQueries();
      try {
        const next = await getPortal().useGrant(to.id);
        queries.clear();
        setState({ at: "signed_in", startup, me: next });
      } catch (error) {
        setState((now) => (now.at === "switching" ? { at: "signed_in", startup, me } : now));
        throw toProblem(error);
      }
    },
    [queries, state],
  );

  const notify = useNotify();
  const changed = useCallback(
    async (startup: Startup, before: Me, me: Me) => {
      if (sameRole(before, me)) return setState({ at: "signed_in", startup, me });
      await queries.cancelQueries();
      queries.clear();
      // What is open may be out of reach now; the start never is.
      if (!keepsAll(before, me)) window.location.hash = "";
      setState({ at: "signed_in", startup, me });
      const words = { role: t(`words.role.${me.grant.role}`), node: me.grant.node };
      notify({ tone: "info", lasting: true, text: t("session.changed", words) });
    },
    [queries, notify],
  );
  useRoleWatch({
    me: state.at === "signed_in" ? state.me : null,
    onChanged: (now) => {
      if (state.at === "signed_in") void changed(state.startup, state.me, now);
    },
    onLost: (why) => void leave(why),
  });

  useEffect(() => {
    const unsubscribe = [
      getPortal().on("session:ended", (event) => void leave(toProblem(event))),
      getPortal().on("session:only", ({ message }) => setOnly(message || null)),
      getPortal().on("network:changed", () => {
        const failed = { predicate: (query: Query) => query.state.fetchFailureCount > 0 };
        void queries.refetchQueries({ type: "active", ...failed });
      }),
    ];
    void reload();
    return () => {
      for (const stop of unsubscribe) stop();
    };
  }, [leave, queries, reload]);

  const door = useMemo(
    () => ({ state, only, entered, reload, resumeAgain, refresh, signOut, actAs }),
    [state, only, entered, reload, resumeAgain, refresh, signOut, actAs],
  );
  return <Context value={door}>{children}</Context>;
}
