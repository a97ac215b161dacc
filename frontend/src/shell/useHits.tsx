import { useQueries, useQuery } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import type { Favourite, Recent } from "../bridge/models";
import { paths } from "../bridge/paths";
import { favouritesQuery, recentsQuery, userQuery } from "../bridge/queries";
import { StarIcon } from "../parts/icons";
import { useListPlaces } from "../parts/listPlaces";
import { useSession } from "../session/session";
import { type Hit, matches } from "./hits";
import type { RailEntry } from "./Rail";
import { useCommands } from "./useCommands";
import { icons, useFound } from "./useFound";

/**
 * The lines for what is typed: what was found, commands, then what has a similar name; the favourites and what was opened
 * last where nothing is typed.
 */
export function useHits(q: string, rail: RailEntry[]) {
  const typed = q.trim();
  const commands = useCommands(rail);
  const kept = [...useKept(typed === ""), ...useRecentUsers(typed === "")];
  const { close, similar, ...found } = useFound(typed);
  const hits: Hit[] = [...kept, ...close, ...commands.filter((command) => matches(command, q)), ...similar];
  return { hits, ...found };
}

/** How many of each are listed. */
const mostFavourites = 8;
const mostRecent = 5;
const mostUsers = 2;

/** The favourites, then the other MSPs and clients that were opened last, as the portal keeps them. */
function useKept(shown: boolean): Hit[] {
  const { grant, can } = useSession();
  const navigate = useNavigate();
  const enabled = shown && can("see_clients");
  const favourites = useQuery({ ...favouritesQuery(grant.id), enabled }).data ?? [];
  const recents = useQuery({ ...recentsQuery(grant.id), enabled }).data ?? [];
  if (!enabled) return [];
  const marked = favourites.slice(0, mostFavourites);
  const others = recents.filter(({ id }) => !marked.some((one) => one.id === id)).slice(0, mostRecent);
  const line = (group: Hit["group"], { kind, id, name, context }: Favourite | Recent): Hit => ({
    id: `${group}-${id}`,
    group,
    name,
    note: context || null,
    icon: group === "favourites" ? <StarIcon /> : icons[kind === "msp" ? "msps" : "clients"],
    run: () => navigate(kind === "msp" ? paths.msp(id) : paths.client(id)),
  });
  return [...marked.map((one) => line("favourites", one)), ...others.map((one) => line("recent", one))];
}

/** The users that were opened last on this computer; who no longer exists or is outside the scope is left out. */
function useRecentUsers(shown: boolean): Hit[] {
  const { grant, can } = useSession();
  const places = useListPlaces();
  const navigate = useNavigate();
  const enabled = shown && can("manage_users");
  const opened = (enabled && places?.opened()) || [];
  const ids = opened
    .filter((path) => path.startsWith(`${paths.users}/`))
    .slice(0, mostUsers)
    .map((path) => path.split("/").at(-1) ?? "");
  const found = useQueries({ queries: ids.map((id) => userQuery(grant.id, id)) });
  return found.flatMap(({ data }): Hit[] =>
    data
      ? [
          {
            id: `recent-${data.id}`,
            group: "recent",
            name: data.name || data.email,
            icon: icons.users,
            run: () => navigate(paths.user(data.id)),
          },
        ]
      : [],
  );
}
