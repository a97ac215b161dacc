// The favourites and recents of the fake: rows of a grant that name customers by id, read with the viewer's scope.

import { fold } from "./fakeLists";
import { limits } from "./limits";
import type { Client, CustomerKind, Favourite, Me, MSP, Recent } from "./models";
import { Problem } from "./problem";

export interface FakeLink {
  kind: CustomerKind;
  id: string;
  at: string;
}

interface Tools {
  world: { favourites: Map<string, FakeLink[]>; recents: Map<string, FakeLink[]> };
  need: (permission: Me["permissions"][number]) => Me;
  clientsInScope: () => Client[];
  mspsInScope: () => MSP[];
}

export function fakeFavourites({ world, need, clientsInScope, mspsInScope }: Tools) {
  /** The customer as the viewer sees it; undefined outside the scope. */
  function seen(me: Me, { kind, id }: Pick<FakeLink, "kind" | "id">) {
    if (kind === "client") {
      const client = clientsInScope().find((one) => one.id === id);
      return client && { kind, id, name: client.name, context: client.msp_name ?? "", status: client.status };
    }
    const msp = me.permissions.includes("see_msps") ? mspsInScope().find((one) => one.id === id) : undefined;
    return msp && { kind, id, name: msp.name, context: "", status: msp.status };
  }

  /** Calls change with the viewer's rows and the one to write. */
  function write(
    of: Map<string, FakeLink[]>,
    kind: CustomerKind,
    id: string,
    change: (others: FakeLink[], link: FakeLink, me: Me) => FakeLink[],
  ) {
    const me = need("see_clients");
    if (kind === "msp") need("see_msps");
    if (!seen(me, { kind, id })) throw new Problem("not_found", { message: `There is no such ${kind}.` });
    const before = of.get(me.grant.id) ?? [];
    const others = before.filter((link) => link.id !== id);
    const link = { kind, id, at: new Date().toISOString() };
    of.set(me.grant.id, change(others, before.find((one) => one.id === id) ?? link, me));
  }

  function favourites(): Favourite[] {
    const me = need("see_clients");
    return (world.favourites.get(me.grant.id) ?? [])
      .flatMap((link) => {
        const customer = seen(me, link);
        return customer ? [{ ...customer, marked_at: link.at }] : [];
      })
      .sort((a, b) => fold(a.name).localeCompare(fold(b.name)));
  }

  function setFavourite(kind: CustomerKind, id: string, on: boolean): void {
    write(world.favourites, kind, id, (others, link, me) => {
      if (!on) return others;
      const visible = others.length < limits.favourites ? others : others.filter((one) => seen(me, one));
      if (visible.length >= limits.favourites) {
        throw new Problem("conflict", {
          message: `You have ${limits.favourites} favourites, which is the most. Remove one of them first.`,
        });
      }
      return [...visible, link];
    });
  }

  function recents(): Recent[] {
    const me = need("see_clients");
    return (world.recents.get(me.grant.id) ?? []).flatMap((link) => {
      const customer = seen(me, link);
      return customer ? [{ ...customer, opened_at: link.at }] : [];
    });
  }

  function saveRecent(kind: CustomerKind, id: string): void {
    write(world.recents, kind, id, (others, link) =>
      [{ ...link, at: new Date().toISOString() }, ...others].slice(0, limits.recents),
    );
  }

  return { favourites, setFavourite, recents, saveRecent };
}
