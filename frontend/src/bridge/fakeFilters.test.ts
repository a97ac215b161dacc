import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFake, users } from "./fake";
import { dayFromNow } from "./fakeBasics";
import { scorecardOf } from "./fakeScorecard";
import type { Client, Facets, MSP, StatusReason } from "./models";

interface Customer {
  id: string;
  name: string;
  msp?: string | null;
  reason?: StatusReason;
  licence_type?: string;
  products?: string[];
  spla?: boolean;
  used?: number;
  total?: number;
  ends_in?: number;
}
interface Case {
  name: string;
  list: "clients" | "msps";
  filter?: Record<string, string>;
  sort?: string;
  group?: "msp";
  columns?: string;
  want: string[];
}
interface Cases {
  msps: Customer[];
  clients: Customer[];
  cases: Case[];
  sorts: Case[];
  facets: Case[];
  wrong: Case[];
}

// The cases that the API's own filters are tested with.
const file = join(import.meta.dirname, "../../../backend/postgres/testdata/filters.json");
const all = JSON.parse(readFileSync(file, "utf8")) as Cases;

const factsOf = (from: Customer) => ({
  name: from.name,
  external_id: from.id,
  status: from.reason ? ("disabled" as const) : ("active" as const),
  status_reason: from.reason ?? null,
  licence_type: from.licence_type ?? null,
  spla: from.spla ?? null,
  seats_used: from.used ?? null,
  seats_total: from.total ?? null,
  expires_on: from.ends_in === undefined ? null : dayFromNow(from.ends_in),
  first_seen_at: new Date().toISOString(),
  last_seen_at: new Date().toISOString(),
});

async function prepared() {
  const fake = createFake({ signedIn: users.admin });
  await fake.resume();
  const { world } = fake;
  const [client, usual] = [world.clients[0] as Client, world.msps];
  world.msps = all.msps.map((from, n) => ({ ...(usual[n] as MSP), ...factsOf(from) }));
  const under = (id: string | null | undefined) => world.msps.find(({ external_id }) => external_id === id);
  world.clients = all.clients.map((from) => ({
    ...client,
    ...factsOf(from),
    id: `${client.id} ${from.id}`,
    type: "CORP",
    products: from.products ?? [],
    msp_id: under(from.msp)?.id ?? null,
    msp_name: under(from.msp)?.name ?? null,
  }));
  world.msps = world.msps.map((msp) => {
    const its = world.clients.filter(({ msp_id }) => msp_id === msp.id);
    const clients = its.filter(({ status }) => status === "active").length;
    // The API has no figures from before.
    return { ...msp, clients, ...scorecardOf(its), growth: null };
  });
  const filter = (one: Case) =>
    Object.fromEntries(
      Object.entries(one.filter ?? {}).map(([name, text]) => [
        name,
        text
          .replace(/\{msp (\d+)\}/g, (_, id) => under(id)?.id ?? "")
          .replace(/\{(-?\d+)\}/g, (_, days) => dayFromNow(Number(days))),
      ]),
    );
  return { fake, filter };
}

async function idsOf(one: Case) {
  const { fake, filter } = await prepared();
  const query = { ...filter(one), sort: one.sort ?? "", limit: 50, ...(one.group && { group: one.group }) };
  const { items, total } = one.list === "msps" ? await fake.msps(query) : await fake.clients(query);
  expect(total).toBe(items.length);
  return items.map(({ external_id }) => external_id);
}

const textsOf = ({ facets }: Facets) =>
  facets.map(
    ({ column, values }) =>
      `${column}:${values.map(({ value, count }) => ` ${value.toLowerCase()}=${count}`).join("")}`,
  );

describe("the fake", () => {
  it.each(all.cases)("filters as the API does: $name", async (one) => {
    expect((await idsOf(one)).sort()).toEqual(one.want);
  });

  it.each(all.sorts)("sorts as the API does: $name", async (one) => {
    expect(await idsOf(one)).toEqual(one.want);
  });

  it.each(all.facets)("counts values as the API does: $name", async (one) => {
    const { fake, filter } = await prepared();
    const query = { ...filter(one), columns: one.columns ?? "" };
    const found = one.list === "msps" ? await fake.mspFacets(query) : await fake.clientFacets(query);
    expect(textsOf(found).sort()).toEqual(one.want);
  });

  it.each(all.wrong)("refuses wrong values as the API does: $filter", async (one) => {
    const [field] = Object.keys(one.filter ?? {});
    await expect(idsOf(one)).rejects.toMatchObject({ code: "invalid", field });
  });
});
