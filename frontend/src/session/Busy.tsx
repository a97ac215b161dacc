import Typography from "@mui/material/Typography";
import { useEffect, useState } from "react";
import { getPortal } from "../bridge/portal";
import { t } from "../i18n/i18n";
import { useSecondsLeft } from "../parts/useSecondsLeft";

/** A countdown while the API asks a call to wait; otherwise nothing. */
export function Busy() {
  const [until, setUntil] = useState(0);
  useEffect(() => getPortal().on("waiting", ({ seconds }) => setUntil(Date.now() + seconds * 1000)), []);
  const left = useSecondsLeft(until);
  return (
    // Always present, because a live region announces changes only; empty, it takes no space.
    <Typography variant="body2" color="textSecondary" role="status" sx={left > 0 ? {} : { mt: -3 }}>
      {left > 0 && t("session.busy", { count: left })}
    </Typography>
  );
}
