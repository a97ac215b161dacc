import { linkKinds } from "./enums";
import type { LinkKind, OpenedLink } from "./models";

const pattern = new RegExp(
  `^fsportal://(${linkKinds.join("|")})/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$`,
);

/** The opened links, as backend/desktop/links.go keeps them. */
export function fakeLinks() {
  let last: { kind: LinkKind; id: string } | undefined;
  let invalid = false;
  return {
    open(text: string) {
      const [, kind, id] = pattern.exec(text) ?? [];
      if (kind && id) last = { kind: kind as LinkKind, id };
      else invalid = true;
    },
    take(signedIn: boolean): OpenedLink {
      const taken = { kind: "" as const, id: "", waiting: last !== undefined && !signedIn, invalid };
      invalid = false;
      if (!last || !signedIn) return taken;
      const link = { ...taken, ...last };
      last = undefined;
      return link;
    },
  };
}
