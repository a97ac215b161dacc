import { type Query, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import type { Grant, Me, Permission, Startup } from "../bridge/models";
import { getPortal } from "../bridge/portal";
import { type Problem, type ProblemCode, toProblem } from "../bridge/problem";
import { t } from "../i18n/i18n";
import { useClearNotices, useNotify } from "../parts/Notices";
import { SessionContext, type SessionControl, type SessionState } from "./context";
import { keepsAll, sameRole, useRoleWatch } from "./useRoleWatch";

/**
 * The state of the session and the functions that change it, for App and the sign-in screen. Screens use useSession.
 */
export function useSessionControl(): SessionControl {
  const control = useContext(SessionContext);
  if (!control) throw new Error("useSessionControl needs <SessionProvider> above it");
  return control;
}

export interface Session {
  me: Me;
  /** The active grant; every query takes its id: clientsQuery(grant.id, …). */
  grant: Grant;
  startup: Startup;
  /** Whether the active grant has a permission; screens hide what is not permitted. */
  can: (permission: Permission) => boolean;
  notKept: string | null;
  signOut: () => Promise<void>;
  actAs: (grant: Grant) => Promise<void>;
}

/** The signed-in user and the active grant. Only for components that are rendered while a user is signed in. */
export function useSession(): Session {
  const { state, notKept, signOut, actAs } = useSessionControl();
  if (state.at !== "signed_in") throw new Error("useSession needs a signed-in user");
  const { me, startup } = state;
  return useMemo(
    () => ({
      me,
      grant: me.grant,
      startup,
      can: (permission: Permission) => me.permissions.includes(permission),
      notKept,
      signOut,
      actAs,
    }),
    [me, startup, notKept, signOut, actAs],
  );
}

// There was no session, or the user did not want to wait for it.
const silent: readonly ProblemCode[] = ["signed_out", "cancelled"];

// The session itself may still be valid.
const temporary: readonly ProblemCode[] = [
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
    const kept = temporary.includes(why.code);
    return { at: "signed_out", startup, why: silent.includes(why.code) ? null : why, kept };
  }
}

/** Provides the session. Restores it on start, and clears all data when it ends. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<SessionState>({ at: "starting" });
  const [notKept, setNotKept] = useState<string | null>(null);
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
    // The user may have signed in with the browser meanwhile.
    setState((now) => (now === state ? next : now));
    return next.at !== "signed_out" || !next.kept;
  }, [state]);

  const clearNotices = useClearNotices();
  const leave = useCallback(
    async (why: Problem | null) => {
      await queries.cancelQueries();
      queries.clear();
      clearNotices();
      const startup = await getPortal().startup();
      setNotKept(null);
      setState({ at: "signed_out", startup: { ...startup, has_session: false }, why });
    },
    [queries, clearNotices],
  );

  const entered = useCallback(
    (me: Me) =>
      setState((before) =>
        before.at === "signed_out" ? { at: "signed_in", startup: before.startup, me } : before,
      ),
    [],
  );

  // useRoleWatch handles a changed role. A failed reload is repeated when the user returns to the window.
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
      // The next user starts at the first screen, not where the previous user stopped.
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
      // The open screen may no longer be permitted; the first screen always is.
      if (!keepsAll(before, me)) window.location.hash = "";
      setState({ at: "signed_in", startup, me });
      const values = { role: t(`words.role.${me.grant.role}`), node: me.grant.node };
      notify({ tone: "info", lasting: true, text: t("session.changed", values) });
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
      getPortal().on("session:only", ({ message }) => setNotKept(message || null)),
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

  const control = useMemo(
    () => ({ state, notKept, entered, reload, resumeAgain, refresh, signOut, actAs }),
    [state, notKept, entered, reload, resumeAgain, refresh, signOut, actAs],
  );
  return <SessionContext value={control}>{children}</SessionContext>;
}
