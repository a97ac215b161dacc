// What needs attention among MSPs and clients, and what the users of one node do about it: of each kind the first six
// that are not snoozed, as the API lists them. A mark has no effect once its reason is another.

import { dayFromNow } from "./fakeBasics";
import type { FakeUser } from "./fakeUserRecords";
import { limits } from "./limits";
import type { Attention, AttentionKind, Client, Me, MSP, Scope } from "./models";
import { Problem } from "./problem";

const each = 6;
const soon = 30;
const longestSnooze = limits.snoozeDays * 86_400_000;

/** A mark of the users of a node; user is who has snoozed it, or who handles it. */
export interface FakeMark {
  node: string;
  kind: AttentionKind;
  mark: "snoozed" | "handled";
  id: string;
  user: string;
  reason: string;
  at: string;
  /** Null for one who handles it. */
  until: string | null;
}

/** An item with the id of its MSP or client, and what changes when the matter does. */
interface Matter {
  id: string;
  reason: string;
  item: Attention;
}

const none = {
  msp_id: null,
  client_id: null,
  run_id: null,
  detail: "",
  at: null,
  count: null,
  since: null,
  handler: null,
  snooze: null,
};

/** By how many licences a client exceeds those it has purchased; null where a figure is unknown. */
export const seatsOver = ({ seats_used: used, seats_total: total }: Client): number | null =>
  used === null || total === null ? null : used - total;

const end = ({ expires_on: on }: Client) => on ?? "";
const overOf = (client: Client) => seatsOver(client) ?? 0;

/** The matters of each kind, all of them, in the order of the overview; without MSPs for viewers who see only one. */
function mattersOf(clients: Client[], msps: MSP[]): Matter[][] {
  const active = clients.filter(({ status }) => status === "active");
  const today = dayFromNow(0);
  const about = (
    some: Client[],
    order: (a: Client, b: Client) => number,
    over: (client: Client) => Pick<Attention, "kind" | "severity"> & Partial<Attention>,
    reason: (client: Client) => string,
  ): Matter[] =>
    some.toSorted(order).map((client) => ({
      id: client.id,
      reason: reason(client),
      item: {
        ...none,
        name: client.name,
        msp_id: client.msp_id,
        client_id: client.id,
        ...over(client),
      },
    }));
  return [
    about(
      active.filter((client) => client.expires_on !== null && end(client) < today),
      (a, b) => end(b).localeCompare(end(a)),
      (client) => ({ kind: "licence_expired", severity: "error", at: client.expires_on }),
      end,
    ),
    about(
      active.filter((client) => overOf(client) > 0),
      (a, b) => overOf(b) - overOf(a),
      ({ seats_used, seats_total }) => ({
        kind: "seats_exceeded",
        severity: "warning",
        detail: `${seats_used}/${seats_total}`,
      }),
      (client) => String(overOf(client)),
    ),
    about(
      active.filter((client) => end(client) >= today && end(client) <= dayFromNow(soon)),
      (a, b) => end(a).localeCompare(end(b)),
      (client) => ({ kind: "licence_expiring", severity: "warning", at: client.expires_on }),
      end,
    ),
    msps
      .filter((msp) => msp.status === "active" && msp.clients === 0)
      .map(({ id, name }) => ({
        id,
        reason: "",
        item: { ...none, kind: "msp_without_clients", severity: "info", msp_id: id, name },
      })),
    about(
      clients.filter(({ status }) => status === "missing"),
      (a, b) => b.last_seen_at.localeCompare(a.last_seen_at),
      (client) => ({ kind: "client_missing", severity: "info", at: client.last_seen_at.slice(0, 10) }),
      (client) => client.last_seen_at,
    ),
  ];
}

interface Tools {
  world: { marks: FakeMark[]; users: FakeUser[]; attention: Attention[] };
  need: (permission: Me["permissions"][number]) => Me;
  scope: () => Scope;
  clientsInScope: () => Client[];
  mspsInScope: () => MSP[];
}

