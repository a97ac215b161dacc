import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createFake, users } from "./fake";
import type { Client, MSP } from "./models";

interface Case {
  name: string;
  /** "msp" is a user of the first MSP; the others see the whole MSSP. */
  viewer: "mssp" | "msp";
  q: string;
  clients: string[];
  msps: string[];
}
interface Cases {
  msps: { id: string; name: string }[];
  clients: { id: string; name: string; msp: string | null }[];
  cases: Case[];
}

// The cases that the API's own search is tested with.
const file = join(import.meta.dirname, "../../../backend/postgres/testdata/search.json");
const { msps, clients, cases } = JSON.parse(readFileSync(file, "utf8")) as Cases;

async function search({ viewer, q }: Case) {
  const fake = createFake({ signedIn: users[viewer === "msp" ? "mspUser" : "admin"] });
  await fake.resume();
  const { world } = fake;
  const [one, usual] = [world.clients[0] as Client, world.msps];
  world.msps = msps.map(({ id, name }, n) => ({ ...(usual[n] as MSP), name, external_id: id }));
  const under = (id: string | null) => world.msps.find(({ external_id }) => external_id === id);
  world.clients = clients.map(({ id, name, msp }) => ({
    ...one,
    id: `${one.id} ${id}`,
    name,
    external_id: id,
    msp_id: under(msp)?.id ?? null,
    msp_name: under(msp)?.name ?? null,
  }));
  return { clients: await fake.clients({ q, limit: 50 }), msps: await fake.msps({ q, limit: 50 }) };
}

it.each(cases)("searches as the API does: $name", async (one) => {
  const found = await search(one);
  for (const list of ["clients", "msps"] as const) {
    const { items, total } = found[list];
    expect(items.map(({ external_id }) => external_id).sort()).toEqual(one[list]);
    expect(total).toBe(one[list].length);
  }
});

interface RankedCase {
  name: string;
  viewer: "mssp" | "staff" | "msp" | "client";
  q: string;
  hits: string[];
  totals: Record<string, number>;
}
interface SearchedCustomer {
  id: string;
  name: string;
  msp?: string | null;
  status?: Client["status"];
  former?: string[];
}
interface RankedCases {
  msps: SearchedCustomer[];
  clients: SearchedCustomer[];
  users: { id: string; name: string; email: string; msp: string; active?: boolean }[];
  cases: RankedCase[];
}

const rankedFile = join(import.meta.dirname, "../../../backend/postgres/testdata/ranked_search.json");
const rankedSearch = JSON.parse(readFileSync(rankedFile, "utf8")) as RankedCases;

const viewers = { mssp: users.admin, staff: users.staff, msp: users.mspAdmin, client: users.clientUser };

/** A fake with the customers and users of the ranked cases. The viewer's own client is the first. */
async function rankedFake(viewer: keyof typeof viewers) {
  const fake = createFake({ signedIn: viewers[viewer] });
  await fake.resume();
  const { world } = fake;
  const [one, usual] = [world.clients[0] as Client, world.msps];
  const own = viewers.client.grants[0]?.scope.client_id ?? "";
  world.formerNames = {};
  const keep = (id: string, { former }: SearchedCustomer) => {
    world.formerNames[id] = [...(former ?? [])].reverse();
  };
  world.msps = rankedSearch.msps.map((msp, n) => {
    const { id } = usual[n] as MSP;
    keep(id, msp);
    return { ...(usual[n] as MSP), name: msp.name, external_id: msp.id, status: msp.status ?? "active" };
  });
  const under = (id: string | null | undefined) => world.msps.find(({ external_id }) => external_id === id);
  world.clients = rankedSearch.clients.map((client, n) => {
    const id = n === 0 ? own : `${one.id} ${client.id}`;
    keep(id, client);
    const msp = { msp_id: under(client.msp)?.id ?? null, msp_name: under(client.msp)?.name ?? null };
    const { name, status = "active" } = client;
    return { ...one, id, name, external_id: client.id, ...msp, status };
  });
  const known = world.users.slice(0, Object.keys(users).length);
  world.users = [
    ...known.map((user) => ({ ...user, name: "A viewer", email: `${user.id}@viewers.test` })),
    ...rankedSearch.users.map(({ id, name, email, msp, active = true }) => {
      const sample = world.users.find(({ grants }) => grants[0]?.role === "msp_user") as (typeof known)[0];
      const grant = sample.grants[0] as (typeof sample.grants)[0];
      const scope = { ...grant.scope, msp_id: under(msp)?.id ?? "" };
      return { ...sample, id, name, email, grants: [{ ...grant, active, scope }] };
    }),
  ];
  return fake;
}

it.each(rankedSearch.cases)("ranks as the API does: $name", async ({ viewer, q, hits, totals }) => {
  const fake = await rankedFake(viewer);
  const result = await fake.search({ q, limit: 20 });
  const ids = new Map([...fake.world.msps, ...fake.world.clients].map((one) => [one.id, one.external_id]));
  expect(
    result.items.map(({ kind, id, matched, text }) => `${kind} ${ids.get(id) ?? id} ${matched} ${text}`),
  ).toEqual(hits);
  expect(Object.fromEntries(result.totals.map(({ kind, total }) => [kind, total]))).toEqual(totals);
});

it.each(["", "  ", "x".repeat(101)])("refuses as the API does: %j", async (q) => {
  const fake = await rankedFake("staff");
  await expect(fake.search({ q, limit: 6 })).rejects.toMatchObject({ code: "invalid", field: "q" });
});
