import { useCallback } from "react";
import type { LinkKind } from "../bridge/models";
import { portalLinkAt } from "../bridge/portalLink";
import { t } from "../i18n/i18n";
import { useCopy } from "../parts/useCopy";
import { useSession } from "./session";

/** Returns a function that returns the link to an MSP, client, user or sync run. */
export function usePortalLink() {
  const { api_url } = useSession().startup;
  return useCallback((kind: LinkKind, id: string) => portalLinkAt(api_url, kind, id), [api_url]);
}

/** Returns a function that copies such a link, and says so. */
export function useCopyPortalLink() {
  const portalLink = usePortalLink();
  const copy = useCopy();
  return useCallback(
    (kind: LinkKind, id: string) => copy(portalLink(kind, id), t("parts.link.copied")),
    [copy, portalLink],
  );
}
