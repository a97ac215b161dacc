import { useEffect, useRef } from "react";
import type { LinkKind, OpenedLink } from "./models";
import { paths } from "./paths";
import { getPortal } from "./portal";

const pathOf: Record<LinkKind, (id: string) => string> = {
  msp: paths.msp,
  client: paths.client,
  run: paths.sync,
  user: paths.user,
};

/** The path of the screen that a link opens. Go has checked its kind and that its id is a UUID. */
export const pathOfLink = ({ kind, id }: OpenedLink): string | undefined => kind && pathOf[kind](id);

/** Calls onTaken with what has been opened, at once and whenever a link is opened while the app runs. */
export function useOpenedLinks(signedIn: boolean, onTaken: (link: OpenedLink) => void) {
  const latest = useRef(onTaken);
  latest.current = onTaken;
  useEffect(() => {
    const take = () =>
      void getPortal()
        .takeLink(signedIn)
        .then((link) => latest.current(link))
        // Go keeps the link for the next try.
        .catch(() => undefined);
    const unsubscribe = getPortal().on("link:opened", take);
    take();
    return unsubscribe;
  }, [signedIn]);
}
