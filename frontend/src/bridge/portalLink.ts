import type { LinkKind } from "./models";
import { paths } from "./paths";

/**
 * The address that opens the app at one MSP, client, user or sync run: a page of the API, which also helps those without
 * the app, or where the API has no public address a link of the app's own scheme, which backend/portal/link.go reads.
 */
export function portalLinkAt(apiURL: string, kind: LinkKind, id: string): string {
  const place = `${kind}/${id}`;
  return apiURL.startsWith("https://")
    ? `${apiURL.replace(/\/+$/, "")}/open/${place}`
    : `fsportal://${place}`;
}

const details: [path: string, kind: LinkKind][] = [
  [paths.msps(), "msp"],
  [paths.clients(), "client"],
  [paths.syncs, "run"],
  [paths.users, "user"],
];

/** What the screen of a path shows, if a link can open it. */
export function detailOf(pathname: string): { kind: LinkKind; id: string } | undefined {
  for (const [path, kind] of details) {
    const id = pathname.startsWith(`${path}/`) ? pathname.slice(path.length + 1) : "";
    if (/^[0-9a-f-]{36}$/.test(id)) return { kind, id };
  }
  return undefined;
}
