import { useQueries } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { links } from "../bridge/links";
import { clientQuery, mspQuery, userQuery } from "../bridge/queries";
import { useListPlaces } from "../parts/listPlaces";
import { useSession } from "../session/session";
import { type Hit, matches } from "./hits";
import type { RailEntry } from "./Rail";
import { useCommands } from "./useCommands";
import { icons, useFound } from "./useFound";

/**
 * The lines for what is typed: what was found, commands, then what has a similar name; what was opened last where
 * nothing is typed.
 */
export function useHits(q: string, rail: RailEntry[]) {
  const typed = q.trim();
  const commands = useCommands(rail);
  const recent = useRecent(typed === "");
  const { close, similar, ...found } = useFound(typed);
  const hits: Hit[] = [...recent, ...close, ...commands.filter((command) => matches(command, q)), ...similar];
  return { hits, ...found };
}

/** How many of the last opened details are listed. */
const mostRecent = 5;

/** The details that were opened last; what no longer exists or is outside the scope is left out. */
function useRecent(shown: boolean): Hit[] {
  const { grant, can } = useSession();
  const places = useListPlaces();
  const navigate = useNavigate();
  const paths = (shown && places?.opened()) || [];
  const opened = paths.slice(0, mostRecent).map((path) => ({ path, id: path.split("/").at(-1) ?? "" }));
  const under = (list: string) => opened.filter(({ path }) => path.startsWith(`${list}/`));
  const names = useQueries({
    queries: [
      ...under(links.msps()).map(({ id }) => ({ ...mspQuery(grant.id, id), enabled: can("see_msps") })),
      ...under(links.clients()).map(({ id }) => ({
        ...clientQuery(grant.id, id),
        enabled: can("see_clients"),
      })),
      ...under(links.users).map(({ id }) => ({ ...userQuery(grant.id, id), enabled: can("manage_users") })),
    ] as ReturnType<typeof clientQuery>[],
    combine: (results) =>
      new Map(results.flatMap(({ data }) => (data ? [[data.id, data.name] as const] : []))),
  });
  return opened.flatMap(({ path, id }): Hit[] => {
    const name = names.get(id);
    const noun = path.startsWith(links.msps())
      ? "msps"
      : path.startsWith(links.clients())
        ? "clients"
        : "users";
    return name ? [{ id: path, group: "recent", name, icon: icons[noun], run: () => navigate(path) }] : [];
  });
}
