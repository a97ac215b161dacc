// The invite calls of the fake. An address has one open invite at most, and a code is returned once.
import { matchingInvites } from "./fakeFilters";
import { includes, page } from "./fakeLists";
import type { World } from "./fakeWorld";
import type { Invite, InviteFilter, Me, NewInvite, PageQuery } from "./models";
import { Problem } from "./problem";

/** Codes in the form of the API's: of a new invite, and of one that was sent again. */
export const inviteCode = "7NYT3-TJSWM-CHETC-ANZW4-T1EG2-R761P";
export const freshCode = "1HYZ2-3HK9S-2YXJH-DB2EK-BC898-HWBGC";

interface Tools {
  world: World;
  /** Returns the viewer; throws forbidden where their role lacks the permission. */
  need: (permission: Me["permissions"][number]) => Me;
}

export function fakeInvites({ world, need }: Tools) {
  function list(query: InviteFilter & PageQuery) {
    need("manage_invites");
    const found = world.invites.filter(
      (invite) => includes(query.q, invite.email) && (!query.status || invite.status === query.status),
    );
    return page(matchingInvites(found, query), query, null);
  }

  function create(wanted: NewInvite) {
    const { user, may_invite } = need("manage_invites");
    if (!may_invite.includes(wanted.role)) throw new Problem("forbidden");
    if (world.invites.some((other) => other.email === wanted.email && other.status === "open")) {
      throw new Problem("conflict", { message: "This address has an open invite already.", field: "email" });
    }
    const invite: Invite = {
      id: crypto.randomUUID(),
      email: wanted.email,
      role: wanted.role,
      msp_id: wanted.msp_id ?? null,
      msp_name: world.msps.find((msp) => msp.id === wanted.msp_id)?.name ?? null,
      client_id: wanted.client_id ?? null,
      client_name: world.clients.find((client) => client.id === wanted.client_id)?.name ?? null,
      provider: wanted.provider,
      domain: wanted.domain ?? null,
      tenant: wanted.tenant ?? null,
      status: "open",
      invited_by: user.name,
      created_at: new Date().toISOString(),
      expires_at: new Date(Date.now() + (wanted.expires_in_hours ?? 72) * 3_600_000).toISOString(),
      accepted_at: null,
      mail: "none",
      code_closed: false,
    };
    world.invites.unshift(invite);
    return { ...invite, code: inviteCode, mailed: false };
  }

  function resend(id: string) {
    need("manage_invites");
    const at = world.invites.findIndex((invite) => invite.id === id);
    const invite = world.invites[at];
    if (!invite) throw new Problem("not_found");
    if (invite.status !== "open" && invite.status !== "expired") {
      throw new Problem("conflict", { message: "This invite is closed: invite the person again." });
    }
    const expires_at = new Date(Date.now() + 72 * 3_600_000).toISOString();
    const fresh: Invite = { ...invite, status: "open", expires_at, code_closed: false };
    world.invites[at] = fresh;
    return { ...fresh, code: freshCode, mailed: false };
  }

  function revoke(id: string) {
    need("manage_invites");
    const at = world.invites.findIndex((invite) => invite.id === id);
    const invite = world.invites[at];
    if (!invite) throw new Problem("not_found");
    if (invite.status !== "open") throw new Problem("conflict", { message: "The invite is not open." });
    world.invites[at] = { ...invite, status: "revoked" };
  }

  return { list, create, resend, revoke };
}
