import { useCallback, useEffect, useRef, useState } from "react";
import { useLocation, useNavigate, useNavigationType } from "react-router";
import { getPortal } from "../bridge/portal";
import { firstPressed, isCovered } from "../parts/shortcuts";

export interface History {
  /** Undefined where there is nothing to go back to. */
  back: (() => void) | undefined;
  /** Undefined where there is nothing to go forward to. */
  forward: (() => void) | undefined;
}

/** The position of the current entry, as the router keeps it; an entry that it did not write begins anew. */
const position = (): number => (window.history.state as { idx?: number } | null)?.idx ?? 0;

/**
 * The way back and forward through the visited screens, from the first screen under the active grant on. It also
 * follows Alt with the arrows, ⌘ with the brackets, and the side buttons of the mouse: an embedded page has none of
 * these from its browser.
 */
export function useHistory(): History {
  const navigate = useNavigate();
  const action = useNavigationType();
  const location = useLocation();
  const [first] = useState(position);
  const [{ at, last }, setPlace] = useState({ at: first, last: first });
  // biome-ignore lint/correctness/useExhaustiveDependencies: each location is another position
  useEffect(() => {
    const now = position();
    setPlace((before) => ({ at: now, last: action === "PUSH" ? now : Math.max(now, before.last) }));
  }, [location, action]);
  const back = useCallback(() => void navigate(-1), [navigate]);
  const forward = useCallback(() => void navigate(1), [navigate]);
  const history = {
    back: at > first ? back : undefined,
    forward: at < last ? forward : undefined,
  };
  useKeysAndMouse(history);
  return history;
}

type Way = keyof History;

const byButton: Record<number, Way> = { 3: "back", 4: "forward" };

function useKeysAndMouse(history: History) {
  const latest = useRef(history);
  latest.current = history;
  useEffect(() => {
    const go = (way: Way) => {
      // Leaving a dialog or a menu would lose what was typed.
      if (!isCovered()) latest.current[way]?.();
    };
    const key = (event: KeyboardEvent) => {
      const way = firstPressed(event, ["back", "forward"]);
      if (!way) return;
      event.preventDefault();
      go(way);
    };
    // Where the browser engine itself would go back on a side button, preventDefault keeps it from going twice.
    const press = (event: MouseEvent) => {
      if (byButton[event.button]) event.preventDefault();
    };
    const release = (event: MouseEvent) => {
      const way = byButton[event.button];
      if (!way) return;
      event.preventDefault();
      go(way);
    };
    window.addEventListener("keydown", key);
    window.addEventListener("mousedown", press);
    window.addEventListener("mouseup", release);
    const unsubscribe = getPortal().on("window:history", ({ way }) => go(way));
    return () => {
      window.removeEventListener("keydown", key);
      window.removeEventListener("mousedown", press);
      window.removeEventListener("mouseup", release);
      unsubscribe();
    };
  }, []);
}
