import { expect, it } from "vitest";
import { createFake, users } from "./fake";
import { worlds } from "./fakeStates";
import type { Client, ClientFilter, MSPFilter, Sort } from "./models";

async function signedIn(who: keyof typeof users = "admin") {
  const fake = createFake({ signedIn: users[who] });
  await fake.resume();
  return fake;
}

const clients = async (query: ClientFilter & Sort) =>
  (await (await signedIn()).clients({ ...query, limit: 1000 })).items;
const msps = async (query: MSPFilter & Sort) => (await (await signedIn()).msps(query)).items;

it("compares types without case", async () => {
  const lower = await clients({ type: "corp" });
  expect(new Set(lower.map(({ type }) => type))).toEqual(new Set(["CORP", "corp"]));
  expect(
    (await clients({ licence_type: "TRIAL" })).every(({ licence_type }) => licence_type === "Trial"),
  ).toBe(true);
  expect((await (await signedIn()).clientFacets({})).types).toHaveLength(1);
});

it("distinguishes no from unknown", async () => {
  for (const [spla, value] of [
    ["yes", true],
    ["no", false],
    ["unknown", null],
  ] as const) {
    const found = await clients({ spla });
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((client) => client.spla === value)).toBe(true);
  }
  expect((await clients({ licence_type: "none" })).every(({ licence_type }) => licence_type === null)).toBe(
    true,
  );
});

it("filters by ranges, which exclude unknown values", async () => {
  const inside = await clients({ seats_total: "20..40" });
  expect(inside.length).toBeGreaterThan(0);
  expect(inside.every(({ seats_total: n }) => n !== null && n >= 20 && n <= 40)).toBe(true);
  expect((await clients({ seats_used: "unknown" })).every(({ seats_used }) => seats_used === null)).toBe(
    true,
  );
  expect((await msps({ clients: "..0" })).map(({ name }) => name)).toEqual(["Vantage Managed Services"]);
});

it.each(["seats_used", "-seats_used"])("sorts what is absent last: %s", async (sort) => {
  const figures = (await clients({ sort })).map(({ seats_used }) => seats_used);
  expect(figures[0]).not.toBeNull();
  expect(figures.at(-1)).toBeNull();
});

it("has an MSP without any figures, and one whose own figures differ from the sums", async () => {
  const fake = await signedIn();
  const [silent] = (await fake.msps({ q: "Summit" })).items;
  expect(silent).toMatchObject({ seats_used: null, seats_total: null });
  const [other] = (await fake.msps({ q: "Baltic" })).items;
  const detail = await fake.msp(other?.id ?? "");
  expect(detail.seats_used).toBe(detail.own_seats.used);
  expect(detail.clients_seats.used).not.toBe(detail.own_seats.used);
});

it("counts disabled clients separately, and sums active ones only", async () => {
  const fake = await signedIn();
  const overview = await fake.overview();
  const of = (status: Client["status"]) => fake.world.clients.filter((client) => client.status === status);
  expect(overview.clients).toBe(of("active").length);
  expect(overview.clients_disabled).toBe(of("disabled").length);
  expect(overview.clients_disabled).toBeGreaterThan(0);
  expect(of("disabled").every(({ status_reason }) => status_reason !== null)).toBe(true);
  expect(overview.seats_used).toBe(of("active").reduce((all, { seats_used }) => all + (seats_used ?? 0), 0));
});

it.each(["admin", "mspUser", "clientUser"] as const)(
  "counts in the overview what the lists of %s hold",
  async (who) => {
    const fake = await signedIn(who);
    const overview = await fake.overview();
    const total = async (filter: ClientFilter) => (await fake.clients(filter)).total;
    const dated = (await fake.clients({})).has_expiry;
    expect(overview).toMatchObject({
      clients: await total({ status: "active" }),
      clients_missing: await total({ status: "missing" }),
      clients_disabled: await total({ status: "disabled" }),
      seats_used_unknown: await total({ status: "active", seats_used: "unknown" }),
      seats_total_unknown: await total({ status: "active", seats_total: "unknown" }),
      expired: dated ? await total({ expires_on: "expired" }) : null,
      expiring_soon: dated ? await total({ expires_on: "30d" }) : null,
    });
  },
);

it("has no expiry in a scope without any date, and no figures that were not sent", async () => {
  const fake = await signedIn();
  worlds.noExpiry(fake.world);
  worlds.noSeats(fake.world);
  const overview = await fake.overview();
  expect(overview).toMatchObject({ expired: null, expiring_soon: null, seats_used: null, seats_total: null });
  expect(overview.attention.filter(({ kind }) => kind.startsWith("licence_"))).toEqual([]);
  expect((await fake.clients({})).has_expiry).toBe(false);
  expect((await fake.msps({})).has_expiry).toBe(false);
});

it("orders what needs attention by harm, and its counts are the totals of its lists", async () => {
  const fake = await signedIn();
  const overview = await fake.overview();
  const exceeded = await fake.clients({
    status: "active",
    seats_exceeded: "yes",
    sort: "-seats_over",
    limit: 6,
  });
  const listed = overview.attention.filter(({ kind }) => kind === "seats_exceeded");
  expect(listed.map(({ client_id }) => client_id)).toEqual(exceeded.items.map(({ id }) => id));
  expect(overview.seats_exceeded).toBe(exceeded.total);
  const idle = await fake.msps({ status: "active", clients: "0" });
  expect(overview.msps_without_clients).toBe(idle.total);
  const ended = await fake.clients({ expires_on: "expired", sort: "-expires_on", limit: 6 });
  expect(overview.expired).toBe(ended.total);
});
