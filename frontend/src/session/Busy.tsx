import Typography from "@mui/material/Typography";
import { useEffect, useState } from "react";
import { getPortal } from "../bridge/portal";
import { t } from "../i18n/i18n";
import { useSecondsLeft } from "../parts/useSecondsLeft";

/** While the portal asks a call to wait: how long until it is made again by itself. Otherwise nothing. */
export function Busy() {
  const [until, setUntil] = useState(0);
  useEffect(() => getPortal().on("waiting", ({ seconds }) => setUntil(Date.now() + seconds * 1000)), []);
  const left = useSecondsLeft(until);
  return (
    // Always there, so that it is read out when it fills; empty, it takes no room in the column it stands in.
    <Typography variant="body2" color="textSecondary" role="status" sx={left > 0 ? {} : { mt: -3 }}>
      {left > 0 && t("session.busy", { count: left })}
    </Typography>
  );
}
