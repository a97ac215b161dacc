import Box from "@mui/material/Box";
import Skeleton from "@mui/material/Skeleton";
import { type ReactNode, useEffect, useState } from "react";
import { t } from "../i18n/i18n";

/** Shows its children after a delay, so that a fast response does not flash a skeleton. */
export function Delayed({ children, ms = 150 }: { children: ReactNode; ms?: number }) {
  const [due, setDue] = useState(ms === 0);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return due ? children : null;
}

/** Grey lines in place of text that loads. */
export function SkeletonLines({ lines = 3 }: { lines?: number }) {
  const widths = ["92%", "76%", "84%", "60%"];
  return (
    <Box role="status" aria-label={t("parts.table.loading")}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no identity and never move
        <Skeleton key={line} width={widths[line % widths.length]} height={24} />
      ))}
    </Box>
  );
}
