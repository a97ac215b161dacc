import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Me } from "../bridge/models";
import { getPortal } from "../bridge/portal";
import { Problem, type ProblemCode, toProblem } from "../bridge/problem";

/** Codes after which the role may have changed. */
const roleCodes: readonly ProblemCode[] = ["grant_changed", "forbidden"];

/** The minimum time between two checks when the user returns to the window. */
const minIntervalMS = 30_000;

interface Watch {
  /** Null while no user is signed in. */
  me: Me | null;
  onChanged: (now: Me) => void;
  /** No role is left. */
  onLost: (why: Problem) => void;
}

/** Reloads the user's role after an error that may mean a changed role, and when the user returns to the window. */
export function useRoleWatch(watch: Watch): void {
  const queries = useQueryClient();
  const latest = useRef(watch);
  latest.current = watch;
  useEffect(() => {
    let checking = false;
    let checkedAt = Date.now();
    async function check() {
      const { me: before } = latest.current;
      if (!before || checking) return;
      checking = true;
      checkedAt = Date.now();
      try {
        const now = await getPortal().me();
        const { me, onChanged } = latest.current;
        if (me === before && JSON.stringify(now) !== JSON.stringify(me)) onChanged(now);
      } catch (error) {
        const problem = toProblem(error);
        if (problem.code === "grant_changed" && latest.current.me === before) latest.current.onLost(problem);
      } finally {
        checking = false;
      }
    }
    const onError = (error: unknown) => {
      if (error instanceof Problem && roleCodes.includes(error.code)) void check();
    };
    const onFocus = () => {
      if (Date.now() - checkedAt > minIntervalMS) void check();
    };
    const stops = [
      queries.getQueryCache().subscribe((event) => {
        if (event.type === "updated" && event.action.type === "error") onError(event.action.error);
      }),
      queries.getMutationCache().subscribe((event) => {
        if (event.type === "updated" && event.action.type === "error") onError(event.action.error);
      }),
      getPortal().on("role:changed", () => void check()),
      () => window.removeEventListener("focus", onFocus),
    ];
    window.addEventListener("focus", onFocus);
    return () => {
      for (const stop of stops) stop();
    };
  }, [queries]);
}

/** Whether the active role and its permissions are the same. */
export function sameRole(a: Me, b: Me): boolean {
  const { id, role, node } = a.grant;
  return (
    id === b.grant.id &&
    role === b.grant.role &&
    node === b.grant.node &&
    String(a.permissions) === String(b.permissions)
  );
}

/** Whether the user has kept their grant and all permissions. */
export const keepsAll = (before: Me, now: Me): boolean =>
  before.grant.id === now.grant.id && before.permissions.every((may) => now.permissions.includes(may));
