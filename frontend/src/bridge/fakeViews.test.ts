import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFake, type Fake, users } from "./fake";
import type { UserWithGrants } from "./fakeBasics";
import type { NewView, ViewList } from "./models";

interface Case {
  name: string;
  list: ViewList;
  query: string;
  refused?: string;
}

// The cases that the API's own check is tested with.
const file = join(import.meta.dirname, "../../../backend/postgres/testdata/view_queries.json");
const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];

async function as(user: UserWithGrants, world?: Fake["world"]) {
  const fake = createFake({ signedIn: user });
  await fake.resume();
  if (world) Object.assign(fake.world, { views: world.views, defaultViews: world.defaultViews });
  return fake;
}

const named = (name: string, more: Partial<NewView> = {}): NewView => ({
  list: "clients",
  name,
  query: "status=active",
  ...more,
});
const code = (code: string) => expect.objectContaining({ code });
const names = async (fake: Fake) => (await fake.views()).map(({ name }) => name);

describe("queries of views", () => {
  it.each(cases)("$name", async ({ list, query, refused }) => {
    const fake = await as(users.admin);
    const created = fake.createView({ list, name: "x", query });
    if (refused === undefined) expect((await created).query).toBe(query);
    else await expect(created).rejects.toEqual(expect.objectContaining({ code: "invalid", field: "query" }));
  });
});

describe("views", () => {
  it("are seen by their user, and by users of the same node where they are shared", async () => {
    const admin = await as(users.admin);
    await admin.createView(named("own"));
    await admin.createView(named("shared", { shared: true }));
    expect(await names(admin)).toEqual(["own", "shared"]);
    expect(await names(await as(users.staff, admin.world))).toEqual(["shared"]);
    expect(await names(await as(users.mspAdmin, admin.world))).toEqual([]);
  });

  it("of lists that the role does not see are hidden and refused", async () => {
    const admin = await as(users.admin);
    await admin.createView(named("users", { list: "users", query: "role=msp_user", shared: true }));
    const staff = await as(users.staff, admin.world);
    expect(await names(staff)).toEqual([]);
    await expect(staff.createView(named("x", { list: "users", query: "" }))).rejects.toEqual(
      code("forbidden"),
    );
  });

  it("are shared, changed and deleted by administrators alone", async () => {
    const admin = await as(users.admin);
    const { id } = await admin.createView(named("shared", { shared: true }));
    const staff = await as(users.staff, admin.world);
    await expect(staff.createView(named("x", { shared: true }))).rejects.toEqual(code("forbidden"));
    await expect(staff.changeView(id, { name: "x" })).rejects.toEqual(code("forbidden"));
    await expect(staff.deleteView(id)).rejects.toEqual(code("forbidden"));
    expect((await staff.changeView(id, { default: true })).default).toBe(true);
    expect((await admin.views())[0]?.default).toBe(false);
  });

  it("have names that differ without case", async () => {
    const fake = await as(users.admin);
    await fake.createView(named("Ending"));
    const again = fake.createView(named("ENDING"));
    await expect(again).rejects.toEqual(expect.objectContaining({ code: "conflict", field: "name" }));
    await fake.createView(named("ending", { shared: true }));
    await expect(fake.createView(named("  "))).rejects.toEqual(code("invalid"));
  });

  it("have one default for each list", async () => {
    const fake = await as(users.admin);
    await fake.createView(named("a", { default: true }));
    await fake.createView(named("b", { default: true }));
    expect((await fake.views()).map((view) => view.default)).toEqual([false, true]);
  });
});

describe("favourites and recents", () => {
  it("are not found outside the scope", async () => {
    const fake = await as(users.mspUser);
    const outside = fake.world.clients.find(({ msp_id }) => msp_id !== users.mspUser.grants[0]?.scope.msp_id);
    await expect(fake.setFavourite("client", outside?.id ?? "", true)).rejects.toEqual(code("not_found"));
    await expect(fake.saveRecent("client", outside?.id ?? "")).rejects.toEqual(code("not_found"));
  });

  it("are refused beyond 200 and after 20", async () => {
    const fake = await as(users.admin);
    for (const { id } of fake.world.clients.slice(0, 200)) await fake.setFavourite("client", id, true);
    const one = fake.world.clients[200]?.id ?? "";
    await expect(fake.setFavourite("client", one, true)).rejects.toEqual(code("conflict"));
    for (const { id } of fake.world.clients.slice(0, 25)) await fake.saveRecent("client", id);
    const recents = await fake.recents();
    expect(recents).toHaveLength(20);
    expect(recents[0]?.name).toBe(fake.world.clients[24]?.name);
  });
});
