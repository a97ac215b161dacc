import { useCallback, useEffect, useRef, useState } from "react";
import { getPortal } from "../bridge/portal";
import { useSessionControl } from "./session";

const pauses = [2_000, 4_000, 8_000, 15_000, 30_000];

/** Milliseconds until the next try, after this many further failures. */
export const pauseAfter = (failures: number): number => pauses[failures] ?? 60_000;

/** Retries restoring the session: at growing intervals, at once when the network changes, and on demand. */
export function useResumeAgain() {
  const { resumeAgain } = useSessionControl();
  const latest = useRef(resumeAgain);
  latest.current = resumeAgain;
  const [pending, setPending] = useState(false);
  const [nextAt, setNextAt] = useState(0);
  const failures = useRef(0);
  const asking = useRef(false);
  // A network change during a try may have come too late for that try.
  const changed = useRef(false);

  const tryNow = useCallback(async () => {
    if (asking.current) return;
    asking.current = true;
    setPending(true);
    do {
      changed.current = false;
      if (await latest.current()) return;
    } while (changed.current);
    asking.current = false;
    setPending(false);
    setNextAt(Date.now() + pauseAfter(failures.current));
    failures.current += 1;
  }, []);

  useEffect(() => {
    setNextAt(Date.now() + pauseAfter(0));
    failures.current = 1;
    return getPortal().on("network:changed", () => {
      failures.current = 0;
      changed.current = true;
      void tryNow();
    });
  }, [tryNow]);

  useEffect(() => {
    if (nextAt === 0) return;
    const timer = setTimeout(() => void tryNow(), Math.max(0, nextAt - Date.now()));
    return () => clearTimeout(timer);
  }, [nextAt, tryNow]);

  return { pending, nextAt, tryNow };
}
