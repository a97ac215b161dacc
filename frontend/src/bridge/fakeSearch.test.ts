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
