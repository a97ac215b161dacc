// The user and session calls of the fake: who sees whom, who may change whom, and the rules about the last
// administrator.
import { roleLevels } from "./enums";
import { meUnder } from "./fakeBasics";
import { matchingUsers } from "./fakeFilters";
import type { FakeUser } from "./fakeUserRecords";
import type { World } from "./fakeWorld";
import type { Grant, HeldGrant, Me, Page, PageQuery, Role, UserChange, UserFilter, UserItem } from "./models";
import { Problem } from "./problem";

interface Tools {
  world: World;
  /** Returns the viewer; throws forbidden where their role lacks the permission. */
  need: (permission: Me["permissions"][number]) => Me;
  includes: (q: string | undefined, ...texts: (string | null)[]) => boolean;
  sorted: (items: Sortable[], sort: string) => Sortable[];
  page: (items: UserItem[], query: PageQuery, dataAsOf: null) => Page<UserItem>;
}

type Sortable = UserItem & { role: string };

const within = (grant: Grant, { scope }: Grant) =>
  (!scope.msp_id || grant.scope.msp_id === scope.msp_id) &&
  (!scope.client_id || grant.scope.client_id === scope.client_id);

const conflict = (message: string) => new Problem("conflict", { message });
const wrong = (field: string, message: string) => new Problem("invalid", { field, message });

/** The user under their wanted grant, or the first active one; throws deactivated where none is active. */
export function currentMe(user: Me["user"], held: HeldGrant[], wanted: string | undefined): Me {
  const grants = held.filter(({ active }) => active);
  const active = grants.find(({ id }) => id === wanted) ?? grants[0];
  if (!active)
    throw new Problem("deactivated", { message: "An administrator has deactivated your account." });
  return meUnder({ user, grants }, active);
}

export function fakeUsers({ world, need, includes, sorted, page }: Tools) {
  function asSeen(user: FakeUser, me: Me): UserItem {
    const grants = user.grants.filter((grant) => within(grant, me.grant));
    const active = grants.some((grant) => grant.active);
    // A copy, as the API would return it: the world changes its grants in place.
    return structuredClone({ ...user, grants, active, self: user.id === me.user.id });
  }

  function users(query: UserFilter & PageQuery): Page<UserItem> {
    const me = need("manage_users");
    const found = world.users
      .map((user) => asSeen(user, me))
      .filter(
        ({ name, email, grants, active }) =>
          grants.length > 0 &&
          includes(query.q, name, email) &&
          (!query.status || active === (query.status === "active")) &&
          (!query.role || grants.some(({ role }) => role === query.role)) &&
          (!query.msp_id || grants.some(({ scope }) => scope.msp_id === query.msp_id)),
      )
      .map((item) => ({ ...item, role: item.grants[0]?.role ?? "" }));
    return page(sorted(matchingUsers(found, query), query.sort || "name"), query, null);
  }

  function user(id: string): UserItem {
    const me = need("manage_users");
    const found = world.users.find((one) => one.id === id);
    const seen = found && asSeen(found, me);
    if (!seen || seen.grants.length === 0) throw new Problem("not_found", { message: "No such user." });
    return seen;
  }

  /** A user whom the viewer may change: in scope, not themselves, with no role that the viewer may not give. */
  function changeable(id: string) {
    const me = need("manage_users");
    const user = world.users.find((one) => one.id === id);
    const grants = user?.grants.filter((grant) => within(grant, me.grant)) ?? [];
    if (!user || grants.length === 0) throw new Problem("not_found", { message: "No such user." });
    if (user.id === me.user.id) throw conflict("You cannot change your own access.");
    if (!grants.every(({ role }) => me.may_invite.includes(role))) {
      throw new Problem("forbidden", { message: "Your role may not change this user." });
    }
    return { me, user, grants };
  }

  function chosen(grants: HeldGrant[], id: string | undefined): HeldGrant {
    const grant = id ? grants.find((one) => one.id === id) : grants.length === 1 ? grants[0] : undefined;
    if (!grant) throw wrong("grant_id", "Choose one of their roles.");
    return grant;
  }

  function keepAnAdmin(losing: HeldGrant[]) {
    const admins = world.users
      .flatMap((user) => user.grants)
      .filter(({ role, active }) => role === "mssp_admin" && active);
    if (admins.length > 0 && admins.every((admin) => losing.includes(admin))) {
      throw conflict(
        "This is the last active administrator of the MSSP. Make another user an administrator first.",
      );
    }
  }

  function nodeOf(role: Role, change: UserChange, before: HeldGrant, me: Me): Pick<Grant, "node" | "scope"> {
    const level = roleLevels[role];
    const { node, scope } = before;
    const { mssp_id } = scope;
    if (level === "mssp") return { node: before.mssp, scope: { level, mssp_id } };
    if (level === before.scope.level && !change.msp_id && !change.client_id) return { node, scope };
    if (level === "msp") {
      const msp = world.msps.find((one) => one.id === (change.msp_id ?? me.grant.scope.msp_id));
      if (!msp) throw wrong("msp_id", "Name the MSP this role is for.");
      return { node: msp.name, scope: { level, mssp_id, msp_id: msp.id } };
    }
    const client = world.clients.find((one) => one.id === change.client_id);
    if (!client) throw wrong("client_id", "Name the client this role is for.");
    const msp = client.msp_id ? { msp_id: client.msp_id } : {};
    return { node: client.name, scope: { level, mssp_id, ...msp, client_id: client.id } };
  }

  function revokeInvites(email: string) {
    for (const invite of world.invites)
      if (invite.email === email && invite.status === "open") invite.status = "revoked";
  }

  function changeUser(id: string, change: UserChange): UserItem {
    const { me, user, grants } = changeable(id);
    if (change.active !== undefined) {
      const changed = change.grant_id ? [chosen(grants, change.grant_id)] : grants;
      if (!change.active) keepAnAdmin(changed);
      for (const grant of changed) grant.active = change.active;
      if (!user.grants.some(({ active }) => active)) user.sessions = 0;
      if (!grants.some(({ active }) => active)) revokeInvites(user.email);
    }
    if (change.role) {
      const grant = chosen(grants, change.grant_id);
      if (!me.may_invite.includes(change.role)) throw new Problem("forbidden");
      const node = nodeOf(change.role, change, grant, me);
      if (change.role !== "mssp_admin") keepAnAdmin([grant]);
      Object.assign(grant, { role: change.role, ...node });
    }
    return asSeen(user, me);
  }

  function signOutUser(id: string) {
    changeable(id).user.sessions = 0;
  }

  function endSession(id: string) {
    const at = world.sessions.findIndex((session) => session.id === id);
    if (at < 0) throw new Problem("not_found");
    world.sessions.splice(at, 1);
  }

  return { users, user, changeUser, signOutUser, endSession };
}
