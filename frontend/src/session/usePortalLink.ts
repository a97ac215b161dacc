import { useCallback } from "react";
import { linkAddress } from "../bridge/linkAddress";
import type { LinkKind } from "../bridge/models";
import { t } from "../i18n/i18n";
import { useCopy } from "../parts/useCopy";
import { useSession } from "./session";

/** Returns a function that returns the link to an MSP, client, user or sync run. */
export function useLinkTo() {
  const { api_url } = useSession().startup;
  return useCallback((kind: LinkKind, id: string) => linkAddress(api_url, kind, id), [api_url]);
}

/** Returns a function that copies such a link, and says so. */
export function useCopyLink() {
  const linkTo = useLinkTo();
  const copy = useCopy();
  return useCallback(
    (kind: LinkKind, id: string) => copy(linkTo(kind, id), t("parts.link.copied")),
    [copy, linkTo],
  );
}
