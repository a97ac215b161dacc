import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { Me } from "../bridge/models";
import { getPortal } from "../bridge/portal";
import { Problem, type ProblemCode, toProblem } from "../bridge/problem";

/** What an answer says when what is known of the role may no longer be true. */
const doubts: readonly ProblemCode[] = ["grant_changed", "forbidden"];

/** Coming back to the window asks again, but not more often than this. */
const restMS = 30_000;

interface Watch {
  /** Null while nobody is signed in. */
  me: Me | null;
  onChanged: (now: Me) => void;
  /** No role is left. */
  onLost: (why: Problem) => void;
}

/** Asks who is signed in, as what, whenever an answer casts doubt on it, and when the user comes back to the window. */
export function useRoleWatch(watch: Watch): void {
  const queries = useQueryClient();
  const latest = useRef(watch);
  latest.current = watch;
  useEffect(() => {
    let asking = false;
    let askedAt = Date.now();
    async function ask() {
      const { me: before } = latest.current;
      if (!before || asking) return;
      asking = true;
      askedAt = Date.now();
      try {
        const now = await getPortal().me();
        const { me, onChanged } = latest.current;
        if (me === before && JSON.stringify(now) !== JSON.stringify(me)) onChanged(now);
      } catch (error) {
        const problem = toProblem(error);
        if (problem.code === "grant_changed" && latest.current.me === before) latest.current.onLost(problem);
      } finally {
        asking = false;
      }
    }
    const heard = (error: unknown) => {
      if (error instanceof Problem && doubts.includes(error.code)) void ask();
    };
    const came = () => {
      if (Date.now() - askedAt > restMS) void ask();
    };
    const stops = [
      queries.getQueryCache().subscribe((event) => {
        if (event.type === "updated" && event.action.type === "error") heard(event.action.error);
      }),
      queries.getMutationCache().subscribe((event) => {
        if (event.type === "updated" && event.action.type === "error") heard(event.action.error);
      }),
      getPortal().on("role:changed", () => void ask()),
      () => window.removeEventListener("focus", came),
    ];
    window.addEventListener("focus", came);
    return () => {
      for (const stop of stops) stop();
    };
  }, [queries]);
}

/** Whether two answers differ in what the active role is and lets do. */
export function sameRole(a: Me, b: Me): boolean {
  const { id, role, node } = a.grant;
  return (
    id === b.grant.id &&
    role === b.grant.role &&
    node === b.grant.node &&
    String(a.permissions) === String(b.permissions)
  );
}

/** Whether nothing of what could be seen before is out of reach now. */
export const keepsAll = (before: Me, now: Me): boolean =>
  before.grant.id === now.grant.id && before.permissions.every((may) => now.permissions.includes(may));
