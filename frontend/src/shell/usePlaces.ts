import { useMemo, useRef, useState } from "react";
import { useLocation } from "react-router";
import { links } from "../bridge/links";
import type { ListPlaces } from "../parts/listPlaces";

/** The paths of the lists; a row opens below its list. */
const lists = [links.users, links.admin, links.syncs, links.msps(), links.clients()];

/** The list to which an address belongs; undefined for other screens. */
export function listOf(pathname: string): string | undefined {
  return lists.find((list) => {
    const [, id, ...deeper] = pathname.slice(list.length).split("/");
    const below = pathname === list || pathname.startsWith(`${list}/`);
    return below && (id === undefined || (id !== "connections" && deeper.length === 0));
  });
}

/** The lists with the address at which each was left, the latest first. */
type Left = [list: string, address: string][];

const moved = (before: Left, list: string, address: string): Left => [
  [list, address],
  ...before.filter(([other]) => other !== list),
];

/** Follows the user through the lists. */
export function usePlaces(): ListPlaces {
  const { pathname, search } = useLocation();
  const [scrolled] = useState(() => new Map<string, number>());
  const left = useRef<Left>([]);
  const current = listOf(pathname);
  const address = pathname + search;
  if (current && left.current[0]?.[1] !== address) left.current = moved(left.current, current, address);
  return useMemo(
    () => ({
      scrolled,
      addressOf: (...paths) => {
        const [first = "/"] = paths;
        if (current && paths.includes(current)) return first;
        return left.current.find(([list]) => paths.includes(list))?.[1] ?? first;
      },
    }),
    [current, scrolled],
  );
}
