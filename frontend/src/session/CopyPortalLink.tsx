import { useEffect } from "react";
import type { LinkKind } from "../bridge/models";
import { t } from "../i18n/i18n";
import { LinkIcon } from "../parts/icons";
import { KeyedButton } from "../parts/KeyedButton";
import { isCovered, isTyping, pressed } from "../parts/shortcuts";
import { useCopyPortalLink } from "./usePortalLink";

/** Copies the link to what a panel shows; also by its key, in the panel and in the list beside it. */
export function CopyPortalLink({ kind, id }: { kind: LinkKind; id: string }) {
  const copyLink = useCopyPortalLink();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || isTyping(event) || isCovered()) return;
      if (pressed(event, "copyLink")) void copyLink(kind, id);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [copyLink, kind, id]);
  return (
    <KeyedButton
      name={t("parts.link.copy")}
      shortcut="copyLink"
      icon={<LinkIcon />}
      onClick={() => void copyLink(kind, id)}
    />
  );
}
