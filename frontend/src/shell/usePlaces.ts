import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "react-router";
import type { Places } from "../bridge/models";
import { paths } from "../bridge/paths";
import { getPortal } from "../bridge/portal";
import { viewsQuery } from "../bridge/queries";
import { openingAddress } from "../bridge/viewQuery";
import { layoutParameter } from "../parts/columnLayout";
import type { ListPlaces } from "../parts/listPlaces";
import { useSession } from "../session/session";

/** The paths of the lists; a row opens below its list. */
const lists = [paths.users, paths.admin, paths.syncs, paths.msps(), paths.clients(), paths.changes()];

/** The list to which an address belongs; undefined for other screens. */
export function listOf(pathname: string): string | undefined {
  return lists.find((list) => {
    const [, id, ...deeper] = pathname.slice(list.length).split("/");
    const below = pathname === list || pathname.startsWith(`${list}/`);
    return below && (id === undefined || (id !== "connections" && deeper.length === 0));
  });
}

const pathOf = (address: string) => address.split("?")[0] ?? "";

/** Details that are worth finding again and that the portal does not keep as recents. */
const isDetail = (pathname: string) => pathname.startsWith(`${paths.users}/`);

/** At most this many are kept; backend/desktop/places.go has the same limit. */
const most = 10;

const distinct = (paths: (string | undefined)[], same: (path: string) => unknown): string[] => {
  const found = new Map<unknown, string>();
  for (const path of paths) if (path && !found.has(same(path))) found.set(same(path), path);
  return [...found.values()].slice(0, most);
};

const listKey = (address: string) => listOf(pathOf(address)) ?? address;

/** Keeps the layout in the address at which a list was left, unless the list has one already. */
function keepLayout(layouts: Map<string, string>, left: string) {
  const list = listKey(left);
  const layout = new URLSearchParams(left.split("?")[1]).get(layoutParameter);
  if (layout && !layouts.has(list)) layouts.set(list, layout);
}

/** The places with those of before behind them. */
const joined = (now: Places, before: Places): Places => ({
  lists: distinct([...now.lists, ...before.lists], listKey),
  opened: distinct([...now.opened, ...before.opened], (path) => path),
});

/** Moves of the user within this time are stored at once. */
const storeAfter = 500;

/** Follows the user through the lists, from where they were the last time on this computer. */
export function usePlaces(): ListPlaces {
  const { pathname, search } = useLocation();
  const [scrolled] = useState(() => new Map<string, number>());
  const [layouts] = useState(() => new Map<string, string>());
  const [loaded, setLoaded] = useState(false);
  const { grant } = useSession();
  const views = useQuery(viewsQuery(grant.id)).data;
  const places = useRef<Places>({ lists: [], opened: [] });
  const current = listOf(pathname);
  const address = pathname + search;
  if (current && places.current.lists[0] !== address) {
    const opened = isDetail(pathname) ? [pathname] : [];
    places.current = joined({ lists: [address], opened }, places.current);
  }
  useStored(places, address, (before) => {
    for (const left of before.lists) keepLayout(layouts, left);
    setLoaded(true);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once loaded there are more places
  return useMemo(
    () => ({
      scrolled,
      layouts,
      opened: () => places.current.opened,
      addressOf: (path) => {
        const left = places.current.lists.find((one) => listKey(one) === path);
        // A list that was left without parameters opens as one that was not left.
        return path !== current && left !== undefined && left !== path ? left : openingAddress(path, views);
      },
    }),
    [current, scrolled, layouts, loaded, views],
  );
}

/** Loads what this computer has kept, and keeps what changes. */
function useStored(places: { current: Places }, address: string, onLoaded: (before: Places) => void) {
  const { me, grant } = useSession();
  const [ready, setReady] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: loaded once for the user and the grant
  useEffect(() => {
    let over = false;
    getPortal()
      .places(me.user.id, grant.id)
      .catch(() => ({ lists: [], opened: [] }))
      .then((before) => {
        if (over) return;
        places.current = joined(places.current, before);
        setReady(true);
        onLoaded(before);
      });
    return () => {
      over = true;
    };
  }, [me.user.id, grant.id]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each address may be another place
  useEffect(() => {
    if (!ready) return;
    // A place that cannot be kept is only missing after the next start.
    const store = () =>
      void getPortal()
        .setPlaces(me.user.id, grant.id, places.current)
        .catch(() => undefined);
    const timer = setTimeout(store, storeAfter);
    return () => clearTimeout(timer);
  }, [ready, address, me.user.id, grant.id]);
}
