import { useEffect, useState } from "react";

/** Whether waiting has lasted for 150 ms. */
export function useDelayed(waiting: boolean): boolean {
  const [delayed, setDelayed] = useState(false);
  useEffect(() => {
    if (!waiting) return setDelayed(false);
    const timer = setTimeout(() => setDelayed(true), 150);
    return () => clearTimeout(timer);
  }, [waiting]);
  return waiting && delayed;
}