export function fakeAttention({ world, need, scope, clientsInScope, mspsInScope }: Tools) {
  const nodeOf = ({ level, msp_id }: Scope) => (level === "msp" ? (msp_id ?? "") : level);
  const matters = () => mattersOf(clientsInScope(), scope().level === "mssp" ? mspsInScope() : []);
  const nameOf = (id: string) => world.users.find((user) => user.id === id)?.name || null;

  /** Whether a user has an active grant at the viewer's own node. */
  const belongsHere = (id: string) =>
    world.users
      .find((user) => user.id === id)
      ?.grants.some((grant) => grant.active && nodeOf(grant.scope) === nodeOf(scope())) ?? false;

  function markOf(mark: FakeMark["mark"], { id, reason, item }: Matter): FakeMark | undefined {
    const node = nodeOf(scope());
    return world.marks.find(
      (one) =>
        one.mark === mark &&
        one.node === node &&
        one.kind === item.kind &&
        one.id === id &&
        one.reason === reason &&
        (one.until === null || one.until > new Date().toISOString()) &&
        (mark === "snoozed" || belongsHere(one.user)),
    );
  }

  function withMarks(matter: Matter): Attention {
    const handled = markOf("handled", matter);
    const snoozed = markOf("snoozed", matter);
    return {
      ...matter.item,
      handler: handled ? { user_id: handled.user, name: nameOf(handled.user), since: handled.at } : null,
      snooze: snoozed ? { until: snoozed.until ?? "", by: nameOf(snoozed.user) } : null,
    };
  }

  /** The lines of the overview, and how many more are snoozed. */
  function lines() {
    const marked = matters().map((some) => some.map(withMarks));
    const counts = marked.map((some) => some.filter(({ snooze }) => snooze));
    return {
      attention: [
        ...(scope().level === "mssp" ? world.attention : []),
        ...marked.flatMap((some) => some.filter(({ snooze }) => !snooze).slice(0, each)),
      ].slice(0, 20),
      snoozed: counts.flatMap(([first, ...more]) =>
        first ? [{ kind: first.kind, count: 1 + more.length }] : [],
      ),
    };
  }

  function snoozed(): Attention[] {
    need("handle_attention");
    const until = ({ snooze }: Attention) => snooze?.until ?? "";
    return matters().flatMap((some) =>
      some
        .map(withMarks)
        .filter(({ snooze }) => snooze)
        .sort((a, b) => until(a).localeCompare(until(b))),
    );
  }

  /** Writes a mark of something that needs attention, in place of one that is there. */
  function write(
    { kind, id, mark }: Pick<FakeMark, "kind" | "id" | "mark">,
    rest: Pick<FakeMark, "user" | "until">,
  ) {
    const matter = matters()
      .flat()
      .find((one) => one.item.kind === kind && one.id === id);
    if (!matter) throw new Problem("not_found", { message: "This does not need attention any more." });
    const node = nodeOf(scope());
    const before = markOf(mark, matter);
    if (before && before.until === rest.until && (mark === "snoozed" || before.user === rest.user)) return;
    const others = world.marks.filter((one) => !isMark(one, { node, kind, id, mark }));
    if (others.filter((one) => one.node === node).length >= limits.marks) {
      throw new Problem("conflict", {
        message: `${limits.marks} things are snoozed or handled here, which is the most. Remove some of these marks first.`,
      });
    }
    const at = new Date().toISOString();
    world.marks = [...others, { node, kind, id, mark, reason: matter.reason, at, ...rest }];
  }

  function snooze(kind: AttentionKind, id: string, until: string): void {
    const me = need("handle_attention");
    const left = Date.parse(until) - Date.now();
    if (!(left > 0 && left <= longestSnooze)) {
      throw new Problem("invalid", {
        field: "until",
        message: "Choose a time in the future, at most 31 days from now.",
      });
    }
    write({ kind, id, mark: "snoozed" }, { user: me.user.id, until: new Date(until).toISOString() });
  }

  function setHandler(kind: AttentionKind, id: string, user: string): void {
    need("handle_attention");
    if (!belongsHere(user)) {
      throw new Problem("invalid", {
        field: "user_id",
        message: "Choose a user of your own organisation.",
      });
    }
    write({ kind, id, mark: "handled" }, { user, until: null });
  }

  function remove(mark: FakeMark["mark"], kind: AttentionKind, id: string): void {
    need("handle_attention");
    const ofMSP = kind === "msp_without_clients";
    const inScope: { id: string }[] = ofMSP
      ? scope().level === "mssp"
        ? mspsInScope()
        : []
      : clientsInScope();
    if (!inScope.some((one) => one.id === id)) {
      throw new Problem("not_found", { message: "There is no such customer." });
    }
    const node = nodeOf(scope());
    world.marks = world.marks.filter((one) => !isMark(one, { node, kind, id, mark }));
  }

  return {
    lines,
    snoozed,
    snooze,
    endSnooze: (kind: AttentionKind, id: string) => remove("snoozed", kind, id),
    setHandler,
    removeHandler: (kind: AttentionKind, id: string) => remove("handled", kind, id),
  };
}

const isMark = (one: FakeMark, { node, kind, id, mark }: Pick<FakeMark, "node" | "kind" | "id" | "mark">) =>
  one.node === node && one.kind === kind && one.id === id && one.mark === mark;
