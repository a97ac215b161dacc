import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Outage, useOutage } from "../bridge/outage";
import { formatTime } from "../i18n/format";
import { t } from "../i18n/i18n";
import { OfflineIcon } from "../parts/icons";
import { ProblemFacts } from "../parts/ProblemFacts";
import { useSession } from "../session/session";

const retryInterval = 15_000;

/** The banners above every screen: an outage, or a session that is not kept after the app closes. */
export function Banners() {
  const { notKept } = useSession();
  const outage = useOutage();
  return (
    <>
      {notKept && <NotKept key={notKept} why={notKept} />}
      {outage && <OutageBanner outage={outage} />}
    </>
  );
}

const flat = { borderRadius: 0, py: 0, px: 2, "& .MuiAlert-message": { py: 0.75 } };

// A closed banner is shown again after a while, because it is still true.
const showAgainAfter = 30 * 60_000;

function NotKept({ why }: { why: string }) {
  const [closed, setClosed] = useState(false);
  useEffect(() => {
    if (!closed) return;
    const timer = setTimeout(() => setClosed(false), showAgainAfter);
    return () => clearTimeout(timer);
  }, [closed]);
  if (closed) return null;
  return (
    <Alert severity="warning" sx={flat} onClose={() => setClosed(true)}>
      {t("shell.notKept", { why })}
    </Alert>
  );
}

function OutageBanner({ outage }: { outage: Outage }) {
  const { since, problem } = outage;
  const queries = useQueryClient();
  useEffect(() => {
    const timer = setInterval(() => void queries.invalidateQueries(), retryInterval);
    return () => clearInterval(timer);
  }, [queries]);
  return (
    <Alert
      severity="warning"
      icon={<OfflineIcon />}
      sx={flat}
      action={
        <Button variant="text" color="inherit" onClick={() => void queries.invalidateQueries()}>
          {t("parts.actions.retry")}
        </Button>
      }
    >
      {t(problem.code === "offline" ? "shell.outage.offline" : "shell.outage.unavailable", {
        time: formatTime(since),
      })}{" "}
      {problem.cause && problem.message} {t("shell.outage.text")}
      <ProblemFacts problem={problem} />
    </Alert>
  );
}
