import { useEffect, useRef, useState } from "react";
import { VisuallyHidden } from "./VisuallyHidden";

interface Props {
  text: string;
  /** The minimum time between two announcements, in milliseconds. */
  every?: number;
}

/**
 * A live region for assistive technology whose text changes at most once in a while, for text that changes all the
 * time. Give it another key to announce a text at once.
 */
export function ThrottledLiveRegion({ text, every = 30_000 }: Props) {
  const [announced, setAnnounced] = useState(text);
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    const timer = setInterval(() => setAnnounced(latest.current), every);
    return () => clearInterval(timer);
  }, [every]);
  return (
    <VisuallyHidden>
      <span role="status">{announced}</span>
    </VisuallyHidden>
  );
}
