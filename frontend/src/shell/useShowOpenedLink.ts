import { useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { pathOfLink, useOpenedLinks } from "../bridge/openedLinks";
import { t } from "../i18n/i18n";
import { useNotify } from "../parts/Notices";

/** How often a link that waits looks whether the user has finished what it would interrupt. */
const lookEvery = 300;

/** Leaving a dialog, or a screen with changes that are not saved, would lose what was typed. */
const isBusy = () => document.querySelector(".MuiModal-root, [data-unsaved]") !== null;

/** Shows the screen of a link that was opened, once the user has finished what it would interrupt. */
export function useShowOpenedLink() {
  const navigate = useNavigate();
  const notify = useNotify();
  const [waiting, setWaiting] = useState<string>();
  useOpenedLinks(true, (link) => {
    if (link.invalid) notify({ tone: "error", text: t("session.link.invalid") });
    const path = pathOfLink(link);
    if (!path) return;
    if (!isBusy()) return void navigate(path);
    notify({ tone: "info", text: t("session.link.waits") });
    setWaiting(path);
  });
  useEffect(() => {
    if (waiting === undefined) return;
    const timer = setInterval(() => {
      if (isBusy()) return;
      setWaiting(undefined);
      void navigate(waiting);
    }, lookEvery);
    return () => clearInterval(timer);
  }, [waiting, navigate]);
}
