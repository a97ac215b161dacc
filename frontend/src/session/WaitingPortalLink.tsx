import Alert from "@mui/material/Alert";
import { useState } from "react";
import { useOpenedLinks } from "../bridge/openedLinks";
import { t } from "../i18n/i18n";
import { useNotify } from "../parts/Notices";

/** Tells a user who has to sign in first that a link waits, and that a text that was opened is not a link. */
export function WaitingPortalLink() {
  const [waiting, setWaiting] = useState(false);
  const notify = useNotify();
  useOpenedLinks(false, (link) => {
    setWaiting(link.waiting);
    if (link.invalid) notify({ tone: "error", text: t("session.link.invalid") });
  });
  return (
    <div aria-live="polite">{waiting && <Alert severity="info">{t("session.link.afterSignIn")}</Alert>}</div>
  );
}
