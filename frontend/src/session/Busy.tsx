import Typography from "@mui/material/Typography";
import { useEffect, useState } from "react";
import { portal } from "../bridge/portal";
import { t } from "../i18n/i18n";
import { useSecondsLeft } from "../parts/useSecondsLeft";

/** While the portal asks a call to wait: how long until it is made again by itself. Otherwise nothing. */
export function Busy() {
  const [until, setUntil] = useState(0);
  useEffect(() => portal().on("waiting", ({ seconds }) => setUntil(Date.now() + seconds * 1000)), []);
  const left = useSecondsLeft(until);
  return (
    <Typography variant="body2" color="textSecondary" role="status" sx={{ "&:empty": { display: "none" } }}>
      {left > 0 && t("session.busy", { count: left })}
    </Typography>
  );
}
