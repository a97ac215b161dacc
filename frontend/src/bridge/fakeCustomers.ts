// What the API promises about MSPs and clients: nobody is told of any outside their scope.
import { includes, page, sorted } from "./fakeLists";
import type { World } from "./fakeWorld";
import type { Client, ClientFilter, Me, MSP, MSPFilter, Overview, PageQuery, Scope } from "./models";
import { Problem } from "./problem";

interface Tools {
  world: World;
  /** Who asks; throws where their role does not permit it. */
  need: (permission: Me["permissions"][number]) => Me;
  scope: () => Scope;
}

const expiresWithin = (client: Client, days: number) =>
  client.expires_on !== null && Date.parse(client.expires_on) - Date.now() < days * 86_400_000;

export function fakeCustomers({ world, need, scope }: Tools) {
  function clientsInScope(): Client[] {
    const { msp_id, client_id } = scope();
    if (client_id) return world.clients.filter((client) => client.id === client_id);
    return msp_id ? world.clients.filter((client) => client.msp_id === msp_id) : world.clients;
  }

  function mspsInScope(): MSP[] {
    const { msp_id } = scope();
    return msp_id ? world.msps.filter((msp) => msp.id === msp_id) : world.msps;
  }

  function overview(): Overview {
    need("see_overview");
    const clients = clientsInScope();
    const active = clients.filter((client) => client.status === "active");
    const used = active.reduce((all, client) => all + (client.seats_used ?? 0), 0);
    const total = active.reduce((all, client) => all + (client.seats_total ?? 0), 0);
    const ids = new Set(clients.map((client) => client.id));
    return {
      msps: mspsInScope().length,
      clients: active.length,
      clients_missing: clients.length - active.length,
      seats_used: used,
      seats_total: total,
      expiring_soon: active.filter((client) => expiresWithin(client, 30)).length,
      trend: Array.from({ length: 60 }, (_, n) => ({
        day: new Date(Date.now() - (59 - n) * 86_400_000).toISOString().slice(0, 10),
        clients: Math.max(0, active.length - Math.round((59 - n) / 3)),
        seats_used: Math.max(0, Math.round(used * (0.86 + n * 0.0024))),
        seats_total: Math.round(total * (0.9 + n * 0.0017)),
      })),
      attention: world.attention.filter((item) => !item.client_id || ids.has(item.client_id)),
      data_as_of: world.dataAsOf,
    };
  }

  /** What the newest complete run said of everybody, which links to it. */
  function lately() {
    const run = world.runs.find(({ status }) => status === "complete");
    if (!run) return [];
    const what = { kind: "changed" as const, field: "seats_total", before: "40", after: "60" };
    const actor = run.reviewed_by === null ? null : { name: run.reviewed_by };
    return [{ ...what, at: run.finished_at ?? run.created_at, run_id: run.id, actor }];
  }

  function detail<Item extends { first_seen_at: string }>(item: Item | undefined) {
    if (!item) throw new Problem("not_found", { message: "No such customer.", requestId: "req-fake" });
    return {
      ...item,
      fields: [{ name: "supportTier", value: "gold" }],
      history: [
        ...lately(),
        {
          at: item.first_seen_at,
          kind: "added" as const,
          field: null,
          before: null,
          after: null,
          run_id: null,
          actor: null,
        },
      ],
    };
  }

  function msps(query: MSPFilter & PageQuery) {
    need("see_msps");
    const found = mspsInScope().filter(
      (msp) => includes(query.q, msp.name, msp.external_id) && (!query.status || msp.status === query.status),
    );
    return page(sorted(found, query.sort || "name"), query, world.dataAsOf);
  }

  function clients(query: ClientFilter & PageQuery) {
    need("see_clients");
    const found = clientsInScope().filter(
      (client) =>
        includes(query.q, client.name, client.external_id, client.msp_name) &&
        (!query.status || client.status === query.status) &&
        (!query.type || client.type === query.type) &&
        (!query.msp_id || (client.msp_id ?? "none") === query.msp_id) &&
        (!query.expires_within || expiresWithin(client, query.expires_within)),
    );
    return page(sorted(found, query.sort || "name"), query, world.dataAsOf);
  }

  return {
    overview,
    msps,
    clients,
    msp: (id: string) => {
      need("see_msps");
      return detail(mspsInScope().find((msp) => msp.id === id));
    },
    client: (id: string) => {
      need("see_clients");
      return detail(clientsInScope().find((client) => client.id === id));
    },
  };
}
