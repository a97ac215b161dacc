import { useEffect, useRef, useState } from "react";
import { Hidden } from "./Hidden";

interface Props {
  text: string;
  /** Milliseconds between two announcements at least. */
  every?: number;
}

/**
 * Says to assistive technology alone what changes all the time for the eye: at once what it begins with, then what holds
 * after each pause. Give it a key to have something new said at once.
 */
export function Seldom({ text, every = 30_000 }: Props) {
  const [said, setSaid] = useState(text);
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    const timer = setInterval(() => setSaid(latest.current), every);
    return () => clearInterval(timer);
  }, [every]);
  return (
    <Hidden>
      <span role="status">{said}</span>
    </Hidden>
  );
}
