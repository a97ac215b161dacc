import { useQueries, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { links } from "../bridge/links";
import { clientQuery, mspQuery, searchQuery, userQuery } from "../bridge/queries";
import { t } from "../i18n/i18n";
import { ClientsIcon, MspsIcon, PersonIcon } from "../parts/icons";
import { useListPlaces } from "../parts/listPlaces";
import { useDebounced } from "../parts/useDebounced";
import { useSession } from "../session/session";
import { type Hit, matches } from "./hits";
import type { RailEntry } from "./Rail";
import { useCommands } from "./useCommands";

type Noun = "msps" | "clients" | "users";

const icons: Record<Noun, ReactNode> = {
  msps: <MspsIcon />,
  clients: <ClientsIcon />,
  users: <PersonIcon />,
};

const lists: Record<Noun, (q: string) => string> = {
  msps: (q) => links.msps({ q }),
  clients: (q) => links.clients({ q }),
  users: links.usersMatching,
};

const details: Record<Noun, (id: string) => string> = {
  msps: links.msp,
  clients: links.client,
  users: links.user,
};

/** The lines for what is typed: what was found, then commands; what was opened last where nothing is typed. */
export function useHits(q: string, rail: RailEntry[]) {
  const { grant, can } = useSession();
  const query = useDebounced(q.trim(), 150);
  const commands = useCommands(rail);
  const recent = useRecent(q.trim() === "");
  const toLine = useFound(query);
  const enabled = query !== "" && q.trim() !== "" && can("see_clients");
  const including = { msps: can("see_msps"), users: can("manage_users") };
  const search = useQuery({ ...searchQuery(grant.id, query, including), enabled });
  const found = enabled ? search.data : undefined;
  const hits: Hit[] = [
    ...recent,
    ...(found ? toLine("msps", found.msps) : []),
    ...(found ? toLine("clients", found.clients) : []),
    ...(found ? toLine("users", { ...found.users, items: found.users.items.map(asNamed) }) : []),
    ...commands.filter((command) => matches(command, q)),
  ];
  const more = found
    ? [found.msps, found.clients, found.users].reduce(
        (all, { items, total }) => all + (total ?? 0) - items.length,
        0,
      )
    : 0;
  return { hits, more, searching: enabled && search.isFetching, failed: enabled && search.isError };
}

interface Named {
  id: string;
  name: string;
  msp_name?: string | null;
}

const asNamed = ({ id, name, email }: { id: string; name: string; email: string }): Named => ({
  id,
  name: name || email,
  msp_name: name ? email : null,
});

/** Turns what was found of one noun into lines, with one that shows all where there are more. */
function useFound(query: string) {
  const navigate = useNavigate();
  return (noun: Noun, { items, total }: { items: Named[]; total: number | null }): Hit[] => {
    const lines = items.map(
      ({ id, name, msp_name }): Hit => ({
        id,
        group: noun,
        name,
        note: msp_name ?? null,
        icon: icons[noun],
        run: () => navigate(details[noun](id)),
      }),
    );
    if ((total ?? 0) <= items.length) return lines;
    const name = t(`shell.search.all.${noun}`, { count: total ?? 0 });
    return [
      ...lines,
      { id: `all-${noun}`, group: noun, name, icon: icons[noun], run: () => navigate(lists[noun](query)) },
    ];
  };
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
