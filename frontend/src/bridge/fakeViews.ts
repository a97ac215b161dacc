// The saved views of the fake: who sees, shares and changes them, and which queries a list accepts.

import { fold } from "./fakeLists";
import { checkViewQuery, type ListCalls } from "./fakeViewQueries";
import { limits } from "./limits";
import type { Me, NewView, Scope, View, ViewChange, ViewList } from "./models";
import { Problem } from "./problem";

/** A view with the grant that alone sees it, null where it is shared, and the node and user it belongs to. */
export interface FakeView extends Omit<View, "shared" | "default" | "own" | "owner"> {
  grant: string | null;
  node: string;
  author: Me["user"];
}

interface Tools {
  world: { views: FakeView[]; defaultViews: Map<string, Set<string>> };
  need: (permission: Me["permissions"][number]) => Me;
  lists: ListCalls;
}

const permissions: Record<ViewList, Me["permissions"][number]> = {
  msps: "see_msps",
  clients: "see_clients",
  changes: "see_clients",
  users: "manage_users",
  invites: "manage_invites",
};

const nodeOf = (scope: Scope) => scope.client_id ?? scope.msp_id ?? "";
const forbidden = () =>
  new Problem("forbidden", { message: "Only administrators share views, and change or delete shared ones." });

function checkName(name: string): string {
  const trimmed = name.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a name may not have
  const controls = /[\u0000-\u001f\u007f-\u009f]/;
  if (trimmed === "" || [...trimmed].length > limits.viewName || controls.test(trimmed)) {
    const message = `The name of a view has 1 to ${limits.viewName} characters.`;
    throw new Problem("invalid", { field: "name", message });
  }
  return trimmed;
}

export function fakeViews({ world, need, lists }: Tools) {
  const viewer = () => need("see_clients");
  const sees = ({ grant, permissions: held }: Me, view: FakeView) =>
    view.node === nodeOf(grant.scope) &&
    (view.grant === null || view.grant === grant.id) &&
    held.includes(permissions[view.list]);

  function shown({ user, grant }: Me, { grant: owner, node: _, author, ...view }: FakeView): View {
    return {
      ...view,
      shared: owner === null,
      own: author.id === user.id,
      owner: owner === null ? author.name || null : null,
      default: world.defaultViews.get(grant.id)?.has(view.id) ?? false,
    };
  }

  function list(): View[] {
    const me = viewer();
    return world.views
      .filter((view) => sees(me, view))
      .map((view) => shown(me, view))
      .sort((a, b) => fold(a.name).localeCompare(fold(b.name)));
  }

  function find(me: Me, id: string): FakeView {
    const found = world.views.find((view) => view.id === id && sees(me, view));
    if (!found) throw new Problem("not_found", { message: "There is no such view." });
    return found;
  }

  /** Throws conflict for a name in use, and for too many views, among those with the same owner. */
  function checkRoom(me: Me, view: FakeView, isNew: boolean) {
    const others = world.views.filter(
      (one) => one.id !== view.id && one.grant === view.grant && one.node === view.node,
    );
    if (isNew && others.length >= limits.views) {
      throw new Problem("conflict", {
        message: `You have ${limits.views} views, which is the most. Delete one of them first.`,
      });
    }
    if (others.some((one) => one.list === view.list && fold(one.name) === fold(view.name))) {
      const message =
        view.grant === null
          ? "A shared view has this name already."
          : "You have a view of this name already.";
      throw new Problem("conflict", { field: "name", message: `${message} Choose another name.` });
    }
    return me;
  }

  function setDefault({ grant }: Me, view: FakeView, on: boolean) {
    const ids = world.defaultViews.get(grant.id) ?? new Set<string>();
    const ofList = world.views.filter((one) => one.list === view.list).map(({ id }) => id);
    for (const id of on ? ofList : [view.id]) ids.delete(id);
    if (on) ids.add(view.id);
    world.defaultViews.set(grant.id, ids);
  }

  function create(wanted: NewView): View {
    const me = viewer();
    if (!me.permissions.includes(permissions[wanted.list])) {
      throw new Problem("forbidden", { message: "Your role does not see this list." });
    }
    const name = checkName(wanted.name);
    checkViewQuery(lists, wanted.list, wanted.query);
    if (wanted.shared && !me.permissions.includes("share_views")) throw forbidden();
    const now = new Date().toISOString();
    const view: FakeView = {
      id: crypto.randomUUID(),
      list: wanted.list,
      name,
      query: wanted.query,
      created_at: now,
      updated_at: now,
      grant: wanted.shared ? null : me.grant.id,
      node: nodeOf(me.grant.scope),
      author: me.user,
    };
    checkRoom(me, view, true);
    world.views.push(view);
    if (wanted.default) setDefault(me, view, true);
    return shown(me, view);
  }

  function change(id: string, wanted: ViewChange): View {
    const me = viewer();
    const before = find(me, id);
    const { name, query, shared } = wanted;
    if (name !== undefined || query !== undefined || shared !== undefined) {
      const wasShared = before.grant === null;
      const isShared = shared ?? wasShared;
      if ((wasShared || isShared) && !me.permissions.includes("share_views")) throw forbidden();
      if (wasShared && !isShared && before.author.id !== me.user.id) throw forbidden();
      if (query !== undefined) checkViewQuery(lists, before.list, query);
      const after = {
        ...before,
        name: name === undefined ? before.name : checkName(name),
        query: query ?? before.query,
        grant: isShared ? null : wasShared ? me.grant.id : before.grant,
        updated_at: new Date().toISOString(),
      };
      checkRoom(me, after, wasShared !== isShared);
      Object.assign(before, after);
    }
    if (wanted.default !== undefined) setDefault(me, before, wanted.default);
    return shown(me, before);
  }

  function remove(id: string): void {
    const me = viewer();
    const view = find(me, id);
    if (view.grant === null && !me.permissions.includes("share_views")) throw forbidden();
    world.views = world.views.filter((one) => one !== view);
  }

  return { list, create, change, remove };
}
