// The MSP and client calls of the fake. They return only what is in the scope of the viewer.

import { fakeAttention, seatsOver } from "./fakeAttention";
import { clientFacets, matchingClients, matchingMSPs, mspFacets } from "./fakeFilters";
import { grouped, groupsOf } from "./fakeGroups";
import { page, sorted } from "./fakeLists";
import { sumKnown, type World } from "./fakeWorld";
import type {
  Client,
  ClientDetail,
  ClientFilter,
  Columns,
  Grouping,
  LicenceSpan,
  Me,
  MSP,
  MSPDetail,
  MSPFilter,
  Overview,
  PageQuery,
  Scope,
  Sort,
  TrendDay,
} from "./models";
import { Problem } from "./problem";
import { isMerged } from "./runs";

interface Tools {
  world: World;
  /** Returns the viewer; throws forbidden where their role lacks the permission. */
  need: (permission: Me["permissions"][number]) => Me;
  scope: () => Scope;
  changesSinceVisit: () => number | null;
}

/** Whether an active client's licence has ended, or ends within 30 days. */
const expiresOn = (client: Client, wanted: "expired" | "30d"): boolean =>
  matchingClients([client], { expires_on: wanted }, "mssp").length > 0;

export function fakeCustomers({ world, need, scope, changesSinceVisit }: Tools) {
  function clientsInScope(): Client[] {
    const { msp_id, client_id } = scope();
    if (client_id) return world.clients.filter((client) => client.id === client_id);
    return msp_id ? world.clients.filter((client) => client.msp_id === msp_id) : world.clients;
  }

  function mspsInScope(): MSP[] {
    const { msp_id } = scope();
    return msp_id ? world.msps.filter((msp) => msp.id === msp_id) : world.msps;
  }

  const attention = fakeAttention({ world, need, scope, clientsInScope, mspsInScope });
  const hasExpiry = () => clientsInScope().some((client) => client.expires_on !== null);

  function overview(): Overview {
    need("see_overview");
    const clients = clientsInScope();
    const count = (status: Client["status"]) => clients.filter((client) => client.status === status).length;
    const active = clients.filter((client) => client.status === "active");
    const used = sumKnown(active, "seats_used");
    const total = sumKnown(active, "seats_total");
    const dated = hasExpiry();
    const whole = !scope().msp_id && !scope().client_id;
    const seen = whole ? world.msps : [];
    return {
      msps: mspsInScope().length,
      clients: active.length,
      clients_missing: count("missing"),
      clients_disabled: count("disabled"),
      seats_used: used.sum,
      seats_total: total.sum,
      seats_used_unknown: used.unknown,
      seats_total_unknown: total.unknown,
      expired: dated ? active.filter((client) => expiresOn(client, "expired")).length : null,
      expiring_soon: dated ? active.filter((client) => expiresOn(client, "30d")).length : null,
      products: world.products.map(({ name }) => name),
      trend: trendOf(active),
      seats_exceeded: active.filter((client) => (seatsOver(client) ?? 0) > 0).length,
      msps_without_clients: seen.filter((msp) => msp.status === "active" && msp.clients === 0).length,
      ...attention.lines(),
      changes_since_visit: changesSinceVisit(),
      data_as_of: world.dataAsOf,
    };
  }

  /** A change by the newest merged run, which every customer has in its history. */
  function newestChange() {
    const run = world.runs.find(isMerged);
    if (!run) return [];
    const what = {
      kind: "changed" as const,
      field: "seats_total",
      before: "40",
      after: "60",
      reason: null,
      elsewhere: null,
    };
    const actor = run.reviewer_name === null ? null : { name: run.reviewer_name };
    return [{ ...what, at: run.finished_at ?? run.created_at, run_id: run.id, actor }];
  }

  function detail<Item extends { first_seen_at: string }>(item: Item | undefined) {
    if (!item) throw new Problem("not_found", { message: "No such customer.", requestId: "req-fake" });
    const added = {
      kind: "added" as const,
      field: null,
      before: null,
      after: null,
      reason: null,
      elsewhere: null,
    };
    return {
      ...item,
      fields: [{ name: "supportTier", value: "gold" }],
      product: {
        name: world.products[0]?.name ?? "Heimdal",
        dashboard_url: scope().client_id ? null : world.dashboard,
      },
      history: [...newestChange(), { ...added, at: item.first_seen_at, run_id: null, actor: null }],
    };
  }

  /** The trend of the last sixty days, in which the figures have grown to those of today. */
  function trendOf(active: Client[]): TrendDay[] {
    const share = (sum: number | null, of: number) =>
      sum === null ? null : Math.max(0, Math.round(sum * of));
    const used = sumKnown(active, "seats_used").sum;
    const total = sumKnown(active, "seats_total").sum;
    return Array.from({ length: 60 }, (_, n) => ({
      day: new Date(Date.now() - (59 - n) * 86_400_000).toISOString().slice(0, 10),
      clients: Math.max(0, active.length - Math.round((59 - n) / 3)),
      seats_used: share(used, 0.86 + n * 0.0024),
      seats_total: share(total, 0.9 + n * 0.0017),
    }));
  }

  /** The spans of a client, the current one first: its licences have changed once. */
  function licencesOf({ status, seats_used, seats_total, first_seen_at }: Client): LicenceSpan[] {
    const changed = new Date((Date.parse(first_seen_at) + Date.now()) / 2).toISOString();
    const before = seats_total === null ? null : Math.ceil(seats_total / 2);
    return [
      { from: changed, until: null, status, seats_used, seats_total },
      { from: first_seen_at, until: changed, status: "active", seats_used, seats_total: before },
    ];
  }

  function msp(id: string): MSPDetail {
    need("see_msps");
    const found = detail(mspsInScope().find((one) => one.id === id));
    const active = world.clients.filter((client) => client.msp_id === id && client.status === "active");
    const used = sumKnown(active, "seats_used");
    const total = sumKnown(active, "seats_total");
    return {
      ...found,
      own_seats: world.ownSeats[id] ?? { used: null, total: null },
      clients_seats: {
        used: used.sum,
        total: total.sum,
        used_unknown: used.unknown,
        total_unknown: total.unknown,
      },
      trend: trendOf(active),
    };
  }

  function msps(query: MSPFilter & Sort & PageQuery) {
    need("see_msps");
    const found = sorted(matchingMSPs(mspsInScope(), query), query.sort || "name");
    return { ...page(found, query, world.dataAsOf), has_expiry: hasExpiry() };
  }

  function clients(query: ClientFilter & Sort & Grouping & PageQuery) {
    need("see_clients");
    const found = matchingClients(clientsInScope(), query, scope().level);
    const keyed = found.map((client) => ({ ...client, seats_over: seatsOver(client), client }));
    const ordered = sorted(keyed, query.sort || "name").map(({ client }) => client);
    if (query.group !== "msp") return { ...page(ordered, query, world.dataAsOf), has_expiry: hasExpiry() };
    const shown = page(grouped(ordered, query.sort), query, world.dataAsOf);
    return { ...shown, has_expiry: hasExpiry(), groups: groupsOf(shown.items, ordered) };
  }

  return {
    clientsInScope,
    mspsInScope,
    attention,
    overview,
    msps,
    clients,
    msp,
    mspFacets: (query: MSPFilter & Columns) => {
      need("see_msps");
      return mspFacets(mspsInScope(), query);
    },
    clientFacets: (query: ClientFilter & Columns) => {
      need("see_clients");
      return clientFacets(clientsInScope(), query, scope().level);
    },
    client: (id: string): ClientDetail => {
      need("see_clients");
      const found = detail(clientsInScope().find((client) => client.id === id));
      return { ...found, licences: licencesOf(found) };
    },
  };
}
