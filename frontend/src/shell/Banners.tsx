import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Outage, useOutage } from "../bridge/connection";
import { formatTime } from "../i18n/format";
import { t } from "../i18n/i18n";
import { OfflineIcon } from "../parts/icons";
import { ProblemFacts } from "../parts/ProblemFacts";
import { useSession } from "../session/session";

const tryEvery = 15_000;

/** What holds for every screen: since when the portal cannot be used and why, or signed in for this run only. */
export function Banners() {
  const { only } = useSession();
  const outage = useOutage();
  return (
    <>
      {only && <Only key={only} why={only} />}
      {outage && <OutageBanner outage={outage} />}
    </>
  );
}

const flat = { borderRadius: 0, py: 0, px: 2, "& .MuiAlert-message": { py: 0.75 } };

// Put away, it comes back: what it says still holds.
const backAfter = 30 * 60_000;

function Only({ why }: { why: string }) {
  const [away, setAway] = useState(false);
  useEffect(() => {
    if (!away) return;
    const timer = setTimeout(() => setAway(false), backAfter);
    return () => clearTimeout(timer);
  }, [away]);
  if (away) return null;
  return (
    <Alert severity="warning" sx={flat} onClose={() => setAway(true)}>
      {t("shell.only", { why })}
    </Alert>
  );
}

function OutageBanner({ outage }: { outage: Outage }) {
  const { since, problem } = outage;
  const queries = useQueryClient();
  useEffect(() => {
    const timer = setInterval(() => void queries.invalidateQueries(), tryEvery);
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
